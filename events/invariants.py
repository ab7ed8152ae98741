"""What must hold of seats, waiting lists and logs, and that all rows of one event are of that event."""

from collections.abc import Iterator

from django.db.models import CharField, Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Lower, NullIf
from django.utils import timezone

from events.models import (
    Answer,
    Attendance,
    DoorEntry,
    Event,
    HoursEntry,
    MeetingLogRow,
    MessageCopy,
    Registration,
    RegistrationLogEntry,
    Reminder,
    SeatPool,
)
from events.registering.seat_count import miscounted
from portal.invariants import at_odds, told

Status = Registration.Status


def findings() -> Iterator[str]:
    yield from told(
        "seat pool with more taken than it has", keys(SeatPool.objects.filter(taken__gt=F("capacity")))
    )
    not_kept = SeatPool.objects.exclude(kind=SeatPool.Kind.AGENCY)
    yield from told(
        "seats opened to all that were kept for nobody (pool)", keys(not_kept.filter(released__gt=0))
    )
    yield from told("seat pool whose count differs from its registrations", keys(miscounted()))
    yield from told("person with several places at one event (event)", twice_there())
    yield from told("somebody waits beside a free seat (pool)", waits_beside_a_seat())
    yield from told("two people at the same place in line (pool)", same_place_in_line())
    yield from told("registration whose log does not say how it stands", keys(log_says_otherwise()))
    live_at_cancelled = Registration.objects.live().filter(event__status=Event.Status.CANCELLED)
    yield from told("place at an event that was called off", keys(live_at_cancelled))
    for model, one, other in (
        (Registration, "pool__event", "event"),
        (Answer, "question__event", "registration__event"),
        (Attendance, "session__event", "registration__event"),
        (DoorEntry, "session__event", "registration__event"),
        (HoursEntry, "session__event", "registration__event"),
        (MeetingLogRow, "registration__event", "event"),
        (MessageCopy, "message__event", "registration__event"),
        (Reminder, "session__event", "registration__event"),
        (Event, "series__host", "host"),
    ):
        yield from at_odds(model, one, other)


def keys(rows):
    return rows.order_by("pk").values_list("pk", flat=True)


def twice_there():
    """Events at which an account, an e-mail address or a telephone number has more than one live place."""
    person = Coalesce(
        Cast("user", CharField()),
        NullIf(Lower("guest_email"), Value("")),
        NullIf("guest_phone", Value("")),
        output_field=CharField(),
    )
    rows = Registration.objects.live().annotate(person=person).exclude(person=None).order_by()
    doubled = rows.values("event", "person").annotate(places=Count("pk")).filter(places__gt=1)
    return sorted({row["event"] for row in doubled})


def waits_beside_a_seat():
    """Pools of events to come that have a free seat and somebody in line for it."""
    coming = SeatPool.objects.filter(
        event__status=Event.Status.PUBLISHED, event__starts_at__gt=timezone.now()
    )
    return keys(coming.filter(taken__lt=F("capacity"), registrations__status=Status.WAITLISTED).distinct())


def same_place_in_line():
    waiting = Registration.objects.filter(status=Status.WAITLISTED).order_by()
    doubled = waiting.values("pool", "waiting_since").annotate(people=Count("pk")).filter(people__gt=1)
    return sorted({row["pool"] for row in doubled})


def log_says_otherwise():
    """Registrations without a log, or whose last entry names another status."""
    last = (
        RegistrationLogEntry.objects.filter(registration=OuterRef("pk")).order_by("-pk").values("status")[:1]
    )
    rows = Registration.objects.annotate(told=Subquery(last))
    return rows.filter(Q(told=None) | ~Q(told=F("status")))
