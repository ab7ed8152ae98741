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
from orgs.models import Partnership
from orgs.permissions import can


@login_required
def agency_partnerships(request, slug):
    """With whom the agency works, who waits for whose answer, and a new proposal."""
    agency = own_agency(request, slug, "members.view")
    may_propose = can(request.user, "partnerships.propose", agency)
    if request.method == "POST" and not may_propose:
        raise Http404
    form = PartnershipForm(request.POST or None) if may_propose else None
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
            "partnerships": Partnership.objects.visible_to(request.user)
            .filter(parties__agency=agency)
            .select_related("kind")
            .prefetch_related("parties__agency"),
        },
    )


@login_required
@require_POST
def answer_partnership(request, slug, pk):
    """Yes or no to a partnership that another agency proposed."""
    agency = own_agency(request, slug, "partnerships.propose")
    party = get_object_or_404(partnership.open_to_answer(request.user), agency=agency, pk=pk)
    if request.POST.get("answer") == "confirm":
        partnership.confirm(party, by=request.user)
        messages.success(request, _("You confirmed it. It is public as soon as every party has."))
    else:
        partnership.decline(party, by=request.user)
        messages.success(request, _("You declined. The partnership stays private."))
    return redirect("agency_partnerships", slug)
