"""The announced event of an address, kept for a moment in each process.

When registration opens, hundreds of people ask for one event in the same second; reading it was a fifth of what a visit
cost. What is kept may be a moment old, so it is for showing: `events.registering.registration` asks the database again.
"""

import copy
from time import monotonic
from uuid import UUID

from events.models import Event
from portal import occasions

KEPT = 0.3  # seconds
MOST = 200  # events; a crawler that walks through all of them fills no memory

_kept: dict[UUID, tuple[float, Event]] = {}


def announced(public_id: UUID) -> Event | None:
    """The published or cancelled event with its seat pools and what was `presented` there, as it was at most KEPT seconds ago."""
    now = monotonic()
    until, event = _kept.get(public_id, (0.0, None))
    if event is None or until < now:
        event = Event.objects.announced().prefetch_related("pools").filter(public_id=public_id).first()
        if event is None:
            return None
        event.presented = occasions.shown_at(public_id)
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[public_id] = (now + KEPT, event)
    return copy.copy(event)  # what a request adds to it stays with that request
