"""What the portal's editors do with a submitted case study: check it, ask reviewers, decide.

The check comes first (real, a first cycle finished, context, aims and actions clear), within seven days; then one
practitioner and one researcher from other agencies read it, and a third where the two do not agree.
"""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casestudies.models import CaseStudy, Review, ReviewAssignment, Reviewer, ReviewRound
from casestudies.permissions import can_review_cases
from casestudies.review import conflict, letters, rounds, submission
from casestudies.writing.authoring import AuthoringError
from orgs.models import Membership, User

CHECKED_WITHIN = timedelta(days=7)
#: A reviewer has three weeks, and an editor may give between one and twelve.
DUE_IN, DUE_AT_LEAST, DUE_AT_MOST = timedelta(days=21), timedelta(days=7), timedelta(days=84)
CRITERIA = {
    "real": gettext_lazy("It tells of work that was really done, by the agencies that it names."),
    "cycle": gettext_lazy("At least a first cycle of the work is finished."),
    "clear": gettext_lazy("Context, aims and actions are clear enough to be judged."),
    "safe": gettext_lazy("Nobody who was served can be recognised, also in pictures and files."),
}
GRADES = {name: grade for grade, name in enumerate(Review.Recommendation.values)}
Status = ReviewRound.Status


class EditorialError(AuthoringError):
    """What an editor cannot do, in a sentence for people."""


def hold(asked: ReviewRound, *, by: User) -> ReviewRound:
    """The open round for an editor who may act on it, held until the transaction ends. Raises EditorialError.

    Of two editors who decide at once the second is told so; nobody decides about their own agency's case.
    """
    if not can_review_cases(by):
        raise EditorialError(_("Only the portal's editors do this."))
    CaseStudy.objects.select_for_update().get(pk=asked.case_id)
    asked = ReviewRound.objects.select_related("case__agency", "revision").get(pk=asked.pk)
    if not asked.is_open:
        raise EditorialError(_("This round is over: somebody decided, or the authors took the text back."))
    agencies = conflict.agencies_of(asked.case, asked.revision.as_object())
    if (
        Membership.objects.filter(user=by, agency__in=agencies)
        .exclude(status=Membership.Status.LEFT)
        .exists()
    ):
        raise EditorialError(_("You belong to an agency of this case study. A colleague looks after it."))
    return asked


@transaction.atomic
def check(asked: ReviewRound, *, by: User, met: set[str], asks_again: bool = True) -> ReviewRound:
    """Pass the editorial check; all CRITERIA must be met. The reviewers of the round before are asked again.

    Raises EditorialError.
    """
    asked = hold(asked, by=by)
    if asked.status != Status.CHECK:
        raise EditorialError(_("This text has passed the check already."))
    if set(CRITERIA) - met:
        raise EditorialError(
            _("Each point of the check must be met. If one is not, ask for changes or decline, and say why.")
        )
    asked.status, asked.editor, asked.checked_at = Status.REVIEW, by, timezone.now()
    asked.save()
    if asks_again:
        for former in former_reviewers(asked):
            try:
                ask(asked, former, by=by, due_on=timezone.localdate() + DUE_IN)
            except EditorialError:
                continue  # somebody with a conflict by now: the page says who, and why
    return asked


def former_reviewers(asked: ReviewRound) -> list[Reviewer]:
    """Who handed in a review of the round before, if that asked for changes and they can be asked now."""
    before = before_of(asked)
    if before is None or before.status != Status.REVISE:
        return []
    people = before.assignments.filter(status=ReviewAssignment.Status.HANDED_IN, is_third=False)
    return list(
        Reviewer.objects.filter(user__in=people.values("user"), is_available=True, user__is_active=True)
        .select_related("user")
        .order_by("pk")
    )


def before_of(asked: ReviewRound) -> ReviewRound | None:
    """The round before this one."""
    return ReviewRound.objects.filter(case=asked.case_id, number__lt=asked.number).first()


@transaction.atomic
def invite(
    asked: ReviewRound, reviewer: Reviewer, *, by: User, due_on: date | None = None, is_third: bool = False
) -> ReviewAssignment:
    """Ask somebody of the list to review. Raises EditorialError, also where a conflict of interest stands against it."""
    asked = hold(asked, by=by)
    if asked.status != Status.REVIEW:
        raise EditorialError(_("Do the editorial check first."))
    if is_third and not disagree(recommendations(asked)):
        raise EditorialError(_("A third reader is asked when two reviews recommend different things."))
    return ask(
        asked,
        reviewer,
        by=by,
        due_on=due_on or timezone.localdate() + DUE_IN,
        is_third=is_third,
    )


def ask(
    asked: ReviewRound, reviewer: Reviewer, *, by: User, due_on: date, is_third: bool = False
) -> ReviewAssignment:
    person = User.objects.get(pk=reviewer.user_id)
    if not person.is_active or not reviewer.is_available:
        raise EditorialError(_("%(person)s cannot be asked now.") % {"person": person})
    if against := conflict.conflict_of(asked, person):
        raise EditorialError(f"{person}: {against}")
    check_date(due_on)
    try:
        with transaction.atomic():
            assignment = ReviewAssignment.objects.create(
                round=asked,
                user=person,
                role=reviewer.role,
                is_third=is_third,
                invited_by=by,
                invited_at=timezone.now(),
                due_on=due_on,
            )
    except IntegrityError:
        raise EditorialError(
            _("This person was asked already in this round, or somebody of the same role is reading.")
        ) from None
    letters.to_reviewer("review_invited", assignment)
    return assignment


def check_date(due_on: date) -> None:
    today = timezone.localdate()
    if not today + DUE_AT_LEAST <= due_on <= today + DUE_AT_MOST:
        raise EditorialError(_("Give a reviewer between one week and twelve weeks."))


@transaction.atomic
def extend(assignment: ReviewAssignment, *, by: User, due_on: date) -> ReviewAssignment:
    """Give a reviewer another day. Raises EditorialError."""
    hold(assignment.round, by=by)
    assignment = held(assignment)
    check_date(due_on)
    assignment.due_on = due_on
    assignment.save(update_fields=["due_on"])
    letters.to_reviewer("review_extended", assignment)
    return assignment


@transaction.atomic
def take_back(assignment: ReviewAssignment, *, by: User) -> ReviewAssignment:
    """Ask somebody no longer, so that somebody else can be asked. What they wrote is kept. Raises EditorialError."""
    asked = hold(assignment.round, by=by)
    assignment = held(assignment)
    assignment.status, assignment.closed_at = ReviewAssignment.Status.ENDED, timezone.now()
    assignment.save(update_fields=["status", "closed_at"])
    letters.to_reviewer("review_over", assignment, is_done=False, outcome=asked.status)
    return assignment


def held(assignment: ReviewAssignment) -> ReviewAssignment:
    assignment = ReviewAssignment.objects.select_related("round__revision", "user").get(pk=assignment.pk)
    if not assignment.is_waiting:
        raise EditorialError(_("This reviewer has answered, handed in or lapsed already."))
    return assignment


def recommendations(asked: ReviewRound) -> list[str]:
    """What the reviews that were handed in recommend."""
    reviews = Review.objects.filter(
        assignment__round=asked, assignment__status=ReviewAssignment.Status.HANDED_IN
    )
    return list(reviews.order_by("pk").values_list("recommendation", flat=True))


def disagree(recommended: list[str]) -> bool:
    """Whether two reviews recommend different things."""
    return len(set(recommended)) > 1


def are_far_apart(recommended: list[str]) -> bool:
    """Whether they differ by more than one grade: then a third reader is needed (the library's design)."""
    grades = [GRADES[one] for one in recommended]
    return bool(grades) and max(grades) - min(grades) > 1


@transaction.atomic
def decide(asked: ReviewRound, *, by: User, decision: str, reason: str = "") -> ReviewRound:
    """Accept (which publishes what reviewers read), "waive" them (which publishes without), "revise" or "decline".

    All but the first need reasons. Raises EditorialError; NotReviewed where no review was handed in; Exposing where the text gives somebody away for certain.
    """
    asked = hold(asked, by=by)
    reason = reason.replace("\0", "").strip()
    if decision != "accept" and not reason:
        raise EditorialError(_("Say why: the authors read it, and it is what they go by."))
    if len(reason) > ReviewRound.REASON_AT_MOST:
        raise EditorialError(_("The reasons are too long."))
    match decision:
        case "accept" | "waive":
            if asked.status == Status.CHECK:
                raise EditorialError(_("Do the editorial check first."))
            submission.approve(asked.case, by=by, comment=reason, is_waived=decision == "waive")
        case "revise":
            submission.send_back(asked.case, by=by, comment=reason)
        case "decline":
            rounds.close(asked, Status.DECLINED, by=by, reason=reason)
            if state := CaseStudy.objects.get(pk=asked.case_id).current_workflow_state:
                state.cancel(user=by)
            letters.tell_of_decline(asked)
        case _unknown:
            raise EditorialError(_("Choose what you decide."))
    return ReviewRound.objects.get(pk=asked.pk)
