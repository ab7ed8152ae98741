"""Offering an agency to another member, and answering such an offer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orgs import ownership
from orgs.console.door import confirm_it_is_them, own_agency
from orgs.console.members import members_page
from orgs.forms.members import AnswerForm, OwnershipForm
from orgs.models import OwnershipTransfer
from portal import second_factor


@login_required
@require_POST
def offer_ownership(request, slug):
    """Offer the agency to another member."""
    agency = own_agency(request, slug, "ownership.transfer")
    confirm_it_is_them(request, slug)
    form = OwnershipForm(request.POST, agency=agency)
    if form.is_valid():
        taker = form.cleaned_data["taker"]
        try:
            ownership.offer(agency, to=taker, by=request.user)
            messages.success(
                request, _("Offered. %(person)s has 14 days to say yes or no.") % {"person": taker}
            )
            return redirect("agency_members", slug)
        except ownership.OwnershipError as refusal:
            form.add_error("taker", str(refusal))
    return members_page(request, agency, ownership_form=form)


@login_required
@require_POST
def withdraw_transfer(request, slug, public_id):
    """Take an offer of ownership back."""
    agency = own_agency(request, slug, "ownership.transfer")
    confirm_it_is_them(request, slug)
    transfer = get_object_or_404(agency.transfers, public_id=public_id)
    try:
        ownership.withdraw(transfer, by=request.user)
        messages.success(request, _("You took the offer back."))
    except ownership.OwnershipError as refusal:
        messages.error(request, str(refusal))
    return redirect("agency_members", slug)


@login_required
@require_POST
def answer_transfer(request, public_id):
    """Take the agency over, or not."""
    transfer = get_object_or_404(
        OwnershipTransfer.objects.select_related("agency"), taker=request.user, public_id=public_id
    )
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise Http404
    if form.cleaned_data["answer"] == "accept":
        second_factor.demand(request)  # they are about to be an owner
    try:
        if form.cleaned_data["answer"] == "accept":
            ownership.accept(transfer, by=request.user)
            messages.success(request, _("You are now the owner of %(agency)s.") % {"agency": transfer.agency})
            return redirect("agency_members", transfer.agency.slug)
        ownership.decline(transfer, by=request.user)
        messages.success(request, _("You declined. The owner has been told."))
    except ownership.OwnershipError as refusal:
        messages.error(request, str(refusal))
    return redirect("desk")
