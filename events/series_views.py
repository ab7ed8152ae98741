"""The page of a series: what its runs have in common, and when they are."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from events import series as programme
from events.models import EventSeries
from orgs.permissions import can


@require_safe
def series(request, public_id):
    shown = EventSeries.objects.visible_to(request.user).select_related("host")
    one = get_object_or_404(shown, public_id=public_id)
    context = {
        "series": one,
        "runs": programme.runs(one, request.user),
        "can_manage": can(request.user, "events.publish", one.host),
    }
    return render(request, "events/series.html", context)
