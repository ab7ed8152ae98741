"""What the calendar does once a day: seats that agencies have not used by their day go to everybody, old logs go."""

from datetime import date

from django.utils import timezone

from events.meeting_log import forget_old
from events.models import Event
from events.seats import release_due


def run(on: date) -> list[str]:
    """Open to all what is due. Somebody who finds the room full does the same at once, so the hour does not matter."""
    lines = []
    for event in (
        Event.objects.published().upcoming().filter(pools__release_at__lte=timezone.now()).distinct()
    ):
        if free := release_due(event):
            lines.append(f"{event.public_id}: {free} kept seats are open to all")
    if forgotten := forget_old(on):
        lines.append(f"{forgotten} rows of old meeting logs are removed")
    return lines
