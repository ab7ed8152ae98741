"""Events as iCalendar (RFC 5545, 7986) and as messages about one person's seat (iTIP, RFC 5546).

A session keeps its UID for ever, and the UID names no host (RFC 7986, 5.3). SEQUENCE rises when time, place or status
change. DTSTAMP is the last change, not now, so that the same calendar is the same bytes.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, vCalAddress, vText, vUri
from icalendar import Event as VEvent

from events.models import Event, EventSession, Registration

PRODUCT = "-//Tongxing//Events//ZH"
REFRESH = timedelta(hours=1)
STATUS = {
    Event.Status.DRAFT: "TENTATIVE",
    Event.Status.PUBLISHED: "CONFIRMED",
    Event.Status.CANCELLED: "CANCELLED",
}


def event_calendar(event: Event) -> bytes:
    """All sessions of one event, to put into one's own calendar."""
    return new_calendar([event]).to_ical()


def feed(events: Iterable[Event], *, name: str, source: str) -> bytes:
    """A calendar to subscribe to. `source` is its own address. Reads sessions and hosts: prefetch them."""
    calendar = new_calendar(events)
    calendar.add("name", vText(name))
    calendar.add("x-wr-calname", vText(name))
    calendar.add("source", vUri(source), parameters={"VALUE": "URI"})
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    return calendar.to_ical()


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
    entries = [(session, "CONFIRMED") for session in sessions] + [(session, "CANCELLED") for session in ended]
    is_for_one = len(entries) == 1
    calendar = new_calendar()
    calendar.add(
        "method", {"CONFIRMED": "REQUEST", "CANCELLED": "CANCEL"}[entries[0][1]] if is_for_one else "PUBLISH"
    )
    messages_before = max(registration.log.count() - 1, 0)
    for session, status in entries:
        component = entry(session, registration.event)
        for name in ("DTSTAMP", "SEQUENCE", "STATUS"):
            component.pop(name)
        component.add("dtstamp", at.replace(microsecond=0))
        component.add("sequence", session.sequence + messages_before)
        component.add("status", status)
        component.add("organizer", organizer())
        if is_for_one:
            component.add("attendee", attendee(registration))
        calendar.add_component(component)
    return calendar.to_ical()


def new_calendar(events: Iterable[Event] = ()) -> Calendar:
    """A calendar with an entry for every session of the events."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for event in events:
        for session in event.sessions.all():
            calendar.add_component(entry(session, event))
    return calendar


def entry(session: EventSession, event: Event) -> VEvent:
    """One session. The link to the meeting is never in it: calendars are shared with whole teams."""
    component = VEvent()
    component.add("uid", str(session.ical_uid))
    component.add("sequence", session.sequence)
    component.add("dtstamp", event.updated_at.replace(microsecond=0))
    component.add("last-modified", event.updated_at.replace(microsecond=0))
    component.add("created", event.created_at.replace(microsecond=0))
    if session.is_all_day:
        component.add("dtstart", session.days[0])
        component.add("dtend", session.days[-1] + timedelta(days=1))
    else:
        component.add("dtstart", session.starts_at.astimezone(UTC))
        component.add("dtend", session.ends_at.astimezone(UTC))
    title = event.display_title
    component.add("summary", f"{title} · {session.title}" if session.title else str(title))
    if place := place_in_words(event):
        component.add("location", place)
    if event.display_summary:
        component.add("description", str(event.display_summary))
    component.add("url", settings.SITE_URL + event.get_absolute_url())
    component.add("categories", [event.get_kind_display()])
    component.add("status", STATUS[event.status])
    return component


def place_in_words(event: Event) -> str:
    """Where it is, in one line."""
    if event.mode == Event.Mode.ONLINE:
        return _("Online")
    district = event.division.full_name if event.division else ""
    return " ".join(filter(None, (district, event.venue)))


def organizer() -> vCalAddress:
    """The portal's own mailbox: a reply must not land with a person who did not ask for it."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    organizer = vCalAddress(f"mailto:{address}")
    organizer.params["CN"] = name or settings.WAGTAIL_SITE_NAME
    return organizer


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
