"""The roster: who comes, who asks, who waits; the host's answers; the list to take along."""

import csv

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events import registration
from events.console.door import own_event
from events.forms.decision import HostDecisionForm
from events.models import Event, Registration
from events.refusals import RegistrationError
from portal.importing import inert


@login_required
@never_cache
@require_safe
def roster(request, slug, public_id):
    """Who comes, to look at and to print."""
    event = own_event(request, slug, public_id)
    people = everybody(event)
    by_pk = {one.pk: one for one in people}
    context = {
        "agency": event.host,
        "event": event,
        "seated": [one for one in people if one.has_seat],
        "asking": [one for one in people if one.status == Registration.Status.REQUESTED],
        "waiting": [by_pk[pk] for pk in event.registrations.in_turn() if pk in by_pk],
        "pools": event.pools.select_related("agency"),
        "cancelled": [one for one in people if not one.is_live],
    }
    return render(request, "events/roster.html", context)


@login_required
@require_POST
def decide_registration(request, slug, public_id, registration_id):
    """The host's yes or no to one person."""
    event = own_event(request, slug, public_id)
    one = get_object_or_404(event.registrations, public_id=registration_id)
    form = HostDecisionForm(request.POST)
    try:
        if not form.is_valid():
            messages.error(request, _("Please say yes or no, with a reason of at most 300 characters."))
        elif form.cleaned_data["answer"] == "approve":
            registration.approve(one, by=request.user)
            messages.success(request, _("%(person)s has been told.") % {"person": one.person})
        else:
            registration.turn_down(one, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("%(person)s has been told.") % {"person": one.person})
    except RegistrationError as no:
        messages.error(request, str(no))
    return redirect("roster", slug, public_id)


@login_required
@never_cache
@require_safe
def roster_csv(request, slug, public_id):
    """The roster as a table. Marked UTF-8, so that spreadsheets read Chinese; no cell is read as a formula."""
    event = own_event(request, slug, public_id)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="roster-{event.public_id}.csv"'
    table = csv.writer(response)
    table.writerow([_("Name"), _("Agency"), _("Status"), _("Registered"), _("E-mail"), _("Note")])
    for one in everybody(event):
        table.writerow(
            map(
                inert,
                (
                    str(one.person),
                    str(one.agency or ""),
                    one.get_status_display(),
                    f"{timezone.localtime(one.created_at):%Y-%m-%d %H:%M}",
                    one.person.email,
                    one.note,
                ),
            )
        )
    return response


def everybody(event: Event) -> list[Registration]:
    return list(event.registrations.select_related("user", "agency", "pool").order_by("created_at", "pk"))
