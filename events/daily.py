"""What events need once a day. Each line names the concept that does it; each may run twice on one day."""

from datetime import date

from events.hosting import materials, minimum
from events.models import Event
from events.nominating import answering
from events.registering.seats import release_due
from portal import database_clock


def open_kept_seats(on: date) -> list[str]:
    """Open to all what is due. Somebody who finds the room full does the same at once, so the hour does not matter."""
    lines, now = [], database_clock.read()
    for event in Event.objects.published().upcoming(now).filter(pools__release_at__lte=now).distinct():
        if free := release_due(event):
            lines.append(f"{event.public_id}: {free} kept seats are open to all")
    return lines


PARTS = [
    open_kept_seats,
    minimum.ask,
    materials.sweep,
    answering.remind,
]


def run(on: date) -> list[str]:
    """Do it for that day, and return a line about each thing done."""
    return [line for part in PARTS for line in part(on)]
