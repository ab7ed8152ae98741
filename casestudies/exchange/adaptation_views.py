"""Adaptations: the page that everybody reads, and the form of the agency that tried it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from casestudies.console.access import own_agency
from casestudies.exchange import adaptation as rules
from casestudies.forms.adaptation import AdaptationForm
from casestudies.keeping.list_views import words
from casestudies.models import Adaptation, CaseStudy
from casestudies.permissions import can_review_cases
from orgs.permissions import can
from portal import second_factor

SHOWN = Adaptation.objects.select_related("of__agency", "agency", "case", "division__parent")


@require_safe
def adaptation(request, public_id):
    """One adaptation. It stays readable when the original is withdrawn."""
    found = get_object_or_404(SHOWN.visible_to(request.user), public_id=public_id)
    if not found.is_public and can_review_cases(request.user):
        second_factor.demand_shown(request)
    context = {
        "adaptation": found,
        "can_write": can(request.user, "cases.write", found.agency),
        "can_lead": can(request.user, rules.LEADS, found.agency),
        "can_remark": found.is_public and can(request.user, rules.LEADS, found.of.agency),
        "can_hide": found.is_public and can_review_cases(request.user),
        "can_unhide": found.status == Adaptation.Status.HIDDEN and can_review_cases(request.user),
    }
    return render(request, "casestudies/adaptation.html", context)


@login_required
@require_POST
def act_on_adaptation(request, slug, public_id):
    """The buttons of the two agencies: the one that tried it publishes, the one that wrote the original remarks."""
    agency = own_agency(request, slug)
    theirs = SHOWN.visible_to(request.user).filter(Q(agency=agency) | Q(of__agency=agency))
    found = get_object_or_404(theirs, public_id=public_id)
    try:
        match request.POST.get("action"):
            case "publish":
                rules.publish(found, by=request.user)
                messages.success(request, _("Published. The original's agency has been told."))
            case "remark":
                rules.remark(found, by=request.user, text=words(request.POST.get("text", ""), 1500))
                messages.success(request, _("Your remark is kept."))
    except rules.AdaptationError as refusal:
        messages.error(request, str(refusal))
    return redirect(found)


@login_required
@require_POST
def hide_adaptation(request, public_id):
    """Staff hide an adaptation that must not be read, or show it again."""
    if not can_review_cases(request.user):
        raise Http404
    second_factor.demand_shown(request)
    found = get_object_or_404(SHOWN.visible_to(request.user), public_id=public_id)
    try:
        match request.POST.get("action"):
            case "hide":
                rules.hide(found, by=request.user, reason=words(request.POST.get("text", ""), 1500))
                messages.success(request, _("The adaptation is hidden."))
            case "unhide":
                rules.unhide(found, by=request.user)
                messages.success(request, _("Shown again."))
    except rules.AdaptationError as refusal:
        messages.error(request, str(refusal))
    return redirect(found)


@login_required
def adapt_case(request, slug, public_id):
    """Begin to record what the agency did with a published case study."""
    agency = own_agency(request, slug)
    original = get_object_or_404(CaseStudy.objects.published(), public_id=public_id)
    return write(request, Adaptation(of=original, agency=agency), is_new=True)


@login_required
def edit_adaptation(request, slug, public_id):
    """Go on writing an adaptation."""
    agency = own_agency(request, slug)
    return write(request, get_object_or_404(SHOWN, agency=agency, public_id=public_id))


def write(request, shown: Adaptation, *, is_new=False):
    form = AdaptationForm(request.POST or None, instance=shown, agency=shown.agency)
    if request.method == "POST" and form.is_valid():
        try:
            if is_new:
                kept = rules.record(shown.of, agency=shown.agency, by=request.user, **form.cleaned_data)
            else:
                kept = rules.change(shown, by=request.user, **form.cleaned_data)
        except rules.AdaptationError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your text is saved."))
            return redirect(kept)
    return render(request, "casestudies/edit_adaptation.html", {"adaptation": shown, "form": form})
