"""Who may do what with an event."""

from events.models import Event
from orgs.permissions import can_for


def can_manage(user, event: Event) -> bool:
    """Change, publish and cancel it, and see who comes: who publishes events for the agency that holds it."""
    return can_for(user, "events.publish", event.host_id)
