"""The list at the door: who may come, who is there, and the same as data that a phone keeps for when there is no signal."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from pypinyin import Style, lazy_pinyin

from events.attending import ticket
from events.models import Attendance, Event, EventSession, Registration


@dataclass(frozen=True)
class PersonAtTheDoor:
    """One line of the list. `presence` is the last valid interval at the session, `find` what a search looks in."""

    registration: Registration
    presence: Attendance | None
    find: str

    @property
    def is_there(self) -> bool:
        return self.presence is not None and self.presence.ends_at is None


def session_at(event: Event, at: datetime | None = None) -> EventSession | None:
    """The session that the door is open for: the one going on, else the next, else the last."""
    at = at or timezone.now()
    sessions = list(event.sessions.all())
    return next((session for session in sessions if session.ends_at > at), sessions[-1] if sessions else None)


def people(event: Event, session: EventSession | None) -> list[PersonAtTheDoor]:
    """Everybody who ever registered, by the sound of the name, with how they stand at this session. Three queries."""
    presences = {
        row.registration_id: row
        for row in Attendance.objects.valid().filter(session=session).order_by("starts_at", "pk")
    }
    lines = []
    everybody = event.registrations.select_related("user", "agency", "pool").prefetch_related("nominations")
    for one in everybody:
        one.event = event
        lines.append(PersonAtTheDoor(one, presences.get(one.pk), findable(one)))
    return sorted(lines, key=lambda line: (line.find, line.registration.pk))


def findable(registration: Registration) -> str:
    """Name in pinyin, its initials, name and agency: what people type to find somebody, in lower case."""
    name = str(registration.known_as)
    sounds, initials = lazy_pinyin(name), lazy_pinyin(name, style=Style.FIRST_LETTER)
    agency = (
        f"{registration.agency.legal_name} {registration.agency.short_name}" if registration.agency else ""
    )
    return f"{''.join(sounds)} {''.join(initials)} {name} {agency}".casefold()


def matching(lines: list[PersonAtTheDoor], query: str) -> list[PersonAtTheDoor]:
    """Those in whose name or agency every word of the query stands."""
    words = query.casefold().split()
    return [line for line in lines if all(word in line.find for word in words)]


def as_data(event: Event) -> dict:
    """The list for a phone: no address and no telephone number, only what the door needs.

    `people[].here` says for each session where somebody is noted down since when, and until when if they went.
    """
    here: dict[int, dict[int, dict]] = {}
    rows = Attendance.objects.valid().filter(session__event=event).order_by("starts_at", "pk")
    for row in rows:
        times = {"since": row.starts_at.isoformat(), "until": row.ends_at and row.ends_at.isoformat()}
        here.setdefault(row.registration_id, {})[row.session_id] = times
    return {
        "event": str(event.public_id),
        "ends_at": event.ends_at and event.ends_at.isoformat(),
        "keys": ticket.public_keys(),
        "sessions": [session.pk for session in event.sessions.all()],
        "ends": {session.pk: session.ends_at.isoformat() for session in event.sessions.all()},
        "people": [
            {
                "id": str(line.registration.public_id),
                "name": str(line.registration.known_as),
                "agency": str(line.registration.agency.label) if line.registration.agency else "",
                "code": ticket.code(line.registration),
                "find": line.find,
                "has_seat": line.registration.has_seat,
                "status": str(line.registration.get_status_display()),
                "here": here.get(line.registration.pk, {}),
            }
            for line in people(event, None)
        ],
    }
