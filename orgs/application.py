"""What people ask of the portal's staff for an agency, from the question to the one answer.

Three kinds have rules of their own: `orgs/applying.py` (to be listed), `orgs/claiming.py` (to look after an entry) and
`orgs/verification.py`. What they share is here: nobody answers for their own agency, and an answer is given once.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from orgs import audit, evidence
from orgs.evidence import Scan
from orgs.models import Agency, Application, Membership, User
from orgs.permissions import can, is_portal_staff, portal_staff
from portal import mail


class ApplicationError(Exception):
    """A refusal, with a sentence for people."""


def queue(kind: str = "") -> QuerySet[Application]:
    """What waits for the portal's staff, the oldest first, perhaps of one kind only."""
    waiting = Application.objects.open().select_related("agency__division__parent", "applicant")
    return waiting.filter(kind=kind) if kind in Application.Kind.values else waiting


def waiting_counts() -> dict[str, int]:
    """How many wait, by kind; every kind is named."""
    kinds = list(Application.objects.open().order_by().values_list("kind", flat=True))
    return {kind: kinds.count(kind) for kind in Application.Kind.values}


@transaction.atomic
def ask(
    agency: Agency,
    kind: str,
    *,
    by: User,
    message: str = "",
    level: int | None = None,
    scans: Iterable[Scan] = (),
) -> Application:
    """Put a question into the queue with its evidence, and tell the staff. The rule of its kind has checked it."""
    asked = Application.objects.create(agency=agency, kind=kind, applicant=by, message=message, level=level)
    evidence.attach(asked, scans, by=by)
    for person in portal_staff().exclude(pk=by.pk):
        write(asked, "application_arrived", to=person)
    return asked


@transaction.atomic
def add_evidence(application: Application, scans: Iterable[Scan], *, by: User) -> Application:
    """Add files to a question that still waits. Raises ApplicationError or EvidenceError."""
    application = lock(application)
    is_own = application.applicant == by or (
        application.kind != Application.Kind.CLAIM and can(by, "profile.edit", application.agency)
    )
    if not is_own:
        raise ApplicationError(_("Only those who asked add files."))
    evidence.attach(application, scans, by=by)
    return application


@transaction.atomic
def withdraw(application: Application, *, by: User) -> Application:
    """Take one's own question back. Raises ApplicationError."""
    application = lock(application)
    if application.applicant != by:
        raise ApplicationError(_("Only the person who asked can take the question back."))
    return close(application, Application.Status.WITHDRAWN, by=by)


@transaction.atomic
def decline(application: Application, *, by: User, reason: str) -> Application:
    """Say no, with a reason that the applicant reads; they may ask again. Raises ApplicationError."""
    application = hold(application, by=by)
    if not reason.strip():
        raise ApplicationError(_("Please give a reason: the applicant reads it and may ask again."))
    return turn_down(application, by=by, reason=reason.strip())


def turn_down(application: Application, *, by: User, reason: str) -> Application:
    """Close a held application with a no, and tell the applicant."""
    close(application, Application.Status.DECLINED, by=by, reason=reason)
    write(application, "application_declined", to=application.applicant)
    return application


def hold(application: Application, *, by: User) -> Application:
    """The open application for a person of the staff who may answer it, held until the transaction ends.

    Raises ApplicationError: two people who answer at once become one, and nobody answers for their own agency.
    """
    if not is_portal_staff(by):
        raise ApplicationError(_("Only the portal's staff answer this."))
    application = lock(application)
    check_is_not_ones_own(application.agency, by=by)
    if application.applicant == by:
        raise ApplicationError(_("Nobody answers their own question. A colleague of the staff does."))
    return application


def check_is_not_ones_own(agency: Agency, *, by: User) -> None:
    """Raises ApplicationError for a person of the staff who belongs to the agency, suspended or not."""
    if agency.memberships.filter(user=by).exclude(status=Membership.Status.LEFT).exists():
        raise ApplicationError(
            _("You belong to %(agency)s. A colleague of the staff decides this.") % {"agency": agency}
        )


def lock(application: Application) -> Application:
    """The open application with its agency held. Raises ApplicationError when it has been answered."""
    Agency.objects.select_for_update().get(pk=application.agency_id)
    application = Application.objects.select_related("agency", "applicant", "decided_by").get(
        pk=application.pk
    )
    if application.status != Application.Status.OPEN:
        raise ApplicationError(
            _("This has been answered already: %(answer)s.") % {"answer": application.get_status_display()}
        )
    return application


def close(application: Application, status: str, *, by: User, reason: str = "") -> Application:
    """Record the answer; what was only proposed falls with a no."""
    application.status, application.decided_by, application.reason = status, by, reason
    application.decided_at = timezone.now()
    application.save(update_fields=["status", "decided_by", "reason", "decided_at"])
    audit.record(
        audit.Action.APPLICATION,
        by=by,
        agency=application.agency,
        about=application.applicant,
        kind=application.kind,
        answer=status,
    )
    if status != Application.Status.ACCEPTED:
        application.verifications.awaiting_second().update(revoked_at=application.decided_at)
    return application


def write(application: Application, template: str, *, to: User, **more) -> None:
    """Queue a mail about the application in the person's language."""
    context = {"application": application, "agency": application.agency, "to": to, **more}
    mail.send(template, to=to.email, language=to.language, context=context)
