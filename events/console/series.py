"""The host's series, and holding an event again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from events.console.door import own_event
from events.forms.series import CopyForm, SeriesForm
from events.hosting import copying, series
from events.hosting.publishing import PublishingError
from events.models import EventSeries
from orgs.console.door import own_agency
from orgs.models import Agency


@login_required
@never_cache
def create_series(request, slug):
    agency = own_agency(request, slug, "events.publish")
    return write(request, agency, EventSeries(host=agency))


@login_required
@never_cache
def edit_series(request, slug, public_id):
    agency = own_agency(request, slug, "events.publish")
    return write(request, agency, get_object_or_404(agency.event_series, public_id=public_id))


def write(request, agency: Agency, one: EventSeries) -> HttpResponse:
    """Its words and its events on one page."""
    form = SeriesForm(request.POST if request.method == "POST" else None, instance=one, host=agency)
    if request.method == "POST" and form.is_valid():
        try:
            one = series.write(form.instance, events=form.cleaned_data["events"])
        except series.SeriesError as no:
            form.add_error("events", str(no))
        else:
            messages.success(request, _("Saved."))
            return redirect(one)
    return render(request, "events/edit_series.html", {"agency": agency, "series": one, "form": form})


@login_required
@require_POST
def remove_series(request, slug, public_id):
    agency = own_agency(request, slug, "events.publish")
    series.dissolve(get_object_or_404(agency.event_series, public_id=public_id))
    messages.success(request, _("The series is gone. Its events stay."))
    return redirect("desk")


@login_required
@require_POST
def copy_event(request, slug, public_id):
    """The event again on another day, as a draft to look over."""
    event = own_event(request, slug, public_id)
    form = CopyForm(request.POST)
    try:
        if not form.is_valid():
            raise PublishingError(" ".join(form.errors["on"]))
        copy = copying.copy_event(event, on=form.cleaned_data["on"], by=request.user)
    except PublishingError as no:
        messages.error(request, str(no))
        return redirect("edit_event", slug, public_id)
    messages.success(request, _("This is the copy. Look it over, then publish it."))
    return redirect("edit_event", slug, copy.public_id)
