"""Events and series as schema.org describes them, for search engines. Never with the link to the meeting."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.safestring import SafeString

from events.models import Event, EventSeries
from orgs.models import Agency
from portal.json_ld import VOCABULARY, script

ATTENDANCE = {
    Event.Mode.ONSITE: "OfflineEventAttendanceMode",
    Event.Mode.ONLINE: "OnlineEventAttendanceMode",
    Event.Mode.HYBRID: "MixedEventAttendanceMode",
}
COURSE_MODE = {Event.Mode.ONSITE: "onsite", Event.Mode.ONLINE: "online", Event.Mode.HYBRID: "blended"}
#: What takes place in lessons is a course when it has several.
COURSES = (Event.Kind.TRAINING, Event.Kind.VOLUNTEER_TRAINING, Event.Kind.WORKSHOP)
LANGUAGES = {"zh-hans": "zh-CN", "en": "en"}


def education_event(event: Event) -> SafeString:
    """The event as JSON-LD, safe inside a script element. Reads sessions, hosts, pools and series: prefetch them.

    A run of a series, and a training of several sessions, is a CourseInstance too, and says of which Course.
    """
    data = described(event)
    if event.series:
        return script({"@graph": [{**course(event.series), "hasCourseInstance": {"@id": data["@id"]}}, data]})
    if is_course(event):
        whole = {
            "@type": "Course",
            "@id": data["@id"] + "#course",
            "name": event.title,
            "description": event.summary or event.title,
            "inLanguage": LANGUAGES[event.language],
            "provider": organization(event.host),
            "hasCourseInstance": {"@id": data["@id"]},
        }
        return script({"@graph": [whole, data]})
    return script(data)


def course_of_runs(series: EventSeries, runs: Iterable[Event]) -> SafeString:
    """The series as a Course with the runs that are announced."""
    return script({**course(series), "hasCourseInstance": [described(event) for event in runs]})


def described(event: Event) -> dict:
    url = settings.SITE_URL + event.get_absolute_url()
    where, sessions = places(event, url), list(event.sessions.all())
    is_instance = event.series_id is not None or is_course(event)
    data = {
        "@type": ["EducationEvent", "CourseInstance"] if is_instance else "EducationEvent",
        "@id": url,
        "name": event.title,
        "description": event.summary or event.title,
        "inLanguage": LANGUAGES[event.language],
        "url": url,
        "startDate": moment(event.starts_at, event.zone),
        "endDate": moment(event.ends_at, event.zone),
        "eventAttendanceMode": f"{VOCABULARY}/{ATTENDANCE[event.mode]}",
        "location": where,
        "organizer": [organization(host) for host in event.all_hosts],
        "isAccessibleForFree": not event.fee,
        **status(event.announced_starts_at, event.starts_at, event),
    }
    if is_instance:
        data["courseMode"] = COURSE_MODE[event.mode]
    if event.image:
        data["image"] = settings.SITE_URL + event.image.file.url
    if event.speakers:
        data["performer"] = [{"@type": "Person", "name": str(speaker)} for speaker in event.speakers]
    if event.takes_registrations:
        data["maximumAttendeeCapacity"] = event.capacity
        data["remainingAttendeeCapacity"] = event.free_seats
    if len(sessions) > 1:
        data["subEvent"] = [
            {
                "@type": "EducationEvent",
                "name": session.title or event.title,
                "startDate": moment(session.starts_at, event.zone),
                "endDate": moment(session.ends_at, event.zone),
                "location": where,
                **status(session.announced_starts_at, session.starts_at, event),
            }
            for session in sessions
        ]
    return data


def status(announced: datetime | None, starts_at: datetime | None, event: Event) -> dict:
    """Whether it takes place as announced, and since when not: the start that people first read of."""
    if event.is_cancelled:
        return {"eventStatus": f"{VOCABULARY}/EventCancelled"}
    if announced and announced != starts_at:
        return {
            "eventStatus": f"{VOCABULARY}/EventRescheduled",
            "previousStartDate": moment(announced, event.zone),
        }
    return {"eventStatus": f"{VOCABULARY}/EventScheduled"}


def places(event: Event, url: str) -> list[dict]:
    """Where it is. Online that is the page of the event: the link to the meeting is for people with a seat."""
    found = []
    if event.mode != Event.Mode.ONLINE:
        district = str(event.division.full_name) if event.division else ""
        found.append(
            {
                "@type": "Place",
                "name": event.venue or district,
                "address": f"{district} {event.venue}".strip(),
            }
        )
    if event.mode != Event.Mode.ONSITE:
        found.append({"@type": "VirtualLocation", "url": url})
    return found


def is_course(event: Event) -> bool:
    """Lessons on several dates. Reads `sessions`."""
    return event.kind in COURSES and len(event.sessions.all()) > 1


def course(series: EventSeries) -> dict:
    url = settings.SITE_URL + series.get_absolute_url()
    return {
        "@type": "Course",
        "@id": url,
        "name": series.title,
        "description": series.summary or series.title,
        "inLanguage": LANGUAGES[series.language],
        "url": url,
        "provider": organization(series.host),
    }


def organization(agency: Agency) -> dict:
    return {
        "@type": "Organization",
        "name": agency.legal_name,
        "url": settings.SITE_URL + agency.get_absolute_url(),
    }


def moment(value: datetime | None, zone: ZoneInfo) -> str | None:
    return value.astimezone(zone).isoformat(timespec="minutes") if value else None
