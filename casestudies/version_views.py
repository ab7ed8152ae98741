"""The permanent addresses of a case study's versions, and the tombstone of what was withdrawn."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from casestudies import reading, versions, withdrawal
from casestudies.models import CaseStudy
from casestudies.open_data import citation, formats
from casestudies.permissions import can_review_cases, can_withdraw_case
from casestudies.review import mark
from casestudies.writing.authoring import AuthoringError
from portal import second_factor

#: More than any case has, and less than a database column holds.
NUMBER_AT_MOST = 1_000_000


def tombstone(request, public_id):
    """What remains of a withdrawn case, 410; 404 where nothing was."""
    case = get_object_or_404(CaseStudy.objects.withdrawn().for_reading(), public_id=public_id)
    context = {"case": case, "versions": case.versions.all(), "gbt7714": citation.gbt7714(case)}
    context["citation_files"] = [(name, style) for name, style in formats.OFFERED if style in citation.STYLES]
    return render(request, "casestudies/withdrawn.html", context, status=410)


def found_version(public_id, number: int):
    """The published case with this version, or None where the case is not published; 404 for a number it never had."""
    case = CaseStudy.objects.published().for_reading().filter(public_id=public_id).first()
    if case is None:
        return None
    if number > NUMBER_AT_MOST:
        raise Http404
    return get_object_or_404(case.versions.select_related("case", "revision"), number=number)


@require_safe
def case_version(request, public_id, version):
    """One version as it was published. An older one says so and leads to the newest."""
    found = found_version(public_id, version)
    if found is None:
        return tombstone(request, public_id)
    newest = found.case.current_version
    context = {
        **reading.context(versions.text_of(found)),
        "version": found,
        "newest_version": newest,
        "review_mark": mark.mark_of(found.case, found.number),
    }
    response = render(request, "casestudies/case.html", context)
    response["Link"] = f'<{newest.get_absolute_url()}>; rel="latest-version"'
    return response


@require_safe
def case_changes(request, public_id, version):
    """What changed from the version before to this one."""
    found = found_version(public_id, version)
    if found is None:
        return tombstone(request, public_id)
    before = get_object_or_404(found.case.versions.select_related("revision"), number=found.number - 1)
    differences = versions.changes(before.revision.as_object(), found.revision.as_object())
    context = {"case": found.case, "version": found, "before": before, "differences": differences}
    return render(request, "casestudies/case_changes.html", context)


@login_required
def withdraw_case(request, slug, public_id):
    """Ask for the reason, and withdraw: the agency that leads the case, or the portal's staff."""
    cases = CaseStudy.objects.published().select_related("agency")
    case = get_object_or_404(cases, agency__slug=slug, public_id=public_id)
    if not can_withdraw_case(request.user, case):
        raise Http404
    if can_review_cases(request.user):
        second_factor.demand_shown(request)
    if request.method == "POST":
        try:
            withdrawal.withdraw(case, by=request.user, reason=request.POST.get("reason", ""))
        except AuthoringError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Withdrawn. Readers find the reason at its address."))
            return redirect("case", case.public_id)
    context = {"case": case, "at_most": CaseStudy.REASON_AT_MOST, "reason": request.POST.get("reason", "")}
    return render(request, "casestudies/withdraw_case.html", context)
