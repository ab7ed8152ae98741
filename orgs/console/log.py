"""The log of what was done: an agency's owners read theirs, the portal's staff read all. To take along by POST."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orgs import audit
from orgs.console.door import confirm_it_is_them, own_agency, parts_of
from orgs.console.staff import for_portal_staff
from orgs.forms.log import LogForm
from portal.second_factor import demand_shown, with_recent_sign_in

ENTRIES_ON_A_PAGE = 50
MOST_IN_A_TABLE = 20_000


@login_required
@never_cache
@require_safe
def agency_log(request, slug):
    """Who did what for the agency, about whom and when, the newest first."""
    agency = own_agency(request, slug, "log.read")
    demand_shown(request)  # only owners read it
    entries = audit.visible_to(request.user).filter(agency=agency)
    return render(request, "orgs/log.html", {**parts_of(request, agency), **shown(request, entries)})


@login_required
@never_cache
@require_POST
def take_agency_log(request, slug):
    """The same as a table. That it was taken along is an entry too."""
    agency = own_agency(request, slug, "log.read")
    confirm_it_is_them(request, slug)
    return table(request, audit.visible_to(request.user).filter(agency=agency), agency=agency)


@for_portal_staff
@never_cache
@require_safe
def staff_log(request):
    """What was done for all agencies and accounts."""
    return render(request, "orgs/log.html", shown(request, audit.visible_to(request.user)))


@for_portal_staff
@with_recent_sign_in
@never_cache
@require_POST
def take_staff_log(request):
    """The same as a table."""
    return table(request, audit.visible_to(request.user))


def shown(request, entries) -> dict:
    form = LogForm(request.GET, people=audit.people_in(entries))
    chosen = audit.chosen(entries, **form.chosen)
    page = Paginator(chosen, ENTRIES_ON_A_PAGE).get_page(request.GET.get("page"))
    asked = {name: request.GET.get(name, "") for name in form.fields}
    return {"form": form, "page_of_entries": page, "asked": asked}


def table(request, entries, *, agency=None) -> HttpResponse:
    form = LogForm(request.POST, people=audit.people_in(entries))
    chosen = audit.chosen(entries, **form.chosen)[:MOST_IN_A_TABLE]
    content, rows = audit.as_csv(chosen)
    audit.record(audit.Action.EXPORTED, by=request.user, agency=agency, what="log", rows=rows)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="log-{timezone.localdate():%Y-%m-%d}.csv"'
    return response
