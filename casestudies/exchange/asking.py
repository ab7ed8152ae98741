"""Questions to the authors of a case study.

Whoever is signed in with a confirmed address asks; the people who write the case answer, in public if the asker agreed.
A private question is read by its asker and by those people alone, the portal's staff not among them.
"""

from datetime import date, datetime, time, timedelta

from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from casestudies import deidentify
from casestudies.deidentify.check import known_of
from casestudies.models import CaseQuestion, CaseStudy, CoWriting
from casestudies.permissions import can_edit_case, can_review_cases, editable_cases
from orgs.membership import addresses_of
from orgs.models import User
from orgs.permissions import CLOSED, carriers
from portal import mail
from portal.prepared import Prepared

MOST_A_DAY = 10
SHOWN_BELOW_A_CASE = 50
ASKED: Prepared[int] = Prepared(
    lambda case, asker: CaseQuestion.objects.filter(case=case, asker=asker, taken_back_at=None).values_list(
        "pk", flat=True
    )
)


class AskingError(Exception):
    """What cannot be done with a question, in a sentence for people."""


def answerers(case: CaseStudy):
    """The people who can answer for a case: who writes for its lead agency or for one that writes along."""
    agencies = Q(agency=case.agency_id) | Q(agency__in=CoWriting.objects.filter(case=case).values("agency"))
    held = carriers("cases.write").filter(agencies).exclude(agency__status__in=CLOSED)
    return User.objects.filter(pk__in=held.values("user"))


@transaction.atomic
def ask(
    case: CaseStudy, *, by: User, text: str, may_be_public: bool, at: datetime | None = None
) -> CaseQuestion:
    """Put a question to those who wrote a published case, and tell them. Raises AskingError.

    The asker is locked, so that two windows do not ask more than a day's number; and the case, so that none comes
    after it was withdrawn.
    """
    at, text = at or timezone.now(), text.strip()
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    case = CaseStudy.objects.select_for_update(of=("self",)).select_related("agency").get(pk=case.pk)
    if not case.live:
        raise AskingError(_("Only a published case study takes questions."))
    if not addresses_of(by):
        raise AskingError(_("Confirm your e-mail address first, so that the answer reaches you."))
    if can_edit_case(by, case):
        raise AskingError(_("You write this case study yourself."))
    if not text or len(text) > CaseQuestion.LONGEST:
        raise AskingError(
            _("Write your question in at most %(number)d characters.") % {"number": CaseQuestion.LONGEST}
        )
    if by.case_questions.filter(asked_at__gt=at - timedelta(days=1)).count() >= MOST_A_DAY:
        raise AskingError(
            _("You have asked %(number)d questions within a day. Ask this one tomorrow.")
            % {"number": MOST_A_DAY}
        )
    people = list(answerers(case))
    if not people:
        raise AskingError(_("Nobody of these agencies answers questions on the portal yet."))
    question = case.questions.create(asker=by, text=text, may_be_public=may_be_public, asked_at=at)
    for person in people:
        mail.send(
            "case_question_asked",
            to=person.email,
            language=person.language,
            context={"question": question, "case": case},
        )
    return question


def held(question: CaseQuestion) -> CaseQuestion:
    """The question as it is now, locked until the end of the transaction."""
    locked = CaseQuestion.objects.select_for_update(of=("self",))
    return locked.select_related("case__agency", "asker").get(pk=question.pk)


@transaction.atomic
def answer(question: CaseQuestion, *, by: User, text: str, is_public: bool) -> CaseQuestion:
    """Answer a question, or put another answer in place of the first one. The asker hears of the first. Raises AskingError."""
    question, text = held(question), text.strip()
    check_answerer(question, by)
    if question.taken_back_at:
        raise AskingError(_("The question was taken back."))
    if not text or len(text) > CaseQuestion.LONGEST_ANSWER:
        raise AskingError(
            _("Write your answer in at most %(number)d characters.") % {"number": CaseQuestion.LONGEST_ANSWER}
        )
    is_first = question.answered_at is None
    question.answer = text
    question.answered_by, question.answered_at, question.declined_at = by, timezone.now(), None
    question.is_public = is_public
    if is_public:
        check_public(question)
    question.save()
    if is_first:
        tell_asker(question)
    return question


def check_answerer(question: CaseQuestion, by: User) -> None:
    if not can_edit_case(by, question.case):
        raise AskingError(_("Only those who write this case study answer its questions."))
    if question.hidden_at:
        raise AskingError(_("The portal's staff have hidden this question."))


def check_public(question: CaseQuestion) -> None:
    """Refuse to show to everybody what its asker wants kept private, or what gives somebody away for certain."""
    if not question.may_be_public:
        raise AskingError(_("Who asked wants a private answer."))
    for words, what in (
        (
            question.text,
            _("The question holds “%(words)s”, by which somebody could be known. Answer privately."),
        ),
        (question.answer, _("Your answer holds “%(words)s”, by which somebody could be known. Take it out.")),
    ):
        if certain := [one for one in found_in(words, question.case) if one.certain]:
            raise AskingError(what % {"words": certain[0].text})


def found_in(words: str, case: CaseStudy) -> list[deidentify.Finding]:
    return deidentify.findings(words, known=known_of(case))


def doubtful(question: CaseQuestion) -> list[str]:
    """Words of a public question or answer that may be a person's name or number: for those who wrote it to look at."""
    found = found_in(f"{question.text}\n{question.answer}", question.case)
    return list(dict.fromkeys(one.text for one in found))


@transaction.atomic
def show(question: CaseQuestion, *, by: User, is_public: bool) -> CaseQuestion:
    """Make an answered question public, or private again. Raises AskingError."""
    question = held(question)
    check_answerer(question, by)
    if not question.answered_at:
        raise AskingError(_("This question is not answered yet."))
    if is_public:
        check_public(question)
    question.is_public = is_public
    question.save()
    return question


@transaction.atomic
def decline(question: CaseQuestion, *, by: User) -> CaseQuestion:
    """Set a question aside without an answer; its asker is told. Raises AskingError."""
    question = held(question)
    check_answerer(question, by)
    if not question.is_waiting:
        raise AskingError(_("This question does not wait any more."))
    question.declined_at = timezone.now()
    question.save()
    tell_asker(question)
    return question


@transaction.atomic
def withdraw(question: CaseQuestion, *, by: User) -> CaseQuestion:
    """Take back one's own question: unanswered its words are gone, answered it is private from now on. Raises AskingError."""
    question = held(question)
    if question.asker_id != by.pk:
        raise AskingError(_("This is not your question."))
    if question.answered_at:
        question.may_be_public = question.is_public = False
        question.hidden_at, question.hidden_reason = None, ""
    else:
        question.text, question.taken_back_at = "", question.taken_back_at or timezone.now()
    question.save()
    return question


@transaction.atomic
def hide(question: CaseQuestion, *, by: User, reason: str) -> CaseQuestion:
    """Portal staff take a public question out of sight; without a reason it is shown again. Raises AskingError."""
    question, reason = held(question), reason.strip()[:500]
    if not can_review_cases(by):
        raise AskingError(_("Only the portal's staff may hide a question."))
    if not question.is_public:
        raise AskingError(_("Only what is public can be hidden."))
    if not reason and not question.hidden_at:
        raise AskingError(_("Hiding a question needs a reason."))
    question.hidden_at, question.hidden_reason = (timezone.now() if reason else None), reason
    question.save()
    return question


def tell_asker(question: CaseQuestion) -> None:
    if question.asker and question.asker.is_active:
        mail.send(
            "case_question_answered",
            to=question.asker.email,
            language=question.asker.language,
            context={"question": question, "case": question.case},
        )


# -- Reading ----------------------------------------------------------------------------------------------------------


def open_to(user):
    """The questions whose own page this person opens: one's own, and those to the cases that one writes."""
    return CaseQuestion.objects.filter(taken_back_at=None).filter(
        Q(asker=user.pk) | Q(case__in=editable_cases(user).values("pk"))
    )


def reads_as_anybody(case: CaseStudy, user) -> bool:
    """Whether somebody sees the questions below a case as visitors do: no staff, and nobody who asked one."""
    if not user.is_authenticated:
        return True
    if can_review_cases(user):
        return False
    return case.has_no("questions") or not ASKED.all(case=case.pk, asker=user.pk)


def beside(case: CaseStudy, user, *, page: str | None = None) -> dict:
    """What stands below a published case: a page of public questions and one's own, and whether it takes more."""
    if not case.live:
        return {}
    staff = can_review_cases(user)
    shown = Q(is_public=True) if staff else Q(is_public=True, hidden_at=None)
    if user.is_authenticated:
        shown |= Q(asker=user.pk, taken_back_at=None)
    questions = case.questions.none() if case.has_no("questions") else case.questions.filter(shown)
    return {
        "questions": Paginator(questions, SHOWN_BELOW_A_CASE).get_page(page),
        "takes_questions": answerers(case).exists(),
        "can_hide_questions": staff,
    }


def waiting_for(agencies):
    """What waits for an answer of these agencies' people, the oldest first."""
    cases = CaseStudy.objects.written_by(agencies)
    questions = CaseQuestion.objects.of_cases(cases.values("pk")).waiting()
    return questions.select_related("case", "asker").order_by("asked_at", "pk")


def sweep(on: date) -> list[str]:
    """Remove the empty rows of questions taken back long enough ago for the daily number."""
    before = timezone.make_aware(datetime.combine(on - timedelta(days=2), time()))
    number, _each = CaseQuestion.objects.filter(taken_back_at__lt=before, asked_at__lt=before).delete()
    return [f"removed {number} questions that were taken back"] if number else []


def forget(user: User) -> None:
    """Who closes their account takes back what is unanswered or private; public questions stay under no name."""
    user.case_questions.filter(Q(answered_at=None) | Q(is_public=False)).delete()
    user.case_questions.update(asker=None)
