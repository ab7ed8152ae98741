"""What the list that people signed says, noted down when a session is over: who came, and if need be from when to when.

It becomes entries at the door, at the times that the host says. So it is taken back as any other attendance, and a phone
that was without a network all day may still send what it saw.
"""

from collections import defaultdict
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.attending import attendance
from events.attending.attendance import IN, OUT, NotTheDay
from events.models import Attendance, DoorEntry, EventSession, Registration
from events.registering.refusals import RegistrationError
from orgs.models import User


class NotOverYet(RegistrationError):
    """While a session goes on, people are checked in."""


class NotedAlready(RegistrationError):
    """Who was seen at a session is not noted down for it once more."""


@transaction.atomic
def came(
    registration: Registration,
    session: EventSession,
    *,
    by: User,
    came_at: datetime | None = None,
    went_at: datetime | None = None,
    at: datetime | None = None,
) -> Attendance:
    """This person was there: from the start or from `came_at`, until the end or until `went_at`.

    What lies before the start or after the end is cut off. Raises NotOverYet, NotSeated, NotTheDay, NotedAlready.
    """
    at = at or timezone.now()
    refuse_while_open(session, at)
    attendance.lock_row(registration)
    attendance.check_may_come(registration, session, session.starts_at)
    if registration.attendances.valid().filter(session=session).exists():
        raise NotedAlready(
            _("%(person)s is noted down already. Take that back first.") % {"person": registration.known_as}
        )
    begins, ends = times_within(session, came_at, went_at)
    forget_stray_entries([registration], session, at)
    attendance.check_in(registration, session, by=by, at=begins)
    attendance.check_out(registration, session, by=by, at=ends)
    return registration.attendances.valid().get(session=session)


@transaction.atomic
def everybody_came(session: EventSession, *, by: User, at: datetime | None = None) -> int:
    """Everybody with a seat of whom nothing was noted yet was there from start to end. Returns how many these are.

    Again, it changes nothing. A constant number of statements for each few hundred people. Raises NotOverYet.
    """
    at = at or timezone.now()
    refuse_while_open(session, at)
    seated = Registration.objects.filter(event=session.event_id, status=Registration.Status.CONFIRMED)
    locked = list(seated.select_for_update(of=("self",), no_key=True).order_by("pk"))
    noted = set(Attendance.objects.valid().filter(session=session).values_list("registration", flat=True))
    people = [one for one in locked if one.pk not in noted]
    forget_stray_entries(people, session, at)
    entries: dict[str, list[DoorEntry]] = defaultdict(list)
    for one in people:
        for way, moment in ((IN, session.starts_at), (OUT, session.ends_at)):
            entries[way].append(
                DoorEntry(
                    key=uuid4(),
                    registration=one,
                    session=session,
                    way=way,
                    source=Attendance.Source.LIST,
                    at=moment,
                    by=by,
                )
            )
    DoorEntry.objects.bulk_create([*entries[IN], *entries[OUT]])
    Attendance.objects.bulk_create(
        Attendance(
            key=entry.key,
            registration=entry.registration,
            session=session,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            source=entry.source,
            by=by,
        )
        for entry in entries[IN]
    )
    return len(people)


def refuse_while_open(session: EventSession, at: datetime) -> None:
    if at < session.ends_at:
        raise NotOverYet(_("This session is not over yet. Check people in as they come."))


def times_within(
    session: EventSession, came_at: datetime | None, went_at: datetime | None
) -> tuple[datetime, datetime]:
    """From when to when somebody was there, within the session. Raises NotTheDay."""
    begins = max(came_at or session.starts_at, session.starts_at)
    ends = min(went_at or session.ends_at, session.ends_at)
    if came_at and went_at and went_at <= came_at:
        raise NotTheDay(_("Nobody goes before they came. Check the two times."))
    if begins >= ends:
        raise NotTheDay(
            _("These times do not lie in the session: %(when)s. Check them.") % {"when": session.when}
        )
    return begins, ends


def forget_stray_entries(people: list[Registration], session: EventSession, at: datetime) -> None:
    """Somebody noted that a person went whom nobody had seen come: it would end what is noted down now too early."""
    strays = DoorEntry.objects.filter(session=session, registration__in=people, voided_at=None)
    strays.update(voided_at=at)
