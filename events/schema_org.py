"""An event as schema.org describes events, for search engines. Never with the link to the meeting."""

import json

from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from events.models import Event

STATUS = {Event.Status.CANCELLED: "EventCancelled"}
ATTENDANCE = {
    Event.Mode.ONSITE: "OfflineEventAttendanceMode",
    Event.Mode.ONLINE: "OnlineEventAttendanceMode",
    Event.Mode.HYBRID: "MixedEventAttendanceMode",
}
#: What would end a script element, or begin a comment in one, is written as JSON escapes.
HARMLESS = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def education_event(event: Event) -> SafeString:
    """The event as JSON-LD, safe inside a script element. Reads sessions, hosts and pools: prefetch them."""
    url = settings.SITE_URL + event.get_absolute_url()
    places = []
    if event.mode != Event.Mode.ONLINE:
        district = event.division.full_name if event.division else ""
        places.append(
            {
                "@type": "Place",
                "name": event.venue or str(district),
                "address": f"{district} {event.venue}".strip(),
            }
        )
    if event.mode != Event.Mode.ONSITE:
        places.append({"@type": "VirtualLocation", "url": url})
    data = {
        "@context": "https://schema.org",
        "@type": "EducationEvent",
        "name": event.title,
        "description": event.summary,
        "inLanguage": event.language,
        "url": url,
        "startDate": moment(event.starts_at),
        "endDate": moment(event.ends_at),
        "eventStatus": f"https://schema.org/{STATUS.get(event.status, 'EventScheduled')}",
        "eventAttendanceMode": f"https://schema.org/{ATTENDANCE[event.mode]}",
        "location": places,
        "organizer": [
            {
                "@type": "Organization",
                "name": host.legal_name,
                "url": settings.SITE_URL + host.get_absolute_url(),
            }
            for host in event.all_hosts
        ],
        "isAccessibleForFree": not event.fee,
    }
    if event.takes_registrations:
        data["maximumAttendeeCapacity"] = event.capacity
        data["remainingAttendeeCapacity"] = event.free_seats
    sessions = event.sessions.all()
    if len(sessions) > 1:
        data["subEvent"] = [
            {
                "@type": "EducationEvent",
                "name": session.title or event.title,
                "startDate": moment(session.starts_at),
                "endDate": moment(session.ends_at),
                "location": places,
            }
            for session in sessions
        ]
    return mark_safe(json.dumps(data, ensure_ascii=False).translate(HARMLESS))  # noqa: S308


def moment(value) -> str | None:
    return timezone.localtime(value).isoformat(timespec="minutes") if value else None
