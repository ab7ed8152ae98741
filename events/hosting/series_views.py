"""The page of a series: what its runs have in common, and when they are."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from events import schema_org
from events.hosting import series as programme
from events.models import Event, EventSeries
from orgs.permissions import can


@require_safe
def series(request, public_id):
    shown = EventSeries.objects.visible_to(request.user).select_related("host")
    one = get_object_or_404(shown, public_id=public_id)
    runs = list(programme.runs(one, request.user))
    announced = [event for event in runs if event.status in Event.SHOWN]
    context = {
        "series": one,
        "runs": runs,
        "data": "" if request.user.is_authenticated else schema_org.course_of_runs(one, announced),
        "can_manage": can(request.user, "events.publish", one.host),
    }
    return render(request, "events/series.html", context)
