"""Who gets a seat. Everything that gives, frees or hands on a place is here; nothing else counts seats.

The order of locks is always: the event, one's own registration, the seat pool, others' registrations (skipping those
that are locked). So no two people wait for each other. On SQLite every transaction is IMMEDIATE and the order is moot.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events import letters
from events.models import Event, Registration, RegistrationLogEntry, SeatPool
from orgs.models import Agency, User

MOST_SEATS = 10_000
CONFIRMED, WAITLISTED, CANCELLED = Registration.Status.values


class RegistrationError(Exception):
    """A refusal. Its text is a sentence for people, in the language that was active when it was raised."""


class NotOpen(RegistrationError):
    """Nobody can register: not published, not yet, no longer, or nothing to register for."""


class EventCancelled(NotOpen):
    pass


class EventOver(NotOpen):
    pass


class NotYourAgency(RegistrationError):
    """People register in the name of an agency they belong to, or in no agency's name."""


class CapacityRefused(RegistrationError):
    """The number of seats cannot become what was asked for."""


class PoolIsFull(Exception):
    """Every seat is taken. Never leaves this file: who finds a full pool gets in line."""


def refusal(event: Event, at: datetime, *, has_pool: bool | None = None) -> NotOpen | None:
    """Why nobody can register now, or None when people can. The event's page says the same sentence.

    Who has read a seat pool already says so by `has_pool`.
    """
    if event.is_cancelled:
        return EventCancelled(_("This event has been cancelled."))
    if event.status == Event.Status.DRAFT:
        return NotOpen(_("This event is not published yet."))
    if event.is_over(at):
        return EventOver(_("This event is over."))
    if not (event.takes_registrations if has_pool is None else has_pool):
        return NotOpen(_("This event needs no registration. Just come."))
    if event.registration_opens_at and at < event.registration_opens_at:
        opens_at = date_format(timezone.localtime(event.registration_opens_at), "DATETIME_FORMAT")
        return NotOpen(_("Registration opens on %(time)s.") % {"time": opens_at})
    if not event.is_registration_open(at):
        return NotOpen(_("Registration is closed."))
    return None


@transaction.atomic
def register(
    event: Event,
    *,
    user: User,
    by: User,
    agency: Agency | None = None,
    note: str = "",
    at: datetime | None = None,
) -> Registration:
    """Give `user` a seat, or a place on the waiting list when all seats are taken.

    Who is registered already gets the same registration back, however often the button was pressed.
    `agency` is kept as it is now, whatever becomes of the membership. Raises RegistrationError.
    """
    at = at or timezone.now()
    if agency and not user.memberships.active().filter(agency=agency).exists():
        raise NotYourAgency(_("You do not belong to this agency. Choose one of yours, or none."))
    facts = {"user": user, "agency": agency, "note": note, "at": at}
    try:
        return take_seat(event, by=by, **facts)
    except PoolIsFull:
        return take_place_in_line(event, by=by, **facts)


@transaction.atomic
def take_seat(event: Event, *, by: User, **facts) -> Registration:
    """A registration with a seat, or the one there is. Raises PoolIsFull, and then nothing has happened."""
    registration, is_new = enter(event, **facts)
    if is_new:
        if registration.pool.taken >= registration.pool.capacity:
            raise PoolIsFull
        note_down(registration, by=by, at=facts["at"], template="confirmed")
        # The last statement: whoever comes meanwhile waits for the pool's row only while this commits.
        pool = SeatPool.objects.filter(pk=registration.pool_id, taken__lt=F("capacity"))
        if not pool.update(taken=F("taken") + 1):
            raise PoolIsFull
    return registration


@transaction.atomic
def take_place_in_line(event: Event, *, by: User, **facts) -> Registration:
    """A registration on the waiting list, or the one there is."""
    registration, is_new = enter(event, **facts)
    if is_new:
        get_in_line(registration, by=by, at=facts["at"])
    return registration


def enter(
    event: Event, *, user: User, agency: Agency | None, note: str, at: datetime
) -> tuple[Registration, bool]:
    """This person's row, new or brought back, and whether it was. It has no seat yet: only this transaction sees it.

    Raises NotOpen.
    """
    pool = next(iter(event.pools.all()), None)
    if pool is None:
        raise refusal(Event.objects.get(pk=event.pk), at) or NotOpen(
            _("This event needs no registration. Just come.")
        )
    fields = {"pool": pool, "agency": agency, "note": note, "status": CONFIRMED, "created_at": at}
    new = Registration(event=event, user=user, **fields)
    Registration.objects.bulk_create([new], ignore_conflicts=True)
    registration = Registration.objects.select_related("event", "pool").get(event=event, user=user)
    is_new = registration.public_id == new.public_id
    if not is_new and not registration.is_live:
        # A new row holds the event's row by its foreign key; one that comes back must do so itself.
        Event.objects.select_for_update(no_key=True).get(pk=event.pk)
        is_new = bool(Registration.objects.filter(pk=registration.pk, status=CANCELLED).update(**fields))
        registration.refresh_from_db()
    # Asked only now: our row holds the event's, so a cancellation is either seen here or waits for us and sees our row.
    if is_new and (no := refusal(registration.event, at, has_pool=True)):
        raise no
    registration.user = user
    return registration, is_new


def get_in_line(registration: Registration, *, by: User, at: datetime) -> None:
    """The end of the waiting list, or the seat that somebody gave back while we were on our way here."""
    pool = SeatPool.objects.select_for_update().get(pk=registration.pool_id)
    if pool.taken < pool.capacity:
        settle(registration, CONFIRMED, by=by, at=at, template="confirmed")
        SeatPool.objects.filter(pk=pool.pk).update(taken=F("taken") + 1)
        return
    last = pool.registrations.in_line().last()
    # Clocks differ between servers; the line is in the order in which the pool was locked.
    since = max(at, last.waiting_since + timedelta(microseconds=1)) if last else at
    settle(registration, WAITLISTED, by=by, at=at, waiting_since=since, template="waitlisted")


@transaction.atomic
def cancel(registration: Registration, *, by: User, at: datetime | None = None) -> Registration | None:
    """Give a place back. The seat goes to the first in line, who is returned; `taken` is not lowered in between.

    Cancelling again changes nothing. Raises EventOver.
    """
    at = at or timezone.now()
    registration.refresh_from_db(
        from_queryset=Registration.objects.select_for_update(of=("self",)).select_related(
            "event__host", "user"
        )
    )
    if not registration.is_live:
        return None
    if registration.event.is_over(at):
        raise EventOver(_("This event is over."))
    had_seat = registration.has_seat
    settle(registration, CANCELLED, by=by, at=at, template="cancelled")
    if not had_seat:
        return None
    pool = SeatPool.objects.select_for_update().get(pk=registration.pool_id)
    if promoted := first_in_line(pool):
        settle(promoted, CONFIRMED, by=by, at=at, template="promoted")
        return promoted
    SeatPool.objects.filter(pk=pool.pk).update(taken=F("taken") - 1)
    return None


@transaction.atomic
def change_capacity(
    event: Event, *, capacity: int, by: User, at: datetime | None = None
) -> list[Registration]:
    """Set the number of seats and hand new ones to those in line, who are returned. Raises CapacityRefused."""
    if not 0 <= capacity <= MOST_SEATS:
        raise CapacityRefused(_("An event has between 0 and %(most)d seats.") % {"most": MOST_SEATS})
    SeatPool.objects.get_or_create(event=event, kind=SeatPool.Kind.OPEN, defaults={"capacity": capacity})
    pool = SeatPool.objects.select_for_update().get(event=event, kind=SeatPool.Kind.OPEN)
    if capacity < pool.taken:
        raise CapacityRefused(
            _("%(taken)d seats are taken already. There cannot be fewer.") % {"taken": pool.taken}
        )
    SeatPool.objects.filter(pk=pool.pk).update(capacity=capacity)
    return promote(event, by=by, at=at)


@transaction.atomic
def promote(event: Event, *, by: User, at: datetime | None = None) -> list[Registration]:
    """Hand every free seat to those in line, the first in line first. Returns who got one."""
    at = at or timezone.now()
    promoted: list[Registration] = []
    if event.status != Event.Status.PUBLISHED or event.is_over(at):
        return promoted
    for pool in event.pools.select_for_update().order_by("pk"):
        for _seat in range(pool.capacity - pool.taken):
            registration = first_in_line(pool)
            if registration is None:
                break
            settle(registration, CONFIRMED, by=by, at=at, template="promoted")
            SeatPool.objects.filter(pk=pool.pk).update(taken=F("taken") + 1)
            promoted.append(registration)
    return promoted


@transaction.atomic
def cancel_everybody(event: Event, *, by: User, at: datetime) -> list[Registration]:
    """Cancel every place of an event that is called off, and write to each person. Only `publishing.cancel_event` asks."""
    everybody = list(
        event.registrations.live().select_for_update(of=("self",)).select_related("user").order_by("pk")
    )
    for registration in everybody:
        registration.event = event
        settle(registration, CANCELLED, by=by, at=at, template="event_cancelled")
    for pool in event.pools.select_for_update().order_by("pk"):
        SeatPool.objects.filter(pk=pool.pk).update(taken=0)
    return everybody


def first_in_line(pool: SeatPool) -> Registration | None:
    """Who gets the next seat. Locked rows are passed over: a waiting person who is just leaving holds their own."""
    return (
        pool.registrations.in_line()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("event__host", "user")
        .first()
    )


def settle(
    registration: Registration,
    status: str,
    *,
    by: User,
    at: datetime,
    template: str,
    waiting_since: datetime | None = None,
) -> None:
    """Write down the new status, with its log entry and its mail, all in the caller's transaction."""
    registration.status, registration.waiting_since = status, waiting_since
    registration.save(update_fields=["status", "waiting_since"])
    note_down(registration, by=by, at=at, template=template)


def note_down(registration: Registration, *, by: User, at: datetime, template: str) -> None:
    """The log entry about the status as it is now, and the letter about it."""
    entry = RegistrationLogEntry.objects.create(
        registration=registration, status=registration.status, by=by, at=at
    )
    letters.write(entry, template)
