"""What the calendar does once a day. Each line names the concept that does it; each may run twice on one day."""

from datetime import date

from django.utils import timezone

from events import answering, guests
from events.models import Event
from events.seats import release_due


def release(on: date) -> list[str]:
    """Open to all what agencies have not used by their day. Somebody who finds the room full does the same at once, so
    the hour does not matter."""
    lines = []
    for event in (
        Event.objects.published().upcoming().filter(pools__release_at__lte=timezone.now()).distinct()
    ):
        if free := release_due(event):
            lines.append(f"{event.public_id}: {free} kept seats are open to all")
    return lines


PARTS = [release, answering.remind, guests.forget]


def run(on: date) -> list[str]:
    """Do it for that day, and return a line about each thing done."""
    return [line for part in PARTS for line in part(on)]
