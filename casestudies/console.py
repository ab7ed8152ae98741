"""The member console for case studies: begin, import, write, look at it, hand it in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from casestudies import authoring, reading
from casestudies.forms import AuthorsFormSet, CaseForm, ReportForm, StartForm
from casestudies.guidance import EVIDENCE
from casestudies.models import CaseStudy
from casestudies.permissions import agencies_written_for, can_submit_case, editable_cases


def own_agency(request, slug: str):
    """The agency of the address, if this person writes for it."""
    return get_object_or_404(agencies_written_for(request.user), slug=slug)


def own_case(request, slug: str, public_id) -> CaseStudy:
    return get_object_or_404(
        editable_cases(request.user, own_agency(request, slug)).select_related("agency"), public_id=public_id
    )


@login_required
def create_case(request, slug):
    """Begin a case study with its title."""
    agency = own_agency(request, slug)
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        started = authoring.start_case(
            agency,
            by=request.user,
            division=agency.division,
            authors=[(request.user.name, author_role(request.user))],
            **form.cleaned_data,
        )
        return redirect("edit_case", slug, started.public_id)
    return render(request, "casestudies/create_case.html", {"agency": agency, "form": form})


def author_role(user) -> str:
    """The author's role that an occupation suggests."""
    occupation = user.Occupation
    return {
        occupation.RESEARCHER: "researcher",
        occupation.SUPERVISOR: "supervisor",
    }.get(user.occupation, "practitioner")


@login_required
def import_case(request, slug):
    """Take a report apart into a draft, and show what went where."""
    agency = own_agency(request, slug)
    form = ReportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        read = form.cleaned_data["report"]
        started = authoring.start_case(
            agency,
            by=request.user,
            division=agency.division,
            authors=[(request.user.name, author_role(request.user))],
            **read.fields(),
        )
        for sentence in what_was_read(read):
            messages.success(request, sentence)
        return redirect("edit_case", slug, started.public_id)
    return render(request, "casestudies/import_case.html", {"agency": agency, "form": form})


def what_was_read(read) -> list[str]:
    """Sentences on what of a report went where."""
    words = {
        name: str(CaseStudy._meta.get_field(name).verbose_name)
        for name in (*CaseStudy.SECTIONS, "abstract", "keywords")
    }
    placed = [
        f"{piece.heading} → {words[piece.field]}" for piece in read.pieces if piece.field != "further_text"
    ]
    sentences = [_("Your report was read and saved as a draft. Please check it and complete it.")]
    if placed:
        sentences.append(_("Put in place: %(headings)s.") % {"headings": "; ".join(placed)})
    if read.unmatched:
        sentences.append(
            _("Kept under “Further text”, because no section is called so: %(headings)s.")
            % {"headings": "; ".join(read.unmatched)}
        )
    if len(read.further) > len(read.unmatched):
        sentences.append(_("Text before the first heading is kept under “Further text”."))
    if read.pictures:
        sentences.append(
            ngettext("%(count)s picture was left out.", "%(count)s pictures were left out.", read.pictures)
            % {"count": read.pictures}
        )
    if read.footnotes:
        sentences.append(
            ngettext(
                "%(count)s footnote was left out. Copy it into the text if it matters.",
                "%(count)s footnotes were left out. Copy them into the text if they matter.",
                read.footnotes,
            )
            % {"count": read.footnotes}
        )
    return sentences


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


def hand_in(request, case: CaseStudy):
    """Submit and say what happened."""
    if not can_submit_case(request.user, case):
        messages.error(
            request, _("The text is saved. It can be submitted when your agency is listed in the directory.")
        )
        return redirect("edit_case", case.agency.slug, case.public_id)
    try:
        authoring.submit(case, by=request.user)
    except authoring.Incomplete:
        messages.error(
            request, _("The text is saved, but not yet submitted. What is missing stands at the top.")
        )
    except authoring.AuthoringError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("Submitted. The reviewers will read it; you get a letter when they have decided.")
        )
        return redirect("desk")
    return redirect("edit_case", case.agency.slug, case.public_id)


@login_required
def preview_case(request, slug, public_id):
    """The newest text as readers would see it."""
    case = own_case(request, slug, public_id)
    context = {**reading.context(authoring.draft_of(case)), "is_preview": True, "can_edit": True}
    return render(request, "casestudies/case.html", context)


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
