"""Who may do what with an event."""

from events.models import Event
from orgs.permissions import agencies_where


def can_manage(user, event: Event) -> bool:
    """Change, publish and cancel it, and see who comes: who publishes events for the agency that holds it."""
    return agencies_where(user, "events.publish").filter(pk=event.host_id).exists()
