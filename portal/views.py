"""The portal's own pages: my desk, search over everything, and the development mailbox."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import mailbox, retention, search_page, suggesting
from portal.models import Turn
from portal.search import query_log


@login_required
def desk(request):
    """What needs me today. Every record app adds its part (its `desk.py`)."""
    parts: dict = {}
    for app in settings.RECORD_APPS:
        parts.update(import_module(f"{app}.desk").context(request.user))
    return render(request, "portal/desk.html", parts)


@never_cache
def development_mail(request):
    """Mail that would have been sent. The address exists in development only."""
    return render(request, "portal/mailbox.html", {"mails": mailbox.newest()})


@require_safe
def how_long_kept(request):
    """The table of what is kept how long and why, for everybody, and when it was carried out last."""
    last = Turn.objects.filter(name="daily").values_list("ended_at", flat=True).first()
    return render(request, "portal/retention.html", {"rules": list(retention.rules()), "last": last})


def search(request):
    """Search over everything that is public."""
    shown = search_page.context(request.GET)
    if (results := shown["results"]).is_available:
        query_log.note_reader(request, shown["text"], kind=shown["kind"] or "", hits=results.total)
    return render(request, "portal/search.html", shown)


@require_safe
def suggest(request):
    """Suggestions for a search box as JSON, the same for everybody."""
    found = suggesting.suggestions(request.GET.get("q", ""), request.GET.get("kind", ""))
    return JsonResponse({"suggestions": found}, headers={"Cache-Control": "private, max-age=60"})


def not_here(request, *args, **kwargs):
    """What answers where an app of others has addresses that the portal does not open (`portal/no_documents.py`)."""
    raise Http404
