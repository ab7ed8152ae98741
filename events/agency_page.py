"""What an agency's page shows of the calendar."""

from events.models import Event

NEXT = 5


def context(agency, user) -> dict:
    """`agency_events`: what this agency holds next, alone or together with others."""
    events = Event.objects.visible_to(user).published().held_by(agency).upcoming()
    return {"agency_events": events.for_rows()[:NEXT]}
