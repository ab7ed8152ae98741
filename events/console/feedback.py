"""What people said about an event, for its host."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.afterwards import feedback
from events.console.door import own_event


@login_required
@never_cache
@require_safe
def feedback_results(request, slug, public_id):
    """Charts and texts from five answers on; before that, how many there are."""
    event = own_event(request, slug, public_id)
    context = {
        "agency": event.host,
        "event": event,
        "results": feedback.results(event),
        "least": feedback.LEAST,
    }
    return render(request, "events/feedback_results.html", context)
