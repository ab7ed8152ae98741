"""Links that put a session down in a calendar on somebody else's site: Google's and Microsoft's take no file.

Nothing is loaded from there, and nothing is told unless a person follows the link. It holds what everybody may see.
"""

from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import urlencode

from django.conf import settings

from events.calendars import ical
from events.models import Event, EventSession

GOOGLE = "https://calendar.google.com/calendar/render"
#: Of private accounts, and of organisations.
OUTLOOK, MICROSOFT_365 = (
    f"https://outlook.{host}/calendar/0/deeplink/compose" for host in ("live.com", "office.com")
)


class Link(NamedTuple):
    name: str
    url: str


def put_down_at(session: EventSession, event: Event) -> list[Link]:
    """Where this session can be put down with a click."""
    title = ical.title_in_words(session, event)
    said = {"location": ical.place_in_words(event)}
    page = settings.SITE_URL + event.get_absolute_url()
    start, end = ical.span(session)
    dates = f"{compact(start)}/{compact(end)}"
    google = {"action": "TEMPLATE", "text": title, "dates": dates, "details": page, **said}
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title,
        "body": page,
        **said,
        "startdt": iso(start),
        "enddt": iso(end),
        **({"allday": "true"} if session.is_all_day else {}),
    }
    return [
        Link("Google Calendar", f"{GOOGLE}?{urlencode(google)}"),
        Link("Outlook.com", f"{OUTLOOK}?{urlencode(outlook)}"),
        Link("Microsoft 365", f"{MICROSOFT_365}?{urlencode(outlook)}"),
    ]


def compact(moment: date) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}" if isinstance(moment, datetime) else f"{moment:%Y%m%d}"


def iso(moment: date) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if isinstance(moment, datetime) else f"{moment:%Y-%m-%d}"
