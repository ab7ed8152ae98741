"""The portal staff's desk: what waits for an answer, and the evidence beside the decision. For others it is not there."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orgs import application, decision, duplicates, recommendation, uscc, verification
from orgs.application import ApplicationError
from orgs.evidence import EvidenceError
from orgs.forms.decision import AcceptForm, DeclineForm, RevokeForm
from orgs.models import Application, Verification
from orgs.permissions import is_portal_staff
from portal import second_factor

ON_A_PAGE = 30


def for_portal_staff(view):
    """A view that exists for portal staff only, who bring their second factor."""

    @login_required
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not is_portal_staff(request.user):
            raise Http404
        second_factor.demand_shown(request)
        return view(request, *args, **kwargs)

    return guarded


@for_portal_staff
def staff_queue(request):
    """Applications, claims and verifications that wait, the oldest first."""
    kind = request.GET.get("kind", "")
    counts = application.waiting_counts()
    waiting = application.queue(kind).prefetch_related("evidence", "verifications")
    return render(
        request,
        "orgs/staff_queue.html",
        {
            "kind": kind if kind in counts else "",
            "kinds": [(value, words, counts[value]) for value, words in Application.Kind.choices],
            "all_count": sum(counts.values()),
            "page_of_applications": Paginator(waiting, ON_A_PAGE).get_page(request.GET.get("page")),
            "own": set(request.user.memberships.active().values_list("agency", flat=True)),
        },
    )


@for_portal_staff
def staff_application(request, public_id):
    """One question with everything that helps to answer it, and the answer."""
    asked = get_object_or_404(
        Application.objects.select_related("agency__division__parent", "agency__org_type", "applicant"),
        public_id=public_id,
    )
    answer = request.POST.get("answer", "")
    accept_form = AcceptForm(*((request.POST, request.FILES) if answer == "accept" else ()), asked=asked)
    decline_form = DeclineForm(*((request.POST,) if answer == "decline" else ()))
    if request.method == "POST":
        try:
            if said := answer_given(request, asked, answer, accept_form, decline_form):
                messages.success(request, said)
                return redirect("staff_queue")
        except (ApplicationError, EvidenceError) as refusal:
            messages.error(request, str(refusal))
            return redirect("staff_application", public_id)
    return render(
        request,
        "orgs/staff_application.html",
        {
            **dossier(asked, request.user),
            "accept_form": accept_form,
            "decline_form": decline_form,
            "revoke_form": RevokeForm(auto_id=False),
        },
    )


def answer_given(request, asked: Application, answer: str, accept_form, decline_form) -> str:
    """Carry the answer out and say what happened; an empty text when the form needs another look."""
    if answer == "accept" and accept_form.is_valid():
        said = accept_form.cleaned_data
        pictures = said.pop("registry")
        made = decision.accept(asked, by=request.user, pictures=pictures, **said)
        if made and made.awaits_second:
            return _(
                "Kept. The level of %(agency)s counts once a second person of the staff confirms it."
            ) % {"agency": asked.agency}
        return _("Done. %(person)s has been told.") % {"person": asked.applicant}
    if answer == "decline" and decline_form.is_valid():
        application.decline(asked, by=request.user, reason=decline_form.cleaned_data["reason"])
        return _("You said no. %(person)s has been told.") % {"person": asked.applicant}
    if answer == "confirm":
        proposed = asked.verifications.awaiting_second().first()
        if proposed is None:
            raise ApplicationError(_("This proposal has been answered already."))
        verification.confirm(proposed, by=request.user)
        return _("Confirmed. The level of %(agency)s counts now.") % {"agency": asked.agency}
    return ""


def dossier(asked: Application, user) -> dict:
    """What is known about the agency, the applicant and the question."""
    agency = asked.agency
    others = agency.applications.exclude(pk=asked.pk).select_related("applicant", "decided_by")
    return {
        "application": asked,
        "agency": agency,
        "files": asked.evidence.all(),
        "duplicates": duplicates.of(agency, user),
        "code": uscc.check(agency.uscc) if agency.uscc else None,
        "proposed": asked.verifications.awaiting_second().select_related("checked_by").first(),
        "verifications": agency.verifications.select_related("checked_by", "second_checker"),
        "recommendations": recommendation.that_count(agency).select_related("by_agency"),
        "people": agency.memberships.active().select_related("user"),
        "others": others.order_by("-created_at")[:10],
        "applicant_agencies": asked.applicant.memberships.active()
        .exclude(agency=agency)
        .select_related("agency"),
    }


@for_portal_staff
@require_POST
def revoke_verification(request, pk):
    """Take a badge away."""
    found = get_object_or_404(Verification.objects.select_related("agency"), pk=pk)
    form = RevokeForm(request.POST)
    try:
        if form.is_valid():
            verification.revoke(found, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("The badge is gone. The owners have been told."))
        else:
            messages.error(request, _("Please give a reason of at most 300 characters: the agency reads it."))
    except ApplicationError as refusal:
        messages.error(request, str(refusal))
    return redirect("staff_queue")
