"""Sessions as entries of a calendar (iCalendar, RFC 5545 and 7986).

A session keeps its UID for ever, and the UID names no host (RFC 7986, 5.3). SEQUENCE rises when time, place or status
change. DTSTAMP is the last change, not now, so that the same calendar is the same bytes. Each session is written down
for itself and not as a rule that repeats, so its times are in UTC and need no VTIMEZONE: every zone with summer time is
right, and a calendar program shows them in the zone of its owner. What is sent about one person's seat is in
`events.calendars.itip`, and which sessions a calendar to subscribe to holds is in `events.calendars.feeds`.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, vCalAddress, vText, vUri
from icalendar import Event as VEvent

from events.models import Event, EventSession

PRODUCT = "-//Tongxing//Events//ZH"
REFRESH = timedelta(hours=1)
#: A name of CSS3, as RFC 7986 asks for, near the colour of the portal; and the same for Apple's programs.
COLOR, APPLE_COLOR = "sienna", "#a4491f"
CONFIRMED, TENTATIVE, CANCELLED = "CONFIRMED", "TENTATIVE", "CANCELLED"
STATUS = {
    Event.Status.DRAFT: TENTATIVE,
    Event.Status.PUBLISHED: CONFIRMED,
    Event.Status.CANCELLED: CANCELLED,
}


def new_calendar(entries: Iterable[VEvent] = ()) -> Calendar:
    """A calendar with these entries."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for component in entries:
        calendar.add_component(component)
    return calendar


def subscription(entries: Iterable[VEvent], *, name: str, source: str) -> bytes:
    """A calendar to subscribe to. `source` is its own address, from which programs fetch it again every hour.

    It is published (RFC 5546, 3.2.1): many sessions, each with its organizer, and nobody is asked to answer.
    """
    calendar = new_calendar(entries)
    calendar.add("method", "PUBLISH")
    for component in calendar.walk("VEVENT"):
        component.add("organizer", organizer())
    calendar.add("name", vText(name))
    calendar.add("x-wr-calname", vText(name))
    calendar.add("source", vUri(source), parameters={"VALUE": "URI"})
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    calendar.add("color", COLOR)
    calendar.add("x-apple-calendar-color", APPLE_COLOR)
    return calendar.to_ical()


def entry(
    session: EventSession,
    event: Event,
    *,
    status: str = "",
    sequence: int | None = None,
    at: datetime | None = None,
    has_link: bool = False,
) -> VEvent:
    """One session: as everybody may see it, or as it stands for one person (`status`, `sequence`, `at` the last change).

    `has_link` puts the meeting online into it: only for who has a seat, and never into what is shared.
    """
    changed_at = (at or event.updated_at).replace(microsecond=0)
    component = VEvent()
    component.add("uid", str(session.ical_uid))
    component.add("sequence", session.sequence if sequence is None else sequence)
    component.add("dtstamp", changed_at)
    component.add("last-modified", changed_at)
    component.add("created", event.created_at.replace(microsecond=0))
    start, end = span(session)
    component.add("dtstart", start)
    component.add("dtend", end)
    component.add("summary", title_in_words(session, event))
    if place := place_in_words(event):
        component.add("location", place)
    said = [str(event.display_summary)] if event.display_summary else []
    if has_link and event.online_url and event.mode != Event.Mode.ONSITE:
        component.add("conference", vUri(event.online_url), parameters={"VALUE": "URI", "FEATURE": "VIDEO"})
        # Few programs show CONFERENCE yet, so the link stands in the words too.
        said.append(_("The meeting online: %(url)s (please do not pass it on)") % {"url": event.online_url})
    if said:
        component.add("description", "\n\n".join(said))
    component.add("url", settings.SITE_URL + event.get_absolute_url())
    component.add("categories", [event.get_kind_display()])
    component.add("color", COLOR)
    component.add("status", status or STATUS[event.status])
    return component


def span(session: EventSession) -> tuple[date, date]:
    """Start and end in universal time; of whole days the first day and the one after the last."""
    if session.is_all_day:
        return session.days[0], session.days[-1] + timedelta(days=1)
    return session.starts_at.astimezone(UTC), session.ends_at.astimezone(UTC)


def organizer() -> vCalAddress:
    """The portal's own mailbox: a reply must not land with a person who did not ask for it."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    organizer = vCalAddress(f"mailto:{address}")
    organizer.params["CN"] = name or settings.WAGTAIL_SITE_NAME
    return organizer


def title_in_words(session: EventSession, event: Event) -> str:
    """The event, and which part of it."""
    title = str(event.display_title)
    return f"{title} · {session.title}" if session.title else title


def place_in_words(event: Event) -> str:
    """Where it is, in one line."""
    if event.mode == Event.Mode.ONLINE:
        return _("Online")
    district = event.division.full_name if event.division else ""
    return " ".join(filter(None, (district, event.venue)))
