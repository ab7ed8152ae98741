"""Feedback after an event: one answer each, anonymous by construction, shown to the host from five answers on.

That somebody has answered is one row, the answer is another, with no link and no time between them. Their order in the
table would tell who said what; so with every answer all answers of the event are written anew in random order.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Attendance, Event, Feedback, FeedbackGiven, Registration
from events.models.feedback import RATINGS
from events.registering.refusals import RegistrationError
from portal import database_clock

LEAST = 5
#: The host asks while people still sit there.
BEFORE_THE_END = timedelta(minutes=30)
OPEN_FOR = timedelta(days=60)


class NoFeedback(RegistrationError):
    """This person cannot give feedback now, or has given it."""


@dataclass(frozen=True)
class Chart:
    """One question: how many said 1, 2, 3, 4, 5, and the mean."""

    question: str
    counts: list[int]

    @property
    def mean(self) -> float:
        return sum(n * count for n, count in enumerate(self.counts, 1)) / sum(self.counts)

    @property
    def bars(self) -> list[dict]:
        """Rating, count, and the width of the bar in hundredths of the longest; the best rating first."""
        most = max(self.counts)
        bars = [
            {"rating": n, "count": count, "width": round(100 * count / most)}
            for n, count in enumerate(self.counts, 1)
        ]
        return bars[::-1]


@dataclass(frozen=True)
class Results:
    """How many answered and, from five answers on, what they said. Otherwise `charts` and texts are empty."""

    number: int
    charts: list[Chart]
    differently: list[str]
    comments: list[str]

    @property
    def are_shown(self) -> bool:
        return bool(self.charts)


def refusal(registration: Registration, at: datetime | None = None) -> NoFeedback | None:
    """Why this person cannot give feedback now, or None when they can."""
    at, event = at or timezone.now(), registration.event
    if FeedbackGiven.objects.filter(registration=registration).exists():
        return NoFeedback(_("You have given your feedback. Thank you."))
    if event.is_cancelled or event.ends_at is None:
        return NoFeedback(_("This event did not take place."))
    if at < event.ends_at - BEFORE_THE_END:
        return NoFeedback(_("You can give feedback when the event is over."))
    if at > event.ends_at + OPEN_FOR:
        return NoFeedback(_("Feedback is closed."))
    if not was_there(registration):
        return NoFeedback(_("Feedback is for people who were there."))
    return None


def was_there(registration: Registration) -> bool:
    """Noted down at the door or by a log; where nobody noted anything down, a seat is enough."""
    noted_down = Attendance.objects.valid().filter(session__event=registration.event_id)
    if noted_down.exists():
        return noted_down.filter(registration=registration).exists()
    return registration.has_seat


@transaction.atomic
def give(
    registration: Registration,
    *,
    content: int,
    teaching: int,
    setting: int,
    differently: str = "",
    comment: str = "",
    at: datetime | None = None,
) -> None:
    """Take one answer. Returns nothing, so that nobody can keep it beside the person. Raises NoFeedback."""
    # One after the other: two at once would each shuffle without the other's answer.
    Event.objects.select_for_update(no_key=True, of=("self",)).get(pk=registration.event_id)
    if no := refusal(registration, at or database_clock.read()):
        raise no
    FeedbackGiven.objects.create(registration=registration)
    answers = [
        *registration.event.feedback.all(),
        Feedback(
            event=registration.event,
            content=content,
            teaching=teaching,
            setting=setting,
            differently=differently,
            comment=comment,
        ),
    ]
    registration.event.feedback.all().delete()
    SystemRandom().shuffle(answers)
    Feedback.objects.bulk_create([anew(answer) for answer in answers])


def anew(answer: Feedback) -> Feedback:
    """The same answer as a new row with a new key."""
    return Feedback(
        event_id=answer.event_id,
        differently=answer.differently,
        comment=answer.comment,
        **{rating: getattr(answer, rating) for rating in RATINGS},
    )


def results(event: Event) -> Results:
    """What the host sees. Below five answers only how many there are: fewer would say who said what."""
    answers = list(event.feedback.all())
    if len(answers) < LEAST:
        return Results(len(answers), [], [], [])
    charts = [
        Chart(
            str(Feedback._meta.get_field(rating).verbose_name),
            [sum(getattr(answer, rating) == n for answer in answers) for n in range(1, 6)],
        )
        for rating in RATINGS
    ]
    return Results(
        len(answers),
        charts,
        sorted(answer.differently for answer in answers if answer.differently),
        sorted(answer.comment for answer in answers if answer.comment),
    )
