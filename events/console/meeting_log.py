"""The log of an online meeting: brought in, looked through, and what nobody can tell assigned by hand."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from events.attending import meeting_log
from events.console.door import own_event
from events.forms.meeting_log import AssignForm, MeetingLogForm
from events.models import Event
from events.registering.refusals import RegistrationError
from portal.importing import Refused


@login_required
@never_cache
def meeting_log_page(request, slug, public_id):
    """Upload a log; below it, whose every row is."""
    event = own_event(request, slug, public_id)
    form = MeetingLogForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            told = meeting_log.bring_in(event, file.read(), file.name, by=request.user)
        except Refused as no:
            form.add_error("file", no.sentence)
        else:
            say(request, told)
            if not told.bad:
                return redirect("meeting_log", slug, public_id)
            return show(request, event, MeetingLogForm(), told.bad)
    return show(request, event, form)


@login_required
@require_POST
def assign_log_row(request, slug, public_id, pk):
    """Say whose row it is, or that it is nobody's."""
    event = own_event(request, slug, public_id)
    row = get_object_or_404(event.log_rows, pk=pk)
    form = AssignForm(request.POST, event=event)
    try:
        if not form.is_valid():
            messages.error(request, _("Choose somebody who has a seat at this event."))
        else:
            meeting_log.assign(row, form.cleaned_data["registration"], by=request.user)
            messages.success(request, _("Noted down."))
    except RegistrationError as no:
        messages.error(request, str(no))
    return redirect("meeting_log", slug, public_id)


def show(request, event: Event, form: MeetingLogForm, bad=()) -> HttpResponse:
    rows = list(event.log_rows.select_related("registration__user", "registration__agency"))
    context = {
        "agency": event.host,
        "event": event,
        "form": form,
        "bad": bad[:50],
        "more_bad": max(0, len(bad) - 50),
        "open_rows": [row for row in rows if row.registration is None],
        "matched": [row for row in rows if row.registration],
        "people": list(AssignForm(event=event).fields["registration"].choices),
    }
    return render(request, "events/meeting_log.html", context)


def say(request, told: meeting_log.Imported) -> None:
    """What became of the file, in sentences."""
    if told.new:
        messages.success(
            request,
            ngettext("%(number)d row is new.", "%(number)d rows are new.", told.new) % {"number": told.new},
        )
    else:
        messages.info(request, _("Nothing in this file is new."))
    if told.outside:
        messages.warning(
            request,
            ngettext(
                "%(number)d row lies outside the times of every session and was left out.",
                "%(number)d rows lie outside the times of every session and were left out.",
                told.outside,
            )
            % {"number": told.outside},
        )
