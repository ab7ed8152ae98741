"""What a reviewer does: answers whether they will, reads the submitted text, writes a review, hands it in.

A conflict of interest is looked for again whenever they open it and when they hand in. One that came up since ends the
assignment with a sentence, and the editor is told; what was written is kept.
"""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from casestudies.models import CaseStudy, Review, ReviewAssignment
from casestudies.review import conflict, editorial, letters, rubric
from casestudies.writing.authoring import AuthoringError
from orgs.models import User

#: An invitation that nobody answers lapses.
ANSWERED_WITHIN = timedelta(days=14)
Status = ReviewAssignment.Status


class ReviewError(AuthoringError):
    """What a reviewer cannot do, in a sentence for people."""


class Lapsed(ReviewError):
    """The assignment has ended because of a conflict of interest."""


class Unfinished(ReviewError):
    """What a review still lacks: `missing` is a list of sentences."""

    def __init__(self, missing: list[str]):
        super().__init__(" ".join(missing))
        self.missing = missing


def hold(assignment: ReviewAssignment, *, by: User) -> ReviewAssignment:
    """The assignment of this person in an open round, held until the transaction ends. Raises ReviewError."""
    CaseStudy.objects.select_for_update().get(review_rounds=assignment.round_id)
    found = (
        ReviewAssignment.objects.select_related("round__case", "round__revision", "round__editor", "user")
        .filter(pk=assignment.pk, user=by)
        .first()
    )
    if found is None:
        raise ReviewError(_("This review is somebody else's."))
    if found.status == Status.HANDED_IN:
        raise ReviewError(_("This review has been handed in. It does not change any more."))
    if not found.is_waiting:
        raise ReviewError(_("This review has ended. Thank you; there is nothing more to do."))
    return found


def recheck(assignment: ReviewAssignment, *, joined: tuple[int, ...] = ()) -> bool:
    """Whether nothing ties the reviewer to the case by now. If something does, the assignment lapses, for good.

    `joined` are agencies (keys) that become one in this transaction.
    """
    with transaction.atomic():
        CaseStudy.objects.select_for_update().get(review_rounds=assignment.round_id)
        found = (
            ReviewAssignment.objects.waiting()
            .select_related("round__case", "round__revision", "round__editor", "user")
            .filter(pk=assignment.pk)
            .first()
        )
        if found is None or found.user is None:
            return True
        against = conflict.conflict_of(found.round, found.user, joined=joined)
        if against:
            lapse(found, against)
        return not against


def lapse(assignment: ReviewAssignment, reason) -> None:
    """End an assignment with a sentence, and tell the reviewer and the editor. Must run in a transaction."""
    with override(assignment.user.language if assignment.user else None):
        assignment.closing_reason = str(reason)[:500]
    assignment.status, assignment.closed_at = Status.LAPSED, timezone.now()
    assignment.save(update_fields=["status", "closed_at", "closing_reason"])
    letters.to_reviewer("review_lapsed", assignment, reason=reason, is_editor=False)
    letters.to_editors("review_lapsed", assignment, reason=reason, is_editor=True)


def require_independence(assignment: ReviewAssignment) -> None:
    """Raises Lapsed, with the assignment ended, where something ties the reviewer to the case by now."""
    if not recheck(assignment):
        ended = ReviewAssignment.objects.get(pk=assignment.pk)
        raise Lapsed(_("Your review has ended: %(reason)s") % {"reason": ended.closing_reason})


def accept(assignment: ReviewAssignment, *, by: User, declares: bool) -> ReviewAssignment:
    """Say yes, declaring that nothing ties one to the case. Raises ReviewError, Lapsed."""
    require_independence(assignment)
    with transaction.atomic():
        assignment = hold(assignment, by=by)
        if assignment.status == Status.ACCEPTED:
            return assignment
        if not declares:
            raise ReviewError(_("Declare that nothing ties you to this case study, or say no."))
        assignment.status, assignment.declared_at = Status.ACCEPTED, timezone.now()
        assignment.save(update_fields=["status", "declared_at"])
        Review.objects.get_or_create(assignment=assignment)
        letters.to_editors("review_answered", assignment)
    return assignment


@transaction.atomic
def decline(assignment: ReviewAssignment, *, by: User, reason: str = "") -> ReviewAssignment:
    """Say no, or give a review back that one began. The editor is told. Raises ReviewError."""
    assignment = hold(assignment, by=by)
    assignment.closing_reason = " ".join(reason.replace("\0", "").split())[:500]
    assignment.status, assignment.closed_at = Status.DECLINED, timezone.now()
    assignment.save(update_fields=["status", "closed_at", "closing_reason"])
    letters.to_editors("review_answered", assignment)
    return assignment


@transaction.atomic
def save(assignment: ReviewAssignment, *, by: User, comments: dict[str, str], **fields) -> Review:
    """Keep a draft: `scores`, `evidence_level`, `recommendation`, `reasons`, `note_to_editor`, and comments by section.

    Nobody else reads it before it is handed in. Raises ReviewError.
    """
    assignment = hold(assignment, by=by)
    if assignment.status != Status.ACCEPTED:
        raise ReviewError(_("Say first whether you will review it."))
    review, _is_new = Review.objects.get_or_create(assignment=assignment)
    for name, value in fields.items():
        setattr(review, name, rubric.cleaned(value) if name == "scores" else value)
    review.save()
    for section in CaseStudy.SECTIONS:
        text = comments.get(section, "").replace("\0", "").strip()[: Review.TEXT_AT_MOST]
        if text:
            review.comments.update_or_create(section=section, defaults={"text": text})
        else:
            review.comments.filter(section=section).delete()
    return review


def missing(review: Review) -> list[str]:
    """What a review lacks before it can be handed in."""
    sentences = []
    if set(rubric.CODES) - set(review.scores):
        sentences.append(_("Give each line of the rubric a mark, or say that you cannot judge it."))
    if not review.recommendation:
        sentences.append(_("Say what you recommend."))
    if not review.reasons.strip():
        sentences.append(_("Give your reasons."))
    return sentences


def hand_in(assignment: ReviewAssignment, *, by: User) -> Review:
    """Hand the saved review in; from then on it does not change. Raises ReviewError, Lapsed, Unfinished."""
    require_independence(assignment)
    with transaction.atomic():
        assignment = hold(assignment, by=by)
        if assignment.status != Status.ACCEPTED:
            raise ReviewError(_("Say first whether you will review it."))
        review = Review.objects.get(assignment=assignment)
        if sentences := missing(review):
            raise Unfinished(sentences)
        now = timezone.now()
        try:
            with transaction.atomic():
                ReviewAssignment.objects.filter(pk=assignment.pk).update(
                    status=Status.HANDED_IN, closed_at=now
                )
        except IntegrityError:  # the database knows of a tie that came up in this very moment
            raise Lapsed(_("You belong to an agency of this case study by now.")) from None
        review.handed_in_at = now
        review.save(update_fields=["handed_in_at"])
        assignment.status = Status.HANDED_IN
        recommended = editorial.recommendations(assignment.round)
        letters.to_editors(
            "review_handed_in",
            assignment,
            review=review,
            disagree=editorial.disagree(recommended),
            far_apart=editorial.are_far_apart(recommended),
        )
    return review


UNANSWERED = gettext_lazy("The invitation was not answered within two weeks.")


def end_what_lapsed(on: date) -> list[str]:
    """Daily: end invitations that nobody answered, and reviews of people who have come into one of the agencies."""
    count = 0
    for assignment in ReviewAssignment.objects.waiting().order_by("pk"):
        count += not recheck(assignment)
    old = ReviewAssignment.objects.waiting().filter(
        status=Status.INVITED, invited_at__lt=timezone.now() - ANSWERED_WITHIN
    )
    for assignment in old.select_related("round__revision", "round__editor", "user").order_by("pk"):
        with transaction.atomic():
            if (
                ReviewAssignment.objects.waiting()
                .select_for_update(of=("self",))
                .filter(pk=assignment.pk, status=Status.INVITED)
                .exists()
            ):
                lapse(assignment, UNANSWERED)
                count += 1
    return [f"{count} reviews lapsed"] if count else []


@transaction.atomic
def leave(user: User) -> None:
    """An account is locked or closed: the editors learn that somebody else has to be asked."""
    for assignment in (
        ReviewAssignment.objects.waiting()
        .filter(user=user)
        .select_related("round__revision", "round__editor", "user")
    ):
        lapse(assignment, gettext_lazy("The reviewer's account was closed."))
