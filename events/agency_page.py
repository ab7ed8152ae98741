"""What an agency's page shows of the calendar."""

from events.models import Event

NEXT = 5
MOST = 50


def context(agency, user) -> dict:
    """`agency_events`: what this agency holds next, alone or together with others."""
    events = Event.objects.visible_to(user).published().held_by(agency).upcoming()
    return {"agency_events": events.for_rows()[:NEXT]}


def console(agency, user) -> dict:
    """`console_events`: every event that this agency holds, drafts included, the newest first."""
    events = Event.objects.visible_to(user).filter(host=agency)
    return {"console_events": events.order_by("-created_at", "-pk").for_rows()[:MOST]}
