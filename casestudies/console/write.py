"""Writing a case study, looking at it as readers will, and what somebody else saved meanwhile."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from casestudies import reading
from casestudies.console.access import own_case
from casestudies.console.autosave import draft_key, writing_words
from casestudies.console.hand_in import hand_in, review_comment
from casestudies.console.parts import parts_of
from casestudies.forms import AuthorsFormSet, CaseForm
from casestudies.models import CaseStudy
from casestudies.permissions import can_lead_case, can_submit_case
from casestudies.writing import authoring, completeness, draft_merge, keywords, parallel
from casestudies.writing.guidance import EVIDENCE


@login_required
def edit_case(request, slug, public_id):
    """Write a case study. One form in parts; its buttons save, show and hand in."""
    case = own_case(request, slug, public_id)
    draft = authoring.draft_of(case)
    is_led = can_lead_case(request.user, case)
    form = CaseForm(request.POST or None, instance=draft, is_led=is_led)
    authors = AuthorsFormSet(request.POST or None, case=draft)
    theirs: list = []
    if request.method == "POST" and all([form.is_valid(), authors.is_valid()]):
        try:
            authoring.save_draft(
                case,
                by=request.user,
                began_from=form.cleaned_data["began_from"] or 0,
                seen=form.cleaned_data["seen"],
                authors=authors.authors(),
                **form.changes(),
            )
        except authoring.Overtaken as refusal:
            messages.error(request, str(refusal))
            theirs = differences(form, authors, refusal.draft, refusal.both)
            carry_on(form, refusal.draft)
        except authoring.AuthoringError as refusal:
            messages.error(request, str(refusal))
        else:
            return saved(request, case)
    newest = authoring.draft_of(case)
    context = {
        "agency": case.agency,
        "case": case,
        "draft": newest,
        "form": form,
        "authors": authors,
        "parts": parts_of(form, authors, newest, opened=request.GET.get("part", "")),
        "theirs": theirs,
        "kept": parallel.waiting(case, by=request.user),
        "missing": authoring.missing(newest),
        "completeness": completeness.of(newest),
        "is_in_review": authoring.is_in_review(case),
        "state": case.current_workflow_state,
        "comment": review_comment(case),
        "has_review": case.review_rounds.exists(),
        "evidence_words": list(zip(CaseStudy.Evidence.choices, EVIDENCE, strict=True)),
        "is_led": is_led,
        "can_submit": can_submit_case(request.user, case),
        "draft_key": draft_key(request.user, case),
        "writing_words": writing_words(),
        "suggested_keywords": keywords.suggested(newest),
    }
    return render(request, "casestudies/edit_case.html", context)


def carry_on(form: CaseForm, draft: CaseStudy) -> None:
    """The form has been answered with what stands now: what is sent next was written in sight of it."""
    form.data = form.data.copy()
    form.data["began_from"] = str(draft.latest_revision_id or 0)
    form.data["seen"] = json.dumps(draft_merge.seen(draft))


def saved(request, case: CaseStudy):
    """After saving: on to what the pressed button says."""
    match request.POST.get("then"):
        case "preview":
            return redirect("preview_case", case.agency.slug, case.public_id)
        case "submit":
            return hand_in(request, case)
    messages.success(request, _("Saved. Only your agency and the reviewers see this text."))
    address = reverse("edit_case", args=[case.agency.slug, case.public_id])
    part = request.POST.get("part", "")
    return redirect(
        f"{address}?part={part}#part-{part}" if part.isidentifier() and part.isascii() else address
    )


@login_required
def preview_case(request, slug, public_id):
    """The newest text as readers would see it."""
    case = own_case(request, slug, public_id)
    context = {**reading.context(authoring.draft_of(case)), "is_preview": True, "can_edit": True}
    return render(request, "casestudies/case.html", context)


def differences(form: CaseForm, authors: AuthorsFormSet, theirs: CaseStudy, both: list[str]) -> list[dict]:
    """What two writers changed at once: the label of each field, their words that stand, and what was typed here."""
    mine = {**form.changes(), "authors": authors.authors()}
    return [
        {
            "field": unit,
            "label": draft_merge.label_of(unit),
            "words": parallel.in_words(
                {name: draft_merge.value_of(theirs, name) for name in draft_merge.names_of(unit)}, unit
            ),
            "mine": parallel.in_words(mine, unit),
        }
        for unit in both
    ]
