"""What the authors read of the reviews once it is decided, and what they answer point by point.

They read reasons and comments on sections of what was handed in; never a name, a note to the editor, marks or
recommendations. Reviewers see the answers as soon as the text is submitted again.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from casestudies.models import CaseStudy, PointAnswer, Review, ReviewAssignment, ReviewRound
from casestudies.permissions import can_edit_case, can_submit_case
from casestudies.review import letters
from casestudies.writing.authoring import AuthoringError
from orgs.models import User

Status = ReviewRound.Status


class AnswerError(AuthoringError):
    """What the authors cannot do in a review, in a sentence for people."""


@dataclass
class Point:
    """Something a reviewer said: to a section, or (`section` empty) as the reasons of the whole; with the answer to it."""

    review: int
    section: str
    title: str
    text: str
    answer: str

    @property
    def key(self) -> str:
        return f"{self.review}-{self.section}"


@dataclass
class Reader:
    """One reviewer as the authors see them: a number and a role."""

    number: int
    role: str
    points: list[Point]


def readers_of(asked: ReviewRound) -> list[Reader]:
    """The reviews that were handed in, as the authors may read them: nothing before the decision. Four queries."""
    if asked.status not in (Status.ACCEPTED, Status.REVISE, Status.DECLINED):
        return []
    handed_in = asked.assignments.filter(
        status=ReviewAssignment.Status.HANDED_IN, review__handed_in_at__isnull=False
    )
    found = handed_in.select_related("review").prefetch_related("review__comments", "review__answers")
    return [
        Reader(number, one.get_role_display(), points_of(one.review)) for number, one in enumerate(found, 1)
    ]


def points_of(review: Review) -> list[Point]:
    """Reasons first, then the comments in the order of the text."""
    answers = {answer.section: answer.text for answer in review.answers.all()}
    comments = {comment.section: comment.text for comment in review.comments.all()}
    said = [("", str(_("The text as a whole")), review.reasons)]
    said += [
        (name, str(CaseStudy.section_title(name)), comments[name])
        for name in CaseStudy.SECTIONS
        if name in comments
    ]
    return [Point(review.pk, section, title, text, answers.get(section, "")) for section, title, text in said]


def latest(case: CaseStudy) -> ReviewRound | None:
    """The newest round of a case."""
    return case.review_rounds.select_related("revision").first()


def can_answer(asked: ReviewRound) -> bool:
    """Whether the authors answer now: changes were wanted, and the text was not submitted again."""
    return (
        asked.status == Status.REVISE
        and not ReviewRound.objects.filter(case=asked.case_id, number__gt=asked.number).exists()
    )


@transaction.atomic
def answer(asked: ReviewRound, *, by: User, reply: str, points: dict[str, str]) -> None:
    """Keep the authors' answers: `reply` to the editor, `points` by their key. Raises AnswerError."""
    case = CaseStudy.objects.select_for_update().get(pk=asked.case_id)
    asked = ReviewRound.objects.get(pk=asked.pk)
    if not can_edit_case(by, case):
        raise AnswerError(_("Only the agencies that write this case study answer."))
    if not can_answer(asked):
        raise AnswerError(_("These answers were sent with the text. They do not change any more."))
    asked.reply = reply.replace("\0", "").strip()[: ReviewRound.REASON_AT_MOST]
    asked.save(update_fields=["reply"])
    for reader in readers_of(asked):
        for point in reader.points:
            text = points.get(point.key, "").replace("\0", "").strip()[: Review.TEXT_AT_MOST]
            if text:
                PointAnswer.objects.update_or_create(
                    review_id=point.review, section=point.section, defaults={"text": text, "by": by}
                )
            else:
                PointAnswer.objects.filter(review=point.review, section=point.section).delete()


@transaction.atomic
def take_back(case: CaseStudy, *, by: User) -> CaseStudy:
    """Take the submitted text back; it is a draft again, and the reviewers are told. Raises AnswerError."""
    case = CaseStudy.objects.select_for_update().get(pk=case.pk)
    if not can_submit_case(by, case):
        raise AnswerError(_("The agency that submitted the text takes it back."))
    asked = case.review_rounds.open().select_related("revision", "editor").first()
    state = case.current_workflow_state
    if asked is None or state is None or not case.workflow_in_progress:
        raise AnswerError(_("This case study is not being reviewed: it has been decided or taken back."))
    state.cancel(user=by)
    letters.tell_editors_of_return(asked)
    return CaseStudy.objects.get(pk=case.pk)
