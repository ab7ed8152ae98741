"""Taking a published case study back. What remains is a tombstone: who, what, when and why, without the text."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.actions.unpublish import UnpublishAction
from wagtail.models import Revision

from casestudies.models import CaseStudy
from casestudies.permissions import can_withdraw_case
from casestudies.review import letters
from casestudies.writing.authoring import AuthoringError
from orgs import audit
from orgs.models import User
from portal.retention import midnight


class CannotWithdraw(AuthoringError):
    """Not this person's to withdraw, not published, or without a reason."""


@transaction.atomic
def withdraw(case: CaseStudy, *, by: User, reason: str) -> CaseStudy:
    """Take the case and all its versions from readers for good. Raises CannotWithdraw.

    A review that is going on ends. The locked case is edited and published no more.
    """
    case = CaseStudy.objects.select_for_update().get(pk=case.pk)
    reason = reason.replace("\0", "").strip()
    if not can_withdraw_case(by, case):
        raise CannotWithdraw(_("Only the leads of the agency and the portal's staff withdraw a case study."))
    if case.withdrawn_at:
        raise CannotWithdraw(_("This case study has been withdrawn already."))
    if not case.live:
        raise CannotWithdraw(_("Only a published case study can be withdrawn."))
    if not reason or len(reason) > CaseStudy.REASON_AT_MOST:
        raise CannotWithdraw(_("Say in a few sentences why; readers will see it."))
    if state := case.current_workflow_state:
        state.cancel(user=by)
    # Wagtail would ask for the staff's right; who may withdraw has been asked above.
    UnpublishAction(case, user=by).execute(skip_permission_checks=True)
    case.refresh_from_db()
    now = timezone.now()
    case.withdrawn_at, case.withdrawal_reason = now, reason
    case.locked, case.locked_at, case.locked_by = True, now, by
    case.save()
    audit.record(audit.Action.CASE_WITHDRAWN, by=by, agency=case.agency, what=case.title)
    letters.tell_of_withdrawal(case, by=by)
    return case


def forget_drafts(on: date) -> list[str]:
    """Delete texts of cases taken back long ago that were neither published nor reviewed."""
    if not settings.DRAFTS_KEPT_DAYS:
        return []
    before = midnight(on) - timedelta(days=settings.DRAFTS_KEPT_DAYS)
    gone = CaseStudy.objects.filter(withdrawn_at__lt=before)
    drafts = Revision.objects.filter(
        base_content_type=ContentType.objects.get_for_model(CaseStudy),
        object_id__in=[str(pk) for pk in gone.values_list("pk", flat=True)],
        case_version=None,
        review_rounds=None,
    ).exclude(pk__in=gone.exclude(latest_revision=None).values("latest_revision"))
    keys = list(drafts.values_list("pk", flat=True))
    Revision.objects.filter(pk__in=keys).delete()
    return [f"{len(keys)} drafts of withdrawn cases deleted"] if keys else []
