"""How often the agency's case studies are used."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casestudies.console.access import own_agency
from casestudies.usage import figures


@login_required
@require_safe
def case_numbers(request, slug):
    """By month and by case: read, downloaded, cited, adapted, kept."""
    agency = own_agency(request, slug)
    cases = figures.cases_of(agency, request.user)
    months = figures.by_month(cases)
    context = {
        "agency": agency,
        "months": months,
        "bars": figures.bars(months),
        "cases": figures.by_case(cases),
    }
    return render(request, "casestudies/case_numbers.html", context)


@login_required
@require_safe
def case_numbers_csv(request, slug):
    """The same as a table, a line for each case and month."""
    agency = own_agency(request, slug)
    return HttpResponse(
        figures.as_csv(figures.cases_of(agency, request.user)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="tongxing-{agency.slug}-case-numbers.csv"'},
    )
