"""The announced event of an address, kept in each process until something changes; while people register, for a moment.

When registration opens, hundreds of people ask for one event in the same second; reading it was a fifth of what a visit
cost. What is kept may be a moment old, so it is for showing: `events.registering.registration` asks the database again.
"""

import copy
from time import time
from uuid import UUID

from django.db import connection

from events.models import Event
from portal import changes, occasions

KEPT = changes.WINDOW  # seconds, while only seats change: any page may be that old
LONGEST = 60  # seconds while nothing changes: days pass by themselves
MOST = 200  # events; a crawler that walks through all of them fills no memory

_kept: dict[UUID, tuple[float, Event]] = {}


def announced(public_id: UUID) -> Event | None:
    """The published or cancelled event with what a row of the calendar shows and what was `presented` there, as it was a moment ago."""
    read_at, event = _kept.get(public_id, (0.0, None))
    if event is None or not _is_good(read_at):
        read_at = time()
        event = Event.objects.announced().for_rows().filter(public_id=public_id).first()
        if event is None:
            return None
        event.presented = occasions.shown_at(public_id)
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[public_id] = (read_at, event)
    return copy.copy(event)  # what a request adds to it stays with that request


def _is_good(read_at: float) -> bool:
    """Whether an event that was read at that moment (seconds since 1970) may still be shown."""
    age = time() - read_at
    if age > LONGEST or changes.is_to_be_told(connection):
        return False
    return not changes.happened_since(read_at, (changes.TEXTS,) if age < KEPT else changes.EVERYTHING)
