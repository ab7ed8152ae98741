"""How far the agency is verified, and asking for more; asking again to be listed after a no."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orgs import applying, recommendation, verification
from orgs.application import ApplicationError
from orgs.console.door import own_agency, parts_of
from orgs.evidence import EvidenceError
from orgs.forms.application import AskAgainForm, VerificationForm
from orgs.models import Application, Verification


@login_required
def agency_verification(request, slug):
    """The level now, what the next one needs, the history, and the question to the staff."""
    agency = own_agency(request, slug, "profile.edit")
    asked = agency.applications.open().filter(kind=Application.Kind.VERIFICATION).first()
    current = verification.current(agency)
    held = {1, *agency.verifications.in_force().values_list("level", flat=True)} if current else set()
    reachable = verification.reachable(agency)
    following = next((one for one in reachable if one not in held), None)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = VerificationForm(*sent, agency=agency, initial={"level": following})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            verification.ask(
                agency, level=said["level"], by=request.user, message=said["message"], scans=said["evidence"]
            )
        except (ApplicationError, EvidenceError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Sent. The portal's staff will look at it and write to you."))
            return redirect("agency_verification", slug)
    return render(
        request,
        "orgs/agency_verification.html",
        {
            **parts_of(request, agency),
            "current": current,
            "asked": asked,
            "declined": agency.applications.filter(
                kind=Application.Kind.VERIFICATION, status=Application.Status.DECLINED
            ).last(),
            "form": form,
            "levels": [
                {
                    "number": value,
                    "words": words,
                    "needs": verification.NEEDS[value],
                    "is_held": value in held,
                    "is_next": value == following,
                }
                for value, words in Verification.Level.choices
                if value in reachable
            ],
            "history": agency.verifications.settled(),
            "recommendations": recommendation.that_count(agency).select_related("by_agency"),
            "code_doubt": verification.doubt(agency),
        },
    )


@login_required
@require_POST
def ask_again(request, slug):
    """Ask once more to be listed."""
    agency = own_agency(request, slug, "profile.edit")
    form = AskAgainForm(request.POST, request.FILES)
    try:
        if form.is_valid():
            applying.ask_again(
                agency,
                by=request.user,
                message=form.cleaned_data["message"],
                scans=form.cleaned_data["evidence"],
            )
            messages.success(request, _("Thank you. The portal's staff will look at it and write to you."))
        else:
            messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    except (ApplicationError, EvidenceError) as refusal:
        messages.error(request, str(refusal))
    return redirect("agency_desk", slug)
