"""The agency's logo: put one up, replace it, take it away."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orgs import logo
from orgs.console.door import own_agency, parts_of
from orgs.forms.logo import LogoForm


@login_required
def edit_logo(request, slug):
    """The logo as it is, and a form for another."""
    agency = own_agency(request, slug, "profile.edit")
    form = LogoForm(request.POST, request.FILES) if request.method == "POST" else LogoForm()
    if request.method == "POST" and form.is_valid():
        try:
            logo.replace(agency, by=request.user, **form.cleaned_data)
            messages.success(request, _("Your logo is on your page now."))
            return redirect("agency_desk", slug)
        except logo.LogoError as refusal:
            form.add_error("file", str(refusal))
    return render(request, "orgs/edit_logo.html", {**parts_of(request, agency), "form": form})


@login_required
@require_POST
def remove_logo(request, slug):
    """Take the logo off the agency's page."""
    agency = own_agency(request, slug, "profile.edit")
    logo.remove(agency, by=request.user)
    messages.success(request, _("The logo has been removed."))
    return redirect("agency_desk", slug)
