"""The versions of the agency's entry: everybody in the agency reads them, those who edit go back to one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orgs import history, restoring
from orgs.console.door import own_agency, parts_of
from orgs.differences import Names, between

VERSIONS_ON_A_PAGE = 20
FIELDS_IN_A_ROW = 5


@login_required
def agency_history(request, slug):
    """Who changed what and when, the newest first."""
    agency = own_agency(request, slug, "members.view")
    page = Paginator(history.versions(agency).select_related("user"), VERSIONS_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    shown = list(page.object_list)
    older = [*shown[1:], history.before(agency, shown[-1])] if shown else []
    names = Names(version.content for version in (*shown, *filter(None, older[-1:])))
    rows = [
        {
            "version": version,
            "changes": between(previous.content, version.content, names) if previous else None,
        }
        for version, previous in zip(shown, older, strict=True)
    ]
    return render(
        request,
        "orgs/agency_history.html",
        {**parts_of(request, agency), "page_of_versions": page, "rows": rows, "most": FIELDS_IN_A_ROW},
    )


@login_required
def agency_version(request, slug, pk):
    """One version: what changed against the one before it, and what going back to it would change now."""
    agency = own_agency(request, slug, "members.view")
    version = get_object_or_404(history.versions(agency).select_related("user"), pk=pk)
    previous, now = history.before(agency, version), history.snapshot(agency)
    names = Names(content for content in (previous and previous.content, version.content, now) if content)
    return render(
        request,
        "orgs/agency_version.html",
        {
            **parts_of(request, agency),
            "version": version,
            "is_first": previous is None,
            "changes": between(previous.content, version.content, names) if previous else [],
            "going_back": between(now, version.content, names),
        },
    )


@login_required
@require_POST
def restore_version(request, slug, pk):
    """Make the entry say again what it said in that version."""
    agency = own_agency(request, slug, "profile.edit")
    version = get_object_or_404(history.versions(agency), pk=pk)
    notes = restoring.restore(agency, version, by=request.user)
    messages.success(request, _("The entry says again what it said then. This is a new version."))
    for note in notes:
        messages.warning(request, note)
    return redirect("agency_history", slug)
