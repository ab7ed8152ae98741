"""Where a case was presented: the list that its people keep, and what hosts say to it."""

import re
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from casestudies.console.access import own_case
from casestudies.exchange import presenting
from casestudies.keeping.list_views import words
from casestudies.models import Presentation
from casestudies.permissions import agencies_written_for
from orgs.permissions import agencies_where
from portal import occasions

CHOICES = 30
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@never_cache
@login_required
def edit_presented(request, slug, public_id):
    """The events at which a published case was presented: add one of one's own, or one found by title or address."""
    case = own_case(request, slug, public_id)
    if not case.live:
        raise Http404
    if request.method == "POST":
        try:
            if request.POST.get("action") == "remove":
                presenting.remove(of_form(request, case.presentations.all()), by=request.user)
                messages.success(request, _("Taken from both pages."))
            elif (event := id_in(request.POST.get("event", ""))) is not None:
                made = presenting.present(case, event=event, by=request.user)
                shown = made.status == Presentation.Status.SHOWN
                messages.success(
                    request, _("Both pages show it.") if shown else _("The host is asked; we write to you.")
                )
            else:
                messages.error(request, _("Choose an event."))
        except presenting.PresentingError as refusal:
            messages.error(request, str(refusal))
        return redirect("edit_presented", slug, public_id)
    asked = words(request.GET.get("q", ""), 200)
    context = {
        "case": case,
        "rows": presenting.with_occasions(case.presentations.all()),
        "words": asked,
        "found": found_for(request, asked),
    }
    return render(request, "casestudies/edit_presented.html", context)


def found_for(request, asked: str) -> list[occasions.Occasion]:
    """The event of an address, those with the words in their title, or what my agencies hold."""
    if (event := id_in(asked)) is not None:
        return list(occasions.known([event]).values())
    if asked:
        return occasions.named(asked, most=CHOICES)
    return occasions.held_by(agencies_written_for(request.user).values_list("pk", flat=True), most=CHOICES)


def id_in(text: str) -> UUID | None:
    found = ID.search(text)
    return UUID(found[0]) if found else None


def of_form(request, presentations) -> Presentation:
    """The one that the form names; 404 for every other."""
    public_id = id_in(request.POST.get("presentation", ""))
    return get_object_or_404(presentations, public_id=public_id)


@never_cache
@login_required
def presented_here(request, slug):
    """What others say they presented at our events: the host's yes or no."""
    agency = get_object_or_404(agencies_where(request.user, presenting.ANSWERS), slug=slug)
    ours = Presentation.objects.filter(host=agency, case__live=True)
    if request.method == "POST":
        named = of_form(request, ours)
        try:
            presenting.answer(named, by=request.user, is_yes=request.POST.get("answer") == "yes")
            messages.success(request, _("Your answer is kept."))
        except presenting.PresentingError as refusal:
            messages.error(request, str(refusal))
        return redirect("presented_here", slug)
    rows = presenting.with_occasions(ours.select_related("case__agency", "host")[:200])
    context = {
        "agency": agency,
        "waiting": [row for row in rows if row.status == Presentation.Status.ASKED],
        "answered": [row for row in rows if row.status != Presentation.Status.ASKED],
    }
    return render(request, "casestudies/presented_here.html", context)
