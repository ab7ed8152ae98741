"""What the agency does for whom."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orgs import profile
from orgs.console.door import own_agency, parts_of
from orgs.console.freshness import fresh_url
from orgs.forms.service import TERMS, ServiceForm
from orgs.models import Agency, Section, Service


@login_required
def create_service(request, slug):
    """A new service."""
    agency = own_agency(request, slug, "profile.edit")
    return service_form(request, agency, Service(agency=agency))


@login_required
def edit_service(request, slug, public_id):
    """A service as it is now."""
    agency = own_agency(request, slug, "profile.edit")
    return service_form(request, agency, get_object_or_404(agency.services, public_id=public_id))


def service_form(request, agency: Agency, service: Service):
    form = ServiceForm(request.POST or None, instance=service)
    if request.method == "POST" and form.is_valid():
        profile.save_service(
            form.instance,
            by=request.user,
            terms={
                name: form.cleaned_data[name]
                for name in (*TERMS, "areas", "locations")
                if name in form.cleaned_data
            },
        )
        messages.success(request, _("The service has been saved."))
        return redirect(fresh_url(agency, Section.SERVICES))
    return render(
        request, "orgs/edit_service.html", {**parts_of(request, agency), "form": form, "service": service}
    )


@login_required
@require_POST
def remove_service(request, slug, public_id):
    """Take a service off the agency's page."""
    agency = own_agency(request, slug, "profile.edit")
    profile.remove_service(get_object_or_404(agency.services, public_id=public_id), by=request.user)
    messages.success(request, _("The service has been removed."))
    return redirect("agency_desk", slug)
