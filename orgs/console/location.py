"""Where people find the agency."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orgs import profile
from orgs.console.door import own_agency, parts_of
from orgs.console.freshness import fresh_url
from orgs.forms.location import LocationForm
from orgs.models import Agency, Location, Section


@login_required
def create_location(request, slug):
    """A new place."""
    agency = own_agency(request, slug, "profile.edit")
    return location_form(request, agency, Location(agency=agency))


@login_required
def edit_location(request, slug, pk):
    """A place as it is now."""
    agency = own_agency(request, slug, "profile.edit")
    return location_form(request, agency, get_object_or_404(agency.locations, pk=pk))


def location_form(request, agency: Agency, location: Location):
    form = LocationForm(request.POST or None, instance=location)
    if request.method == "POST" and form.is_valid():
        profile.save_location(form.instance, by=request.user)
        messages.success(request, _("The place has been saved."))
        return redirect(fresh_url(agency, Section.CONTACT))
    return render(
        request, "orgs/edit_location.html", {**parts_of(request, agency), "form": form, "location": location}
    )


@login_required
@require_POST
def remove_location(request, slug, pk):
    """Take a place off the agency's page."""
    agency = own_agency(request, slug, "profile.edit")
    profile.remove_location(get_object_or_404(agency.locations, pk=pk), by=request.user)
    messages.success(request, _("The place has been removed."))
    return redirect("agency_desk", slug)
