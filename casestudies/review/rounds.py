"""Rounds of review begin and end with Wagtail's workflow, whoever acts and wherever: by rule or in the admin."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import TaskState, WorkflowState
from wagtail.signals import workflow_approved, workflow_cancelled, workflow_rejected

from casestudies.models import CaseStudy, CaseVersion, ReviewAssignment, ReviewRound
from casestudies.review import letters
from orgs.models import User

Status = ReviewRound.Status


class Unreviewed(Exception):
    """A person wants to publish what no reviewer has read; `round` is where they can be asked, if one is open."""

    def __init__(self, sentence: str, asked: ReviewRound | None):
        super().__init__(sentence)
        self.round = asked


def refuse_unreviewed(sender, draft: CaseStudy, by: User | None, **kwargs) -> None:
    """Receiver of `about_to_publish`: a person publishes only what reviewers read, or what they waived with a reason.

    Whichever door of the admin they come through. Programs (an import, a planned day) are not asked.
    """
    if by is None:
        return
    asked = ReviewRound.objects.open().filter(case=draft.pk).first()
    if asked is None:
        raise Unreviewed(_("A case study is published by its review: submit it first."), None)
    if not asked.is_waived and not was_read(asked):
        raise Unreviewed(
            _(
                "Not published: no reviewer has handed in a review. Ask reviewers, or publish it without them and say why."
            ),
            asked,
        )


def was_read(asked: ReviewRound) -> bool:
    """Whether a reviewer handed in a review of this text, or of the one to which it is the answer."""
    for one in ReviewRound.objects.filter(case=asked.case_id, number__lte=asked.number).order_by("-number"):
        if one.pk != asked.pk and one.status != Status.REVISE:
            return False
        if one.assignments.filter(status=ReviewAssignment.Status.HANDED_IN).exists():
            return True
    return False


def waive(case: CaseStudy, *, reason: str) -> None:
    """Note down that the open round goes without reviewers. Must run in the transaction that publishes."""
    case.review_rounds.open().update(is_waived=True, reason=reason)


def open_round(
    case: CaseStudy, *, revision, by: User | None, kind: str = "", change_note: str = ""
) -> ReviewRound:
    """The round in which this text is reviewed: the one that is open, or a new one. The case row is locked meanwhile."""
    CaseStudy.objects.select_for_update().get(pk=case.pk)
    if found := case.review_rounds.open().first():
        return found
    number = (case.review_rounds.aggregate(last=Max("number"))["last"] or 0) + 1
    is_first = not case.versions.exists()
    known = kind if kind in CaseVersion.Kind.values and kind != CaseVersion.Kind.FIRST else ""
    return ReviewRound.objects.create(
        case=case,
        number=number,
        revision_id=revision,
        submitted_by=by,
        submitted_at=timezone.now(),
        kind=CaseVersion.Kind.FIRST if is_first else known or CaseVersion.Kind.TEXT,
        change_note=change_note.replace("\0", "").strip()[:500],
    )


def close(asked: ReviewRound, status: str, *, by: User | None, reason: str = "") -> ReviewRound:
    """End an open round, end what is still awaited, and tell the reviewers. Must run in a transaction."""
    now = timezone.now()
    asked.status, asked.decided_by, asked.decided_at = status, by, now
    asked.reason = reason.replace("\0", "").strip()[: ReviewRound.REASON_AT_MOST] or asked.reason
    if status in (Status.ACCEPTED, Status.REVISE):
        asked.checked_at = asked.checked_at or now
    asked.save()
    told = list(asked.assignments.filter(status__in=ReviewAssignment.COUNTS).select_related("user"))
    asked.assignments.filter(status__in=ReviewAssignment.WAITING).update(
        status=ReviewAssignment.Status.ENDED, closed_at=now
    )
    for assignment in told:
        letters.tell_of_end(assignment, asked)
    return asked


def accept(case: CaseStudy, version: CaseVersion) -> None:
    """A text was published: the round that waited for it is accepted, and known as this version's."""
    if asked := case.review_rounds.open().first():
        close(asked, Status.ACCEPTED, by=None)
        ReviewRound.objects.filter(pk=asked.pk).update(version=version)


def open_of(state: WorkflowState) -> ReviewRound | None:
    case = state.content_object
    return case.review_rounds.open().first() if isinstance(case, CaseStudy) else None


@transaction.atomic
def when_approved(sender, instance: WorkflowState, user=None, **kwargs) -> None:
    case = instance.content_object
    if not isinstance(case, CaseStudy):
        return
    reason = comment_of(instance)
    if asked := case.review_rounds.open().first():
        close(asked, Status.ACCEPTED, by=user, reason=reason)
    else:  # publishing has accepted it already, without knowing who decided
        last = case.review_rounds.filter(status=Status.ACCEPTED, decided_by=None).first()
        if last:
            ReviewRound.objects.filter(pk=last.pk).update(decided_by=user, reason=reason)


@transaction.atomic
def when_rejected(sender, instance: WorkflowState, user=None, **kwargs) -> None:
    if asked := open_of(instance):
        close(
            asked, Status.REVISE, by=user, reason=comment_of(instance).strip() or _("No reasons were given.")
        )


@transaction.atomic
def when_cancelled(sender, instance: WorkflowState, user=None, **kwargs) -> None:
    if asked := open_of(instance):
        close(asked, Status.WITHDRAWN, by=user)


def comment_of(state: WorkflowState) -> str:
    return state.current_task_state.specific.get_comment() if state.current_task_state else ""


def revision_of(state: TaskState) -> int:
    return state.revision_id or state.workflow_state.content_object.latest_revision_id


def listen() -> None:
    """Called when this app is ready, after the letters of `casestudies.review.submission`: those say what was decided first."""
    for signal, receiver in (
        (workflow_approved, when_approved),
        (workflow_rejected, when_rejected),
        (workflow_cancelled, when_cancelled),
    ):
        signal.connect(
            receiver, sender=WorkflowState, dispatch_uid=f"casestudies.review.rounds.{receiver.__name__}"
        )
