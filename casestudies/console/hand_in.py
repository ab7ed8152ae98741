"""Handing a case study to the reviewers, and what they answered."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casestudies.console.access import own_case
from casestudies.models import CaseStudy, CaseVersion
from casestudies.permissions import can_submit_case
from casestudies.writing import authoring


def hand_in(request, case: CaseStudy):
    """Submit and say what happened."""
    if not can_submit_case(request.user, case):
        messages.error(
            request, _("The text is saved. It can be submitted when your agency is listed in the directory.")
        )
        return redirect("edit_case", case.agency.slug, case.public_id)
    kind, note = request.POST.get("kind", ""), request.POST.get("change_note", "")
    if case.versions.exists() and not (kind in CaseVersion.Kind.values and note.replace("\0", "").strip()):
        messages.info(request, _("The text is saved. Before it is submitted, say what changed."))
        return redirect("check_case", case.agency.slug, case.public_id)
    try:
        authoring.submit(case, by=request.user, kind=kind, change_note=note)
    except authoring.Incomplete:
        messages.error(
            request, _("The text is saved, but not yet submitted. What is missing stands at the top.")
        )
    except authoring.Exposing as refusal:
        messages.error(request, str(refusal))
        return redirect("check_case", case.agency.slug, case.public_id)
    except authoring.AuthoringError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("Submitted. The reviewers will read it; you get a letter when they have decided.")
        )
        return redirect("desk")
    return redirect("edit_case", case.agency.slug, case.public_id)


@login_required
@require_POST
def submit_case(request, slug, public_id):
    """Hand the saved text to the reviewers."""
    return hand_in(request, own_case(request, slug, public_id))


def review_comment(case: CaseStudy) -> str:
    """What the reviewers wrote when they sent the case back."""
    state = case.current_workflow_state
    if state is None or state.status != state.STATUS_NEEDS_CHANGES or not state.current_task_state:
        return ""
    return state.current_task_state.specific.get_comment()
