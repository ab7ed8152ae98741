"""The agency at a glance, and what it says about itself."""

from importlib import import_module

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from orgs import completeness, freshness, joining, profile
from orgs.console.door import own_agency, parts_of
from orgs.console.freshness import fresh_url
from orgs.forms.application import AskAgainForm
from orgs.forms.profile import AgencyForm
from orgs.models import Agency, Application, Section


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
            **listing_state(agency),
            "services": agency.services.prefetch_related("types", "populations"),
            "locations": agency.locations.all(),
            "join_requests": joining.decidable_by(request.user).filter(agency=agency),
            "is_due": freshness.due(request.user).filter(pk=agency.pk).exists(),
            "completeness": completeness.of(agency) if parts["may"]["profile_edit"] else None,
        },
    )


def listing_state(agency: Agency) -> dict:
    """Whether a draft waits for the staff's answer, and what they said last."""
    if agency.status != Agency.Status.DRAFT:
        return {}
    asked = agency.applications.filter(kind=Application.Kind.LISTING)
    return {
        "listing_asked": asked.open().first(),
        "listing_declined": asked.filter(status=Application.Status.DECLINED).last(),
        "ask_again_form": AskAgainForm(),
    }


@login_required
def edit_agency(request, slug):
    """Facts and prose in both languages."""
    agency = own_agency(request, slug, "profile.edit")
    form = AgencyForm(request.POST or None, instance=agency)
    if request.method == "POST" and form.is_valid():
        profile.change(form.instance, by=request.user, texts=form.texts, funding=form.cleaned_data["funding"])
        messages.success(request, _("The agency's information has been changed."))
        return redirect(fresh_url(agency, Section.ABOUT))
    return render(
        request,
        "orgs/edit_agency.html",
        {**parts_of(request, Agency.objects.get(pk=agency.pk)), "form": form},
    )
