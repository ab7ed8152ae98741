"""The portal's own pages: my desk, search over everything, and the development mailbox."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.shortcuts import render

from portal import mailbox, search_page


@login_required
def desk(request):
    """What needs me today. Every record app adds its part (its `desk.py`)."""
    parts: dict = {}
    for app in settings.RECORD_APPS:
        parts.update(import_module(f"{app}.desk").context(request.user))
    return render(request, "portal/desk.html", parts)


def development_mail(request):
    """Mail that would have been sent. The address exists in development only."""
    return render(request, "portal/mailbox.html", {"mails": mailbox.newest()})


def search(request):
    """Search over everything that is public."""
    return render(request, "portal/search.html", search_page.context(request.GET))
