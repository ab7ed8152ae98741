"""Questions of an event to those who register: what may be asked, what is kept of the answers, and until when.

Answers are for the host and for the person who gave them, and are deleted some days after the event.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Answer, Event, Question, Registration
from events.models.question import LONGEST_CHOICE, MOST_CHOICES
from events.registering.refusals import EventOver, RegistrationError
from portal import database_clock

MOST_QUESTIONS = 30


class QuestionError(Exception):
    """A refusal. Its text is a sentence for people, about the planned question of that number, from 0."""

    def __init__(self, sentence: str, *, number: int | None = None, field: str | None = None):
        super().__init__(sentence)
        self.number, self.field = number, field


@dataclass(frozen=True)
class PlannedQuestion:
    """A question as the host wants it. `pk` is the one that it already is; None makes a new one.

    `only_if` is the key of an earlier question and the answer to it on which this one depends.
    """

    label: str
    kind: str = Question.Kind.SHORT
    is_required: bool = False
    help_text: str = ""
    choices: tuple[str, ...] = ()
    only_if: tuple[int, str] | None = None
    pk: int | None = None


@transaction.atomic
def arrange(event: Event, planned: Iterable[PlannedQuestion]) -> list[Question]:
    """Make the questions what is planned, in that order. What was answered stays readable. Raises QuestionError."""
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    planned = list(planned)
    if len(planned) > MOST_QUESTIONS:
        raise QuestionError(
            _("At most %(most)d questions, please: who registers has a phone.") % {"most": MOST_QUESTIONS}
        )
    known = {question.pk: question for question in event.questions.asked()}
    asked: dict[int, Question] = {}
    for number, plan in enumerate(planned):
        check(plan, number=number, asked=asked)
        question = known.pop(plan.pk, None) or Question(event=event)
        question.position, question.label, question.kind = number, plan.label, plan.kind
        question.is_required, question.help_text = plan.is_required, plan.help_text
        question.choices = list(plan.choices) if plan.kind in Question.WITH_CHOICES else []
        question.only_if_id, question.only_if_answer = plan.only_if or (None, "")
        question.save()
        asked[question.pk] = question
    Question.objects.filter(pk__in=known).update(only_if=None, only_if_answer="", is_retired=True)
    Question.objects.filter(pk__in=known, answers=None).delete()
    event.has_questions = bool(asked)
    event.save(update_fields=["has_questions", "updated_at"])
    return list(asked.values())


def check(plan: PlannedQuestion, *, number: int, asked: Mapping[int, Question]) -> None:
    """What can be asked, and after which other questions. Raises QuestionError."""

    def no(field: str, sentence: str):
        return QuestionError(sentence, number=number, field=field)

    if not plan.label:
        raise no("label", _("Write the question, or take it out."))
    if plan.kind in Question.WITH_CHOICES:
        if not 2 <= len(plan.choices) <= MOST_CHOICES:
            raise no("choices", _("Give from 2 to %(most)d choices.") % {"most": MOST_CHOICES})
        if len(set(plan.choices)) < len(plan.choices):
            raise no("choices", _("One choice stands here twice."))
        if any(len(choice) > LONGEST_CHOICE for choice in plan.choices):
            raise no("choices", _("A choice has at most %(most)d characters.") % {"most": LONGEST_CHOICE})
    if plan.only_if:
        pk, answer = plan.only_if
        if pk not in asked:
            raise no("only_if", _("A question can only depend on one that stands before it."))
        if answer not in asked[pk].answers_to_depend_on:
            raise no("only_if", _("“%(question)s” has no such answer any more.") % {"question": asked[pk]})


@transaction.atomic
def keep_for(event: Event, days: int) -> Event:
    """Say how many days after the event the answers are deleted, from 0 to 365. Raises QuestionError."""
    if not 0 <= days <= Event.LONGEST_KEPT_DAYS:
        raise QuestionError(_("Answers are kept for one year at most."))
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    event.answers_kept_days = days
    event.save(update_fields=["answers_kept_days"])
    return event


def keep(registration: Registration, answers: Mapping[Question, str]) -> None:
    """Write down what the person answered, instead of what they answered before. In the caller's transaction."""
    registration.answers.all().delete()
    Answer.objects.bulk_create(
        Answer(registration=registration, question=question, asked=question.label, text=text)
        for question, text in answers.items()
    )


@transaction.atomic
def supply(
    registration: Registration, answers: Mapping[Question, str], *, at: datetime | None = None
) -> None:
    """Write down what somebody with a place answers later: a new question, or one that nobody had asked them.

    What was answered before stays as it was. Raises RegistrationError.
    """
    held = (
        Registration.objects.select_for_update(of=("self",)).select_related("event").get(pk=registration.pk)
    )
    if not held.is_live:
        raise RegistrationError(_("This place was given back."))
    if held.event.is_over(at or database_clock.read()):
        raise EventOver(_("This event is over."))
    add(held, answers)


def add(registration: Registration, answers: Mapping[Question, str]) -> None:
    """Write down the answers to what was not answered yet. In the caller's transaction."""
    Answer.objects.bulk_create(
        [
            Answer(registration=registration, question=question, asked=question.label, text=text)
            for question, text in answers.items()
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def copy(event: Event, *, to: Event) -> None:
    """Ask at `to`, which has no questions, what is asked at `event`."""
    copies: dict[int, Question] = {}
    for question in event.questions.asked():
        copies[question.pk] = Question.objects.create(
            event=to,
            position=question.position,
            kind=question.kind,
            label=question.label,
            help_text=question.help_text,
            is_required=question.is_required,
            choices=question.choices,
            only_if=copies[question.only_if_id] if question.only_if_id else None,
            only_if_answer=question.only_if_answer,
        )
    to.has_questions = bool(copies)
    to.save(update_fields=["has_questions", "updated_at"])


def answers_of(registrations: Collection[Registration]) -> dict[int, dict[int, str]]:
    """For each registration, by its key, the answers by the key of their question. One query for all."""
    found: dict[int, dict[int, str]] = {registration.pk: {} for registration in registrations}
    for answer in Answer.objects.filter(registration__in=found):
        found[answer.registration_id][answer.question_id] = answer.text
    return found


def columns(event: Event) -> list[Question]:
    """The questions that have a column in a list of answers: those asked now, then those that were asked once."""
    return list(event.questions.order_by("is_retired", "position", "pk"))


def forget(on: date) -> list[str]:
    """Delete the answers whose day has come. Returns a line about each event."""
    lines = []
    over = Event.objects.filter(
        ends_at__lt=timezone.now(), pk__in=Answer.objects.values("registration__event")
    )
    for event in over.order_by("pk"):
        if event.answers_deleted_on <= on:
            number, _models = Answer.objects.filter(registration__event=event).delete()
            event.questions.filter(is_retired=True).delete()
            lines.append(f"{event.public_id}: {number} answers deleted")
    return lines
