"""Who belongs to the agency, in which role, and who asks to."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orgs import invitation, joining, membership, ownership
from orgs.console.door import confirm_it_is_them, own_agency, parts_of
from orgs.forms.members import (
    DecisionForm,
    InvitationForm,
    MembershipActionForm,
    OwnershipForm,
    ShownForm,
)
from orgs.models import Agency, Membership, Role
from orgs.permissions import RESPONSIBILITIES, agencies_where, is_portal_staff, roles_to_give
from portal import second_factor


@login_required
def agency_members(request, slug):
    """Who belongs to the agency, in which role, who is invited and who asks to."""
    return members_page(request, own_agency(request, slug, "members.view"))


def members_page(request, agency: Agency, **forms):
    """The page of people, with a form that was refused in the place of the empty one."""
    people = agency.memberships.exclude(status=Membership.Status.LEFT).select_related("user")
    own = people.get(user=request.user)
    parts = parts_of(request, agency)
    may = parts["may"]
    if may["members_invite"]:
        given = roles_to_give(request.user, agency)
        parts["invitation_form"] = InvitationForm(agency=agency, by=request.user)
        parts["invitations"] = [
            {"sent": sent, "is_mine_to_change": sent.role in given} for sent in invitation.pending(agency)
        ]
    if may["ownership_transfer"]:
        parts["transfer"] = ownership.offered_by(agency)
        parts["ownership_form"] = OwnershipForm(agency=agency)
    return render(
        request,
        "orgs/agency_members.html",
        {
            **parts,
            "people": people,
            "own": own,
            "offer_to_me": ownership.offered_to(request.user).filter(agency=agency).first(),
            "shown_form": ShownForm(instance=own),
            "roles": Role.choices,
            "join_requests": joining.decidable_by(request.user).filter(agency=agency),
            "responsibilities": [
                {"words": words, "held": [role in roles for role in Role.values]}
                for roles, words in RESPONSIBILITIES.values()
            ],
            **forms,
        },
    )


@login_required
@require_POST
def edit_own_membership(request, slug):
    """Whether and how one is named on the agency's page."""
    agency = own_agency(request, slug, "members.view")
    own = get_object_or_404(agency.memberships, user=request.user)
    form = ShownForm(request.POST, instance=own)
    if form.is_valid():
        membership.show(own, by=request.user, **form.cleaned_data)
        messages.success(request, _("Your entry has been changed."))
    else:
        messages.error(request, _("Your position is longer than 60 characters. Please shorten it."))
    return redirect("agency_members", slug)


@login_required
@require_POST
def act_on_membership(request, slug, pk):
    """End, suspend or restore a membership, or give a role."""
    agency = own_agency(request, slug, "members.decide")
    person = get_object_or_404(agency.memberships.exclude(status=Membership.Status.LEFT), pk=pk)
    form = MembershipActionForm(request.POST)
    if not form.is_valid():
        raise Http404
    action, role = form.cleaned_data["action"], form.cleaned_data["role"]
    if action == "role" or Role.OWNER in (person.role, role):
        confirm_it_is_them(request, slug)
    try:
        if action == "remove":
            membership.remove(person, by=request.user)
        elif action == "suspend":
            membership.suspend(person, by=request.user)
        elif action == "restore":
            membership.restore(person, by=request.user)
        else:
            membership.change_role(person, role=role or person.role, by=request.user)
        messages.success(request, _("Done."))
    except membership.MembershipError as refusal:
        messages.error(request, str(refusal))
    return redirect("agency_members", slug)


@login_required
@require_POST
def leave_agency(request, slug):
    """Leave the agency."""
    agency = own_agency(request, slug, "members.view")
    try:
        membership.leave(agency.memberships.get(user=request.user), by=request.user)
    except membership.MembershipError as refusal:
        messages.error(request, str(refusal))
        return redirect("agency_members", slug)
    messages.success(request, _("You left %(agency)s.") % {"agency": agency})
    return redirect("desk")


@login_required
@require_POST
def decide_join_request(request, slug, public_id):
    """Yes or no to a person who asks to join. Portal staff answer where an agency has nobody yet."""
    if is_portal_staff(request.user):
        second_factor.demand_shown(request)
    agency = get_object_or_404(
        Agency.objects.all()
        if is_portal_staff(request.user)
        else agencies_where(request.user, "members.decide"),
        slug=slug,
    )
    join_request = get_object_or_404(agency.join_requests, public_id=public_id)
    form = DecisionForm(request.POST)
    try:
        if not form.is_valid():
            messages.error(request, _("Please say yes or no, with a reason of at most 500 characters."))
        elif form.cleaned_data["answer"] == "accept":
            joining.accept(join_request, by=request.user)
            messages.success(
                request,
                _("%(person)s now belongs to %(agency)s.") % {"person": join_request.user, "agency": agency},
            )
        else:
            joining.decline(join_request, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(
                request, _("You said no. %(person)s has been told.") % {"person": join_request.user}
            )
    except joining.JoiningError as refusal:
        messages.error(request, str(refusal))
    return redirect("desk")
