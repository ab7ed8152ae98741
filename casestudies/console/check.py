"""Before a case is handed in: everything that might give somebody away, each in its sentence."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from casestudies.console.access import own_case
from casestudies.deidentify import check, replacing
from casestudies.deidentify.words import KINDS, WHY
from casestudies.models import CaseStudy, CaseVersion
from casestudies.permissions import can_submit_case
from casestudies.writing import authoring

#: What kind of change a new version can be.
CHANGES = [choice for choice in CaseVersion.Kind.choices if choice[0] != CaseVersion.Kind.FIRST]


@login_required
def check_case(request, slug, public_id):
    """Show what the check found; replace or keep what a button says."""
    case = own_case(request, slug, public_id)
    draft = authoring.draft_of(case)
    seen = check.check(draft)
    if request.method == "POST":
        decide(request, case, seen)
        return redirect("check_case", slug, public_id)
    context = {
        "agency": case.agency,
        "case": case,
        "draft": draft,
        "check": seen,
        "certain": [row(one, draft) for one in seen.certain],
        "undecided": [row(one, draft) for one in seen.undecided],
        "kept": [row(one, draft) for one in seen.kept],
        "statement": check.statement(),
        "missing": authoring.missing(draft),
        "is_in_review": authoring.is_in_review(case),
        "can_submit": can_submit_case(request.user, case),
        "change_kinds": CHANGES if case.versions.exists() else [],
    }
    return render(request, "casestudies/check_case.html", context)


def decide(request, case: CaseStudy, seen: check.Check) -> None:
    """Carry out what was pressed, and say what happened."""
    passage = next((one for one in seen.passages if one.fingerprint == request.POST.get("passage")), None)
    if passage is None:
        messages.info(request, _("These words do not stand in the text any more."))
        return
    try:
        if authoring.is_in_review(case):
            raise authoring.InReview
        if request.POST.get("decision") == "replace":
            replacing.replace(case, passage, by=request.user)
            messages.success(request, _("Replaced wherever it stood."))
        elif request.POST.get("decision") == "keep":
            check.keep(case, passage, by=request.user, reason=request.POST.get("reason", ""))
            messages.success(request, _("Kept, with your reason."))
    except (check.DecisionRefused, authoring.AuthoringError) as refusal:
        messages.error(request, str(refusal))


def row(passage: check.Passage, draft: CaseStudy) -> dict:
    """A passage in words: what it is, why, and where it stands."""
    return {
        "passage": passage,
        "kind": KINDS[passage.first.kind],
        "why": WHY[passage.first.why],
        "places": [{"finding": one, "where": place_of(one.field, draft)} for one in passage.findings[:5]],
        "more": max(0, len(passage.findings) - 5),
    }


def place_of(name: str, draft: CaseStudy) -> str:
    """The field's words on the page, or the title of the file."""
    kind, _space, key = name.partition(" ")
    if key:
        return next((file.title for file in draft.attachments.all() if str(file.key) == key), kind)
    return str(CaseStudy._meta.get_field(name).verbose_name)
