"""The host's desk: writing an event, publishing it, calling it off."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from events import publishing
from events.console.door import own_event
from events.forms.event import EventForm
from events.forms.session import session_rows
from events.models import Event
from events.refusals import RegistrationError
from orgs.console.door import own_agency
from orgs.models import Agency

REFUSALS = (publishing.PublishingError, RegistrationError)


@login_required
@never_cache
def create_event(request, slug):
    agency = own_agency(request, slug, "events.publish")
    return write(request, agency, Event(host=agency))


@login_required
@never_cache
def edit_event(request, slug, public_id):
    event = own_event(request, slug, public_id)
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
    event = own_event(request, slug, public_id)
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
    event = own_event(request, slug, public_id)
    try:
        told = publishing.cancel_event(event, by=request.user)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("The event is cancelled. People we wrote to: %(number)d.") % {"number": len(told)}
        )
    return redirect("edit_event", slug, public_id)
