"""What the home page shows of the calendar: what is on next."""

from events.models import Event

NEXT = 5


def context(user) -> dict:
    """`upcoming_events`: the next few; `upcoming_count`: how many are announced and still to come."""
    upcoming = Event.objects.visible_to(user).published().upcoming()
    return {"upcoming_events": upcoming.for_rows()[:NEXT], "upcoming_count": upcoming.count()}
