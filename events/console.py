"""The host's console: writing an event, publishing it, calling it off, and the roster of who comes."""

import csv

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events import publishing, registration
from events.forms import EventForm, HostDecisionForm, session_rows
from events.models import Event, Registration
from events.refusals import RegistrationError
from orgs.models import Agency
from orgs.permissions import can
from portal.importing import inert

REFUSALS = (publishing.PublishingError, RegistrationError)


@login_required
@never_cache
def create_event(request, slug):
    agency = the_agency(request, slug)
    return write(request, agency, Event(host=agency))


@login_required
@never_cache
def edit_event(request, slug, public_id):
    event = the_event(request, slug, public_id)
    return write(request, event.host, event)


def write(request, agency: Agency, event: Event) -> HttpResponse:
    """One form for a new event and for an old one. What is refused keeps what was typed."""
    data = request.POST if request.method == "POST" else None
    form = EventForm(data, instance=event, host=agency)
    sessions = session_rows(event if event.pk else None, data)
    if data is not None and all((form.is_valid(), sessions.is_valid())):
        plan = {"by": request.user, "sessions": list(sessions.plan()), **form.plan}
        try:
            if event.pk:
                event = publishing.update_event(event, **plan)
            else:
                event = publishing.create_event(agency, **plan)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("edit_event", agency.slug, event.public_id)
    context = {
        "agency": agency,
        "event": event,
        "sessions": sessions,
        "form": form,
        "about": [form[name] for name in form.ABOUT],
        "practical": [form[name] for name in form.fields if name not in form.ABOUT],
    }
    return render(request, "events/edit.html", context)


@login_required
@require_POST
def publish_event(request, slug, public_id):
    event = the_event(request, slug, public_id)
    try:
        publishing.publish(event, by=request.user)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return redirect("edit_event", slug, public_id)
    messages.success(request, _("Published. Everybody can see the event and register."))
    return redirect(event)


@login_required
@require_POST
def cancel_event(request, slug, public_id):
    event = the_event(request, slug, public_id)
    try:
        told = publishing.cancel_event(event, by=request.user)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("The event is cancelled. People we wrote to: %(number)d.") % {"number": len(told)}
        )
    return redirect("edit_event", slug, public_id)


@login_required
@never_cache
@require_safe
def roster(request, slug, public_id):
    """Who comes, to look at and to print."""
    event = the_event(request, slug, public_id)
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
    event = the_event(request, slug, public_id)
    one = get_object_or_404(event.registrations, public_id=registration_id)
    form = HostDecisionForm(request.POST)
    try:
        if not form.is_valid():
            messages.error(request, _("Please say yes or no, with a reason of at most 300 characters."))
        elif form.cleaned_data["answer"] == "approve":
            registration.approve(one, by=request.user)
            messages.success(request, _("%(person)s has been told.") % {"person": one.user})
        else:
            registration.turn_down(one, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("%(person)s has been told.") % {"person": one.user})
    except RegistrationError as no:
        messages.error(request, str(no))
    return redirect("roster", slug, public_id)


@login_required
@never_cache
@require_safe
def roster_csv(request, slug, public_id):
    """The roster as a table. Marked UTF-8, so that spreadsheets read Chinese; no cell is read as a formula."""
    event = the_event(request, slug, public_id)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="roster-{event.public_id}.csv"'
    table = csv.writer(response)
    table.writerow([_("Name"), _("Agency"), _("Status"), _("Registered"), _("E-mail"), _("Note")])
    for one in everybody(event):
        table.writerow(
            map(
                inert,
                (
                    str(one.user),
                    str(one.agency or ""),
                    one.get_status_display(),
                    f"{timezone.localtime(one.created_at):%Y-%m-%d %H:%M}",
                    one.user.email,
                    one.note,
                ),
            )
        )
    return response


def everybody(event: Event) -> list[Registration]:
    return list(event.registrations.select_related("user", "agency", "pool").order_by("created_at", "pk"))


def the_agency(request, slug: str) -> Agency:
    """The agency of the address, if this person publishes events for it; else there is nothing here."""
    agency = get_object_or_404(Agency, slug=slug)
    if not can(request.user, "events.publish", agency):
        raise Http404
    return agency


def the_event(request, slug: str, public_id) -> Event:
    """An event that this agency holds."""
    events = the_agency(request, slug).hosted_events.for_rows()
    return get_object_or_404(events, public_id=public_id)


@login_required
@require_POST
def answer_co_hosting(request, slug, pk):
    """Yes or no to being shown as a co-host of another agency's event."""
    co_host = get_object_or_404(publishing.co_hosting_to_answer(request.user), agency__slug=slug, pk=pk)
    if request.POST.get("answer") == "confirm":
        publishing.confirm_co_host(co_host, by=request.user)
        messages.success(request, _("You are now shown as a host of this event."))
    else:
        publishing.decline_co_host(co_host, by=request.user)
        messages.success(request, _("You declined. Your agency is not shown as a host."))
    return redirect("desk")
