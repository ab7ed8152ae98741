"""The roster to take along: as a table for a spreadsheet, and as a list to sign; and the numbers after the event."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.afterwards import numbers
from events.attending import roster_table
from events.console.door import own_event, write_down_export
from orgs.console.door import confirm_it_is_them
from portal.csv_file import as_csv

FORMATS = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (roster_table.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
EMPTY_ROWS = 5  # for people who come unannounced


@login_required
@never_cache
@require_POST
def roster_file(request, slug, public_id, style):
    """The roster as a table, marked UTF-8 where it is text; no cell is read as a formula."""
    event = own_event(request, slug, public_id)
    if style not in FORMATS:
        raise Http404
    confirm_it_is_them(request, slug)
    write, content_type = FORMATS[style]
    table = roster_table.lines(event)
    write_down_export(request, event, "roster", rows=len(table) - 1)
    response = HttpResponse(write(table), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="roster-{event.public_id}.{style}"'
    return response


@login_required
@never_cache
@require_safe
def signature_list(request, slug, public_id):
    """Those with a seat, once for each session, with room to sign; in the order of names, or by agency.

    A page for the printer, so it is read like any other; that it was taken along is written down all the same.
    """
    event = own_event(request, slug, public_id)
    confirm_it_is_them(request, slug)
    is_by_agency = request.GET.get("by") == "agency"
    seated = [one for one in roster_table.everybody(event) if one.has_seat]
    seated.sort(key=lambda one: str(one.known_as))
    if is_by_agency:
        seated.sort(key=lambda one: (one.agency is None, str(one.agency or "")))
    write_down_export(request, event, "signature list", rows=len(seated))
    return render(
        request,
        "events/signature_list.html",
        {
            "agency": event.host,
            "event": event,
            "seated": seated,
            "is_by_agency": is_by_agency,
            "empty_rows": range(EMPTY_ROWS),
        },
    )


@login_required
@never_cache
@require_safe
def event_numbers(request, slug, public_id):
    """Who came from where, and which agencies met here. Numbers and agencies only."""
    event = own_event(request, slug, public_id)
    return render(request, "events/numbers.html", {"agency": event.host, "event": event, **numbers.of(event)})
