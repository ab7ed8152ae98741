"""What is sent about one person's seat, for their calendar (iTIP, RFC 5546): the seat, its changes, its end."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from icalendar import vCalAddress

from events.calendars import ical
from events.models import EventSession, Registration


def invitation(registration: Registration, *, at: datetime, dropped: Sequence[EventSession] = ()) -> bytes:
    """A seat, as a message that puts the event into the person's calendar and takes out the sessions `dropped` since."""
    return message(registration, at=at, ended=dropped, sessions=registration.event.sessions.all())


def withdrawal(registration: Registration, *, at: datetime) -> bytes:
    """The end of a seat, as a message that takes the event out of the person's calendar."""
    return message(registration, at=at, ended=registration.event.sessions.all())


def message(
    registration: Registration,
    *,
    at: datetime,
    sessions: Iterable[EventSession] = (),
    ended: Iterable[EventSession] = (),
) -> bytes:
    """One person's message. Its SEQUENCE grows with every log entry, so that a later message always counts.

    REQUEST and CANCEL speak of one UID (RFC 5546, 3.2.2 and 3.2.5). What concerns several sessions therefore goes out
    as PUBLISH, which may carry many; a session that ended is an entry with STATUS:CANCELLED.
    """
    entries = [(session, ical.CONFIRMED) for session in sessions]
    entries += [(session, ical.CANCELLED) for session in ended]
    is_for_one = len(entries) == 1
    calendar = ical.new_calendar()
    calendar.add(
        "method",
        {ical.CONFIRMED: "REQUEST", ical.CANCELLED: "CANCEL"}[entries[0][1]] if is_for_one else "PUBLISH",
    )
    messages_before = sequence_of(registration.log.count())
    for session, status in entries:
        component = ical.entry(
            session,
            registration.event,
            at=at,
            sequence=session.sequence + messages_before,
            status=status,
            has_link=status == ical.CONFIRMED,
        )
        component.add("organizer", ical.organizer())
        if is_for_one:
            component.add("attendee", attendee(registration))
        calendar.add_component(component)
    return calendar.to_ical()


def sequence_of(log_entries: int) -> int:
    """What a registration's own history adds to the SEQUENCE of its sessions; mails and the person's feed agree on it."""
    return max(log_entries - 1, 0)


def attendee(registration: Registration) -> vCalAddress:
    person = vCalAddress(f"mailto:{registration.person.email}")
    person.params.update(
        {
            "CN": str(registration.person).replace('"', ""),
            "ROLE": "REQ-PARTICIPANT",
            "PARTSTAT": "ACCEPTED",
            "RSVP": "FALSE",
        }
    )
    return person
