"""The events on an agency's page, and in the agency's console."""

from django.db.models import Q

from events.models import Event, EventHost
from orgs.models import Agency

SHOWN = 6


def of(agency: Agency) -> Q:
    """Held by the agency, alone or as a confirmed co-host."""
    co_hosted = EventHost.objects.filter(agency=agency, is_confirmed=True).values("event")
    return Q(host=agency) | Q(pk__in=co_hosted)


def context(agency: Agency, user) -> dict:
    """What is to come."""
    events = Event.objects.visible_to(user).published().filter(of(agency))
    return {"agency_events": events.upcoming().for_rows()[:SHOWN]}


def console(agency: Agency, user) -> dict:
    """Every event the agency holds, the newest first, drafts included."""
    events = Event.objects.visible_to(user).filter(host=agency)
    return {"console_events": events.order_by("-created_at", "-pk").for_rows()[:50]}
