"""My hours: the ledger of the person who looks, what is missing, and the courses that would cover it."""

import csv

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from events.forms.hours import ProfessionForm
from events.hours import account, ledger
from events.hours.words import in_hours
from events.models import Certificate, HoursRule, Profession
from orgs import audit
from portal.importing import inert


@login_required
@never_cache
def my_hours(request):
    """What I have, what is asked of me until when, and what would cover the rest."""
    profession = Profession.objects.select_related("division").filter(user=request.user).first()
    form = ProfessionForm(request.POST or None, initial=said_before(request.user, profession))
    if request.method == "POST" and form.is_valid():
        ledger.set_profession(request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("my_hours")
    entries = list(account.ledger(request.user))
    standing = account.standing(profession, entries)
    courses = account.courses(profession, standing) if standing else []
    certificates = Certificate.objects.valid().filter(registration__user=request.user)
    context = {
        "form": form,
        "profession": profession,
        "standing": standing,
        "is_asked": profession is not None and HoursRule.objects.filter(role=profession.role).exists(),
        "courses": courses,
        "courses_minutes": sum(course.minutes for course in courses),
        "years": account.by_year(entries),
        "roles": account.by_role(entries),
        "certificates": certificates.order_by("-issued_at"),
    }
    return render(request, "events/my_hours.html", context)


def said_before(user, profession: Profession | None) -> dict:
    """What the form begins with."""
    if profession is None:
        return {"role": ledger.BY_OCCUPATION.get(user.occupation)}
    return {
        "role": profession.role,
        "division": profession.division_id,
        "registered_on": profession.registered_on,
    }


@login_required
@never_cache
@require_POST
def my_hours_csv(request):
    """My ledger as a table. Marked UTF-8, so that spreadsheets read Chinese; no cell is read as a formula."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="hours.csv"'
    table = csv.writer(response)
    table.writerow(
        [_("Day"), _("Event"), _("Host"), _("Role"), _("Agency"), _("Minutes"), _("Hours"), _("Reason")]
    )
    entries = list(account.ledger(request.user))
    audit.record(audit.Action.EXPORTED, by=request.user, about=request.user, what="hours", rows=len(entries))
    for entry in entries:
        event = entry.registration.event
        row = (
            str(entry.occurred_on),
            str(event),
            str(event.host.name),
            entry.get_role_display(),
            str(entry.agency or ""),
        )
        numbers = (entry.minutes, in_hours(entry.minutes))
        table.writerow([*map(inert, row), *numbers, inert(entry.why)])
    return response
