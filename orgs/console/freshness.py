"""Is this still right? What the entry says, section by section, each with a button that says so."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orgs import freshness
from orgs.console.door import own_agency, parts_of
from orgs.models import Agency, Section


def fresh_url(agency: Agency, section: Section) -> str:
    """Where one is asked whether the whole section is right, after a part of it was changed."""
    return reverse("agency_freshness", args=[agency.slug]) + f"#{section}"


@login_required
def agency_freshness(request, slug):
    """What the entry says, with the day on which each section was confirmed. Mail leads here; nothing happens by looking."""
    agency = own_agency(request, slug, "members.view")
    return render(
        request,
        "orgs/agency_freshness.html",
        {
            **parts_of(request, agency),
            "sections": freshness.sections_of(agency),
            "services": agency.services.offered().prefetch_related("areas__parent"),
            "locations": agency.locations.all(),
            "people": agency.memberships.active().filter(is_shown=True).select_related("user"),
        },
    )


@login_required
@require_POST
def confirm_agency(request, slug):
    """Say that one section, or everything, is still right."""
    agency = own_agency(request, slug, "profile.edit")
    section = request.POST.get("section")
    if section and section not in Section.values:
        raise Http404
    agency = freshness.confirm(agency, by=request.user, sections=[section] if section else Section.values)
    if section:
        messages.success(
            request, _("Thank you. “%(section)s” is confirmed.") % {"section": Section(section).label}
        )
        return redirect("agency_freshness", slug)
    messages.success(
        request,
        _("Thank you. The page of %(agency)s now says that you confirmed it today.") % {"agency": agency},
    )
    return redirect("agency_desk", slug)
