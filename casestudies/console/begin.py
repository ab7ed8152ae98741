"""Beginning a case study: with a title, or with a report that is there already."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casestudies import authoring
from casestudies.console.access import own_agency
from casestudies.forms import ReportForm, StartForm
from casestudies.models import CaseStudy


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
