"""The way into the desk of an event. What is not held by one's own agency answers 404, whatever it is called."""

from django.shortcuts import get_object_or_404

from events.models import Event
from orgs import audit
from orgs.console.door import own_agency


def own_event(request, slug: str, public_id) -> Event:
    """An event that this agency holds, if the person publishes events for it. With what a row of the calendar shows."""
    events = own_agency(request, slug, "events.publish").hosted_events.for_rows()
    return get_object_or_404(events, public_id=public_id)


def write_down_export(request, event: Event, kind: str, *, rows: int) -> None:
    """That the data of so many people of this event was taken along stands in its agency's log."""
    audit.record(
        audit.Action.EXPORTED, by=request.user, agency=event.host, what=event.title, kind=kind, rows=rows
    )
