"""The announced event of an address, kept in each process until something changes; while people register, for a moment.

When registration opens, hundreds of people ask for one event in the same second; reading it was a fifth of what a visit
cost. While only seats change, only they are read again. What is kept may be a moment old, so it is for showing:
`events.registering.registration` asks the database again.
"""

import copy
from time import time
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import prefetch_related_objects

from events.models import Event
from portal import changes, occasions

KEPT = changes.WINDOW  # seconds, while seats change: any page may be that old
LONGEST = 60  # seconds while nothing changes: days pass by themselves
MOST = 200  # events; a crawler that walks through all of them fills no memory


class Kept(NamedTuple):
    """An event, and when it and its seats were read: seconds since 1970."""

    event: Event
    read_at: float
    seats_read_at: float


_kept: dict[UUID, Kept] = {}


def announced(public_id: UUID) -> Event | None:
    """The published or cancelled event with what a row of the calendar shows and what was `presented` there, as it was a moment ago."""
    kept, now = _kept.get(public_id), time()
    if kept is None or not _is_good(kept):
        event = Event.objects.announced().for_rows().filter(public_id=public_id).first()
        if event is None:
            return None
        event.presented = occasions.shown_at(public_id)
        kept = _keep(Kept(event, now, now))
    elif not _has_good_seats(kept):
        kept = _keep(Kept(_with_seats_read_again(kept.event), kept.read_at, now))
    return copy.copy(kept.event)  # what a request adds to it stays with that request


def _keep(kept: Kept) -> Kept:
    address = kept.event.public_id
    if len(_kept) >= MOST and address not in _kept:
        _kept.clear()
    _kept[address] = kept
    return kept


def _is_good(kept: Kept) -> bool:
    """Whether all of the event but its seats may still be shown."""
    if time() - kept.read_at > LONGEST or changes.is_to_be_told(connection):
        return False
    return not changes.happened_since(kept.read_at, (changes.TEXTS,))


def _has_good_seats(kept: Kept) -> bool:
    return time() - kept.seats_read_at < KEPT or not changes.happened_since(
        kept.seats_read_at, (changes.SEATS,)
    )


def _with_seats_read_again(event: Event) -> Event:
    """A copy; who still shows the event goes on with the seats that it had."""
    again = copy.copy(event)
    again._prefetched_objects_cache = {
        name: rows for name, rows in event._prefetched_objects_cache.items() if name != "pools"
    }
    prefetch_related_objects([again], "pools")
    return again
