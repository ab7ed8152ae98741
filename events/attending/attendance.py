"""Who came, and for how long. Devices at the doors report what they saw, late and in any order; the intervals follow.

A person is there from the first "in" until the next "out". Both are kept as entries with the key that the device made,
and the intervals are worked out anew from all of them: two doors that were without a network end with the same result,
whichever is heard first and however often.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from events.attending.minutes import Interval, attended
from events.models import Attendance, DoorEntry, EventSession, Registration, SeatPool
from events.registering.refusals import EventCancelled, RegistrationError
from events.registering.registration import hold
from events.registering.standing import settle
from orgs.models import User

IN, OUT = DoorEntry.Way.values
#: Doors open before a session begins, and a phone may stay without a network until the evening.
AROUND_A_SESSION = timedelta(hours=12)
#: What minutes are counted from.
COUNTED_FROM = (
    *("registration_id", "starts_at", "ends_at"),
    *("session__starts_at", "session__ends_at", "session__is_all_day", "session__event__time_zone"),
)


class NotSeated(RegistrationError):
    """Who has no seat is not checked in; the host may let them in first."""


class RoomIsFull(RegistrationError):
    """There is no seat to let somebody in to."""


class NotTheDay(RegistrationError):
    """The time has nothing to do with the session."""


class SessionOver(RegistrationError):
    """Nobody comes in to what has ended; who was there is noted down from the list that was signed."""


def check_in(
    registration: Registration,
    session: EventSession,
    *,
    by: User,
    at: datetime | None = None,
    source: str = Attendance.Source.LIST,
    key: UUID | None = None,
) -> Attendance | None:
    """This person came in. Returns the interval that holds `at`. Nobody's seat is taken by it.

    The same `key` again changes nothing, and neither does checking in who is there already. None only when an earlier
    report with this key was taken back. Raises NotSeated, NotTheDay, SessionOver.
    """
    return note(registration, session, way=IN, by=by, at=at, source=source, key=key)


def check_out(
    registration: Registration,
    session: EventSession,
    *,
    by: User,
    at: datetime | None = None,
    source: str = Attendance.Source.LIST,
    key: UUID | None = None,
) -> Attendance | None:
    """This person went. Returns the interval that it ends, if any. Raises NotSeated, NotTheDay."""
    return note(registration, session, way=OUT, by=by, at=at, source=source, key=key)


@transaction.atomic
def note(
    registration: Registration,
    session: EventSession,
    *,
    way: str,
    by: User,
    at: datetime | None,
    source: str,
    key: UUID | None,
) -> Attendance | None:
    """Add one entry at the door and work the intervals out anew."""
    at = at or timezone.now()
    lock_row(registration)
    entry = DoorEntry.objects.filter(key=key).first() if key else None
    if entry is None:
        if way == IN and at >= session.ends_at:
            raise SessionOver(
                _("This session is over. Note down who was there, from the list that they signed.")
            )
        check_may_come(registration, session, at)
        entry = DoorEntry.objects.create(
            key=key or uuid4(),
            registration=registration,
            session=session,
            way=way,
            source=source,
            at=at,
            by=by,
        )
        work_out(registration, session)
    return interval_of(entry)


def lock_row(registration: Registration) -> None:
    """Two doors report the same person one after the other."""
    locked = Registration.objects.select_for_update(of=("self",), no_key=True).get(pk=registration.pk)
    registration.status = locked.status


def check_may_come(registration: Registration, session: EventSession, at: datetime) -> None:
    if session.event_id != registration.event_id:
        raise NotTheDay(_("This session belongs to another event."))
    if not registration.has_seat:
        raise NotSeated(_("%(person)s has no seat. Let them in first.") % {"person": registration.known_as})
    if not session.starts_at - AROUND_A_SESSION <= at <= session.ends_at + AROUND_A_SESSION:
        raise NotTheDay(
            _(
                "People are checked in from 12 hours before a session until 12 hours after it. Check the session."
            )
        )


def intervals(entries: Iterable[DoorEntry]) -> Iterator[tuple[DoorEntry, datetime | None]]:
    """From each "in" that finds the person outside until the next "out", with the entry that began it."""
    began = None
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.way, entry.pk)):
        if entry.way == IN:
            began = began or entry
        elif began and entry.at > began.at:
            yield began, entry.at
            began = None
    if began:
        yield began, None


def work_out(registration: Registration, session: EventSession) -> None:
    """Make the intervals what the entries say. The caller has locked the registration."""
    entries = registration.door_entries.filter(session=session, voided_at=None)
    rows = registration.attendances.valid().filter(session=session).exclude(source=Attendance.Source.LOG)
    by_key = {row.key: row for row in rows}
    wanted = list(intervals(entries))
    rows_left = [row for key, row in by_key.items() if key not in {entry.key for entry, _ends in wanted}]
    changed = []
    for entry, ends_at in wanted:
        row = by_key.get(entry.key) or (rows_left.pop(0) if rows_left else Attendance())
        facts = {
            "key": entry.key,
            "registration_id": registration.pk,
            "session_id": session.pk,
            "starts_at": entry.at,
            "ends_at": ends_at,
            "source": entry.source,
            "by_id": entry.by_id,
        }
        if any(getattr(row, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(row, name, value)
            changed.append(row)
    # Those that end first: for a moment there must not be two that have no end.
    for row in sorted(changed, key=lambda row: row.ends_at is None):
        row.save()


def interval_of(entry: DoorEntry) -> Attendance | None:
    """The interval that an entry lies in, its ends included."""
    rows = Attendance.objects.valid().filter(registration=entry.registration_id, session=entry.session_id)
    rows = rows.exclude(source=Attendance.Source.LOG).filter(starts_at__lte=entry.at)
    row = rows.order_by("-starts_at").first()
    return row if row and (row.ends_at is None or row.ends_at >= entry.at) else None


@transaction.atomic
def void(attendance: Attendance, *, by: User, at: datetime | None = None) -> Attendance:
    """Take an interval back that was a slip, with what the doors saw of it. Both stay in the tables, marked.

    Again, it changes nothing.
    """
    lock_row(attendance.registration)
    attendance.refresh_from_db()
    if attendance.voided_at:
        return attendance
    at = at or timezone.now()
    attendance.voided_at, attendance.voided_by = at, by
    attendance.save(update_fields=["voided_at", "voided_by"])
    if attendance.source == Attendance.Source.LOG:  # what the doors saw meanwhile was no slip
        return attendance
    entries = DoorEntry.objects.filter(
        registration=attendance.registration_id, session=attendance.session_id, at__gte=attendance.starts_at
    )
    if attendance.ends_at:
        entries = entries.filter(at__lte=attendance.ends_at)
    entries.update(voided_at=at)
    work_out(attendance.registration, attendance.session)
    return attendance


@transaction.atomic
def let_in(
    registration: Registration, *, by: User, one_more_chair: bool = False, at: datetime | None = None
) -> Registration:
    """Give a seat to somebody without one who stands at the door; they are still to be checked in.

    Only when a seat is free, or when the host says that there is `one_more_chair`: then the room has one seat more.
    Who has a seat keeps it. Raises NotYours, RoomIsFull, EventCancelled.
    """
    hold(registration, by=by)
    if registration.has_seat:
        return registration
    at = at or timezone.now()
    if registration.event.is_cancelled:
        raise EventCancelled(_("This event has been cancelled."))
    pool = SeatPool.objects.filter(pk=registration.pool_id)
    if not pool.filter(taken__lt=F("capacity")).update(taken=F("taken") + 1):
        if not one_more_chair:
            raise RoomIsFull(_("Every seat is taken. Add a chair, or ask them to wait."))
        pool.update(capacity=F("capacity") + 1, taken=F("taken") + 1)
    settle(
        registration,
        Registration.Status.CONFIRMED,
        by=by,
        at=at,
        template="confirmed",
        promoted_at=at if registration.status == Registration.Status.WAITLISTED else None,
        reason=_("let in at the door"),
    )
    return registration


def attended_minutes(
    registrations: Iterable[Registration], *, at: datetime | None = None
) -> dict[int, dict[int, int]]:
    """Registration key → session key → whole minutes at that session, for those who were there at all.

    `events.attending.minutes` says how they are counted. Who has not gone yet counts until `at`, now when it is left
    out. One query, however many are asked about.
    """
    at = at or timezone.now()
    keys = [one.pk for one in registrations]
    seen: dict[int, dict[EventSession, list[Interval]]] = {key: defaultdict(list) for key in keys}
    rows = Attendance.objects.valid().filter(registration__in=keys).select_related("session__event")
    for row in rows.only(*COUNTED_FROM):
        until = row.ends_at or max(at, row.starts_at)
        seen[row.registration_id][row.session].append((row.starts_at, until))
    return {key: attended(sessions) for key, sessions in seen.items()}


def minutes_of(registration: Registration, *, at: datetime | None = None) -> int:
    """Whole minutes that this person attended, over all sessions."""
    return sum(attended_minutes([registration], at=at)[registration.pk].values())
