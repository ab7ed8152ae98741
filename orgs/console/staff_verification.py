"""The portal's staff verify an agency that did not ask: after a visit, a call, a look into the registry."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from orgs import decision, recommendation, uscc, verification
from orgs.application import ApplicationError
from orgs.console.staff import for_portal_staff
from orgs.evidence import EvidenceError
from orgs.forms.decision import VerifyForm
from orgs.forms.merging import FindForm
from orgs.models import Agency


@for_portal_staff
def find_agency(request):
    """Which agency: by name, credit code or address."""
    form = FindForm(request.GET if "agency" in request.GET else None)
    if form.is_valid():
        return redirect("verify_agency", form.cleaned_data["agency"].slug)
    return render(request, "orgs/find_agency_to_verify.html", {"form": form})


@for_portal_staff
def verify_agency(request, slug):
    """What is known about the agency, and the form for what was checked; or the proposal that waits for a second person."""
    agency = get_object_or_404(Agency.objects.select_related("division__parent", "org_type"), slug=slug)
    proposed = agency.verifications.awaiting_second().select_related("checked_by", "application").first()
    answer = request.POST.get("answer", "")
    form = VerifyForm(*((request.POST, request.FILES) if answer == "verify" else ()), agency=agency)
    try:
        if answer == "confirm" and proposed:
            verification.confirm(proposed, by=request.user)
            messages.success(
                request, _("Confirmed. The level of %(agency)s counts now.") % {"agency": agency}
            )
            return redirect("verify_agency", slug)
        if answer == "verify" and form.is_valid():
            said = form.cleaned_data
            made = decision.verify_unasked(agency, by=request.user, pictures=said.pop("registry"), **said)
            messages.success(request, words_about(made))
            return redirect("verify_agency", slug)
    except (ApplicationError, EvidenceError) as refusal:
        messages.error(request, str(refusal))
    return render(
        request,
        "orgs/verify_agency.html",
        {
            "agency": agency,
            "form": form,
            "proposed": proposed,
            "question": decision.open_question(agency),
            "code": uscc.check(agency.uscc) if agency.uscc else None,
            "verifications": agency.verifications.select_related("checked_by", "second_checker"),
            "people": agency.memberships.active().select_related("user"),
            "recommendations": recommendation.that_count(agency).select_related("by_agency"),
        },
    )


def words_about(made) -> str:
    """What happened, for the person who verified."""
    if made.awaits_second:
        return _("Kept. The level of %(agency)s counts once a second person of the staff confirms it.") % {
            "agency": made.agency
        }
    return _("Done. The level of %(agency)s counts now, and its owners have been told.") % {
        "agency": made.agency
    }
