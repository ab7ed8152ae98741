"""Beginning a case study: with a title, or with a report that is there already."""

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from casestudies import rich_text
from casestudies.console.access import own_agency, own_case
from casestudies.forms import ReportForm, StartForm
from casestudies.models import CaseStudy, ImportedReport
from casestudies.report import draft
from casestudies.report.report import Report
from casestudies.writing import authoring

BEGINNING = 160  # characters of a piece that are shown at once


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
        started, lost = draft.begin(
            agency,
            read,
            by=request.user,
            name=form.cleaned_data["file"].name,
            division=agency.division,
            authors=[(request.user.name, author_role(request.user))],
        )
        messages.success(
            request, _("Your report was read and saved as a draft. Please check it and complete it.")
        )
        for sentence in what_was_read(read, lost):
            messages.info(request, sentence)
        return redirect("arrange_report", slug, started.public_id)
    return render(request, "casestudies/import_case.html", {"agency": agency, "form": form})


def what_was_read(read: Report, lost: int) -> list[str]:
    """Sentences on what became of notes, pictures, tracked changes and comments."""
    sentences = []
    attached = len(read.images) - lost
    left_out = read.pictures - attached
    if attached:
        sentences.append(
            ngettext(
                "%(count)s picture stands in its section. Say what it shows, for readers who cannot see it.",
                "%(count)s pictures stand in their sections. Say of each what it shows, for readers who cannot see it.",
                attached,
            )
            % {"count": attached}
        )
    if left_out > 0:
        sentences.append(
            ngettext("%(count)s picture was left out.", "%(count)s pictures were left out.", left_out)
            % {"count": left_out}
        )
    if read.footnotes:
        sentences.append(
            ngettext(
                "%(count)s note stands at the end of its section.",
                "%(count)s notes stand at the end of their sections.",
                read.footnotes,
            )
            % {"count": read.footnotes}
        )
    if read.changes.tracked:
        sentences.append(
            ngettext(
                "%(count)s tracked change was accepted: what was put in is in, what was struck out is gone.",
                "%(count)s tracked changes were accepted: what was put in is in, what was struck out is gone.",
                read.changes.tracked,
            )
            % {"count": read.changes.tracked}
        )
    if read.changes.comments:
        sentences.append(
            ngettext(
                "%(count)s comment is not part of the text. It stays in your file.",
                "%(count)s comments are not part of the text. They stay in your file.",
                read.changes.comments,
            )
            % {"count": read.changes.comments}
        )
    return sentences


@login_required
@never_cache
def arrange_report(request, slug, public_id):
    """What of a report went where, and moving its pieces to other sections before anybody writes on."""
    case = own_case(request, slug, public_id)
    row = ImportedReport.objects.filter(case=case).first()
    if request.method == "POST":
        places = {
            int(name.removeprefix("piece-")): place
            for name, place in request.POST.items()
            if re.fullmatch(r"piece-\d{1,5}", name, re.A)
        }
        try:
            draft.arrange(case, places, by=request.user)
        except authoring.AuthoringError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Kept. Go on writing."))
        return redirect("edit_case", slug, public_id)
    if row is None:
        return redirect("edit_case", slug, public_id)
    context = {
        "agency": case.agency,
        "case": case,
        "report": row,
        "pieces": [piece_shown(one) for one in row.pieces],
        "places": [(name, place_words(name)) for name in draft.PLACES],
    }
    return render(request, "casestudies/arrange_report.html", context)


def piece_shown(one: dict) -> dict:
    """A piece with its words, and where it stands in words."""
    words = rich_text.to_plain(one["html"])
    return {
        **one,
        "html": rich_text.clean(one["html"]),
        "begins": words[:BEGINNING],
        "is_longer": len(words) > BEGINNING or "<table" in one["html"],
        "place": place_words(one["field"]),
        "is_remainder": one["field"] == "further_text",
    }


def place_words(name: str) -> str:
    return str(CaseStudy._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
