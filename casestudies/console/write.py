"""Writing a case study, looking at it as readers will, and what somebody else saved meanwhile."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from casestudies import authoring, reading
from casestudies.console.access import own_case
from casestudies.console.hand_in import hand_in, review_comment
from casestudies.forms import AuthorsFormSet, CaseForm
from casestudies.guidance import EVIDENCE
from casestudies.models import CaseStudy
from casestudies.permissions import can_submit_case


@login_required
def edit_case(request, slug, public_id):
    """Write a case study. One form; its three buttons save, show and hand in."""
    case = own_case(request, slug, public_id)
    draft = authoring.draft_of(case)
    form = CaseForm(request.POST or None, instance=draft)
    authors = AuthorsFormSet(request.POST or None, case=draft)
    theirs: list = []
    if request.method == "POST" and all([form.is_valid(), authors.is_valid()]):
        try:
            authoring.save_draft(
                case,
                by=request.user,
                began_from=form.cleaned_data["began_from"] or 0,
                authors=authors.pairs(),
                **form.changes(),
            )
        except authoring.Overtaken as refusal:
            messages.error(request, str(refusal))
            theirs = differences(form, authors, refusal.draft)
            form.data = form.data.copy()
            form.data["began_from"] = str(refusal.draft.latest_revision_id or 0)
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
        "theirs": theirs,
        "missing": authoring.missing(newest),
        "is_in_review": authoring.is_in_review(case),
        "state": case.current_workflow_state,
        "comment": review_comment(case),
        "evidence_words": list(zip(CaseStudy.Evidence.choices, EVIDENCE, strict=True)),
        "can_submit": can_submit_case(request.user, case),
    }
    return render(request, "casestudies/edit_case.html", context)


def saved(request, case: CaseStudy):
    """After saving: on to what the pressed button says."""
    match request.POST.get("then"):
        case "preview":
            return redirect("preview_case", case.agency.slug, case.public_id)
        case "submit":
            return hand_in(request, case)
    messages.success(request, _("Saved. Only your agency and the reviewers see this text."))
    return redirect("edit_case", case.agency.slug, case.public_id)


@login_required
def preview_case(request, slug, public_id):
    """The newest text as readers would see it."""
    case = own_case(request, slug, public_id)
    context = {**reading.context(authoring.draft_of(case)), "is_preview": True, "can_edit": True}
    return render(request, "casestudies/case.html", context)


def differences(form: CaseForm, authors: AuthorsFormSet, theirs: CaseStudy) -> list[dict]:
    """What somebody else saved meanwhile, where it differs from what was typed here: the field's label and their words."""
    mine, saved = form.as_words(), CaseForm(instance=theirs).as_words()
    found = [
        {"label": form.fields[name].label, "words": words}
        for name, words in saved.items()
        if words != mine[name]
    ]
    pairs = [(author.name, author.role) for author in theirs.authors.all()]
    if pairs != authors.pairs():
        found.append({"label": _("Authors"), "words": "\n".join(name for name, _role in pairs)})
    return found
