"""Being named as a co-host of another agency's event: yes or no."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events.hosting import publishing


@login_required
@require_POST
def answer_co_hosting(request, slug, pk):
    """Yes or no to being shown as a co-host of another agency's event."""
    co_host = get_object_or_404(publishing.co_hosting_to_answer(request.user), agency__slug=slug, pk=pk)
    try:
        if request.POST.get("answer") == "confirm":
            publishing.confirm_co_host(co_host, by=request.user)
            messages.success(request, _("You are now shown as a host of this event."))
        else:
            publishing.decline_co_host(co_host, by=request.user)
            messages.success(request, _("You declined. Your agency is not shown as a host."))
    except publishing.PublishingError as refusal:
        messages.error(request, str(refusal))
    return redirect("desk")
