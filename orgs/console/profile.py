"""The agency at a glance, and what it says about itself."""

from importlib import import_module

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orgs import joining, profile
from orgs.console.door import own_agency, parts_of
from orgs.forms.profile import AgencyForm
from orgs.models import Agency


@login_required
def agency_desk(request, slug):
    """The agency at a glance, with what its people can do."""
    agency = own_agency(request, slug, "members.view")
    parts = parts_of(request, agency)
    for app in settings.RECORD_APPS:
        parts.update(import_module(f"{app}.agency_page").console(agency, request.user))
    return render(
        request,
        "orgs/agency_desk.html",
        {
            **parts,
            "services": agency.services.prefetch_related("types", "populations"),
            "join_requests": joining.decidable_by(request.user).filter(agency=agency),
            "is_due": profile.due_for_confirmation(request.user).filter(pk=agency.pk).exists(),
        },
    )


@login_required
def edit_agency(request, slug):
    """Facts and prose in both languages."""
    agency = own_agency(request, slug, "profile.edit")
    form = AgencyForm(request.POST or None, instance=agency)
    if request.method == "POST" and form.is_valid():
        profile.change(form.instance, by=request.user, texts=form.texts, funding=form.cleaned_data["funding"])
        messages.success(request, _("The agency's information has been changed."))
        return redirect("agency_desk", slug)
    return render(
        request,
        "orgs/edit_agency.html",
        {**parts_of(request, Agency.objects.get(pk=agency.pk)), "form": form},
    )


@login_required
@require_POST
def confirm_agency(request, slug):
    """Say that everything is still right."""
    agency = own_agency(request, slug, "profile.edit")
    profile.confirm(agency, by=request.user)
    messages.success(
        request,
        _("Thank you. The page of %(agency)s now says that you confirmed it today.") % {"agency": agency},
    )
    return redirect("agency_desk", slug)
