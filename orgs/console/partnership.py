"""With whom the agency works."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orgs import partnership
from orgs.console.door import own_agency, parts_of
from orgs.forms.partnership import PartnershipForm
from orgs.models import Agency, Partnership
from orgs.permissions import can


@login_required
def agency_partnerships(request, slug):
    """With whom the agency works, who waits for whose answer, and a new proposal."""
    agency = own_agency(request, slug, "members.view")
    may_propose = can(request.user, "partnerships.propose", agency)
    if request.method == "POST" and not may_propose:
        raise Http404
    form = PartnershipForm(request.POST or None, initial=named_in(request)) if may_propose else None
    if request.method == "POST" and form.is_valid():
        try:
            partnership.propose(agency, by=request.user, **form.cleaned_data)
            messages.success(request, _("Proposed. It becomes public when everybody has said yes."))
            return redirect("agency_partnerships", slug)
        except partnership.PartnershipError as refusal:
            form.add_error(None, str(refusal))
    return render(
        request,
        "orgs/agency_partnerships.html",
        {
            **parts_of(request, agency),
            "form": form,
            "proposals": partnership.open_to_answer(request.user).filter(agency=agency),
            "partnerships": [
                own_party(shown, agency)
                for shown in Partnership.objects.visible_to(request.user)
                .filter(parties__agency=agency)
                .select_related("kind")
                .prefetch_related("parties__agency")
            ],
        },
    )


@login_required
@require_POST
def answer_partnership(request, slug, pk):
    """Yes or no to a partnership that another agency proposed."""
    agency = own_agency(request, slug, "partnerships.propose")
    party = get_object_or_404(partnership.open_to_answer(request.user), agency=agency, pk=pk)
    try:
        if request.POST.get("answer") == "confirm":
            partnership.confirm(party, by=request.user)
            messages.success(request, _("You confirmed it. It is public as soon as every party has."))
        else:
            partnership.decline(party, by=request.user)
            messages.success(request, _("You declined. The partnership stays private."))
    except partnership.PartnershipError as refusal:
        messages.error(request, str(refusal))
    return redirect("agency_partnerships", slug)


@login_required
@require_POST
def withdraw_partnership(request, slug, pk):
    """Take back what the agency proposed."""
    agency = own_agency(request, slug, "partnerships.propose")
    party = get_object_or_404(agency.parties.select_related("partnership"), pk=pk)
    try:
        partnership.withdraw(party.partnership, by=request.user)
        messages.success(request, _("You took the proposal back."))
    except partnership.PartnershipError as refusal:
        messages.error(request, str(refusal))
    return redirect("agency_partnerships", slug)


@login_required
@require_POST
def end_partnership(request, slug, pk):
    """End a partnership that all have confirmed."""
    agency = own_agency(request, slug, "partnerships.propose")
    party = get_object_or_404(agency.parties.select_related("partnership"), pk=pk)
    try:
        partnership.end(party.partnership, by=request.user)
        messages.success(request, _("The partnership has ended. The others have been told."))
    except partnership.PartnershipError as refusal:
        messages.error(request, str(refusal))
    return redirect("agency_partnerships", slug)


def named_in(request) -> dict:
    """A first entry for the form from an address with ?with=, as the network page links to it."""
    slug = request.GET.get("with", "")
    named = Agency.objects.listed().filter(slug=slug).first() if slug and "\x00" not in slug else None
    return {"partners": named.legal_name} if named else {}


def own_party(shown: Partnership, agency: Agency) -> Partnership:
    """The partnership with what the agency can do about it: `own_party`, and whether it can take back or end it."""
    parties = sorted(shown.parties.all(), key=lambda party: party.pk)
    shown.own_party = next(party for party in parties if party.agency_id == agency.pk)
    is_open = not (shown.is_declined or shown.is_withdrawn or shown.is_over)
    shown.can_be_ended = is_open and shown.is_confirmed
    shown.can_be_withdrawn = is_open and not shown.is_confirmed and parties[0] == shown.own_party
    return shown
