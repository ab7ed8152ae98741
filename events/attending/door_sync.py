"""What a phone at the door reports when it has a signal again: many entries at once, each by its own key."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from events.attending import attendance
from events.models import Attendance, DoorEntry, Event
from events.registering.refusals import RegistrationError
from orgs.models import User

MOST_AT_ONCE = 500
#: A clock that is off by less is as right as clocks are.
RIGHT_ENOUGH = timedelta(minutes=1)
AT_THE_DOOR = (Attendance.Source.QR, Attendance.Source.CODE, Attendance.Source.LIST)


class NotAReport(Exception):
    """What was sent is not a report of a phone. Its text is a sentence for people."""


@dataclass(frozen=True)
class Reported:
    """One entry as it was sent, with the time corrected by how wrong the phone's clock is."""

    key: UUID
    registration: UUID
    session: int
    way: str
    source: str
    at: datetime


def read(body: bytes, now: datetime | None = None) -> list[Reported]:
    """The entries in the JSON of a phone. Raises NotAReport.

    The phone says what its clock shows while it sends (`sent_at`). Where that is not our time, neither are the times of
    its entries, and all are moved by the same amount.
    """
    now = now or timezone.now()
    try:
        report = json.loads(body)
        entries = report["entries"]
        if not isinstance(entries, list) or len(entries) > MOST_AT_ONCE:
            raise ValueError
        wrong_by = now - moment(report["sent_at"])
        shift = wrong_by if abs(wrong_by) > RIGHT_ENOUGH else timedelta(0)
        return [
            Reported(
                key=UUID(entry["key"]),
                registration=UUID(entry["registration"]),
                session=int(entry["session"]),
                way=DoorEntry.Way(entry["way"]).value,
                source=next(source for source in AT_THE_DOOR if source == entry["source"]),
                at=min(moment(entry["at"]) + shift, now),
            )
            for entry in entries
        ]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, StopIteration):
        raise NotAReport(_("This is not what the check-in page sends. Open the page anew and try again."))


def moment(words: str) -> datetime:
    """A moment in ISO 8601 with its offset. Raises ValueError or TypeError."""
    found = parse_datetime(words)
    if found is None or timezone.is_naive(found):
        raise ValueError
    return found.astimezone(timezone.get_default_timezone())


def take_in(event: Event, reported: list[Reported], *, by: User) -> dict[str, str]:
    """Note everything down and return, for each key, an empty text or the sentence that says why not.

    Each entry stands for itself: one that is refused does not keep the others out.
    """
    people = {
        one.public_id: one
        for one in event.registrations.filter(
            public_id__in={entry.registration for entry in reported}
        ).select_related("user")
    }
    sessions = {session.pk: session for session in event.sessions.all()}
    answers = {}
    for entry in sorted(reported, key=lambda entry: entry.at):
        one, session = people.get(entry.registration), sessions.get(entry.session)
        if one is None or session is None:
            answers[str(entry.key)] = _("This registration or this session does not exist any more.")
            continue
        report = attendance.check_in if entry.way == DoorEntry.Way.IN else attendance.check_out
        try:
            report(one, session, by=by, at=entry.at, source=entry.source, key=entry.key)
            answers[str(entry.key)] = ""
        except RegistrationError as no:
            answers[str(entry.key)] = str(no)
    return answers
