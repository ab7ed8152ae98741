"""A person's ticket as a page of its own, which a phone keeps and opens without a signal."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.attending import ticket
from events.models import Registration


@login_required
@never_cache
@require_safe
def ticket_page(request, public_id):
    """The QR code and the six digits. Nobody but the person opens it, and only while they have a seat."""
    mine = own_seat(request, public_id)
    context = {"mine": mine, "event": mine.event, "code": ticket.code(mine), "drawing": svg(mine)}
    return render(request, "events/ticket.html", context)


@login_required
@never_cache
@require_safe
def ticket_worker(request, public_id):
    """The service worker of that page: it reaches no further than its own address."""
    own_seat(request, public_id)
    return worker(request)


def own_seat(request, public_id) -> Registration:
    seats = Registration.objects.filter(user=request.user, status=Registration.Status.CONFIRMED)
    return get_object_or_404(seats.select_related("event", "user", "agency"), event__public_id=public_id)


def worker(request) -> HttpResponse:
    return render(request, "events/worker.js", content_type="text/javascript; charset=utf-8")


def svg(registration: Registration) -> str:
    return mark_safe(ticket.drawing(registration))  # noqa: S308  drawn by us from letters and digits
