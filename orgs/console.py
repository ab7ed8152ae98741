"""An agency's console: where its people keep profile, services and members. Every address names the agency.

An agency that is not one's own answers 404, whatever it is called.
"""

from importlib import import_module

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orgs import joining, membership, partnership, profile
from orgs.forms import AgencyForm, DecisionForm, MembershipActionForm, PartnershipForm, ServiceForm, ShownForm
from orgs.models import Agency, Membership, Partnership, Role, Service
from orgs.permissions import RESPONSIBILITIES, agencies_where, can, is_portal_staff


def own_agency(request, slug: str, responsibility: str) -> Agency:
    """The agency of this address, if the person carries the responsibility for it."""
    return get_object_or_404(agencies_where(request.user, responsibility), slug=slug)


def parts_of(request, agency: Agency) -> dict:
    """What every page of the console needs to know: the agency, and what the person may do for it."""
    may = {name.replace(".", "_"): can(request.user, name, agency) for name in RESPONSIBILITIES}
    return {"agency": agency, "may": may}


@login_required
def agency_desk(request, slug):
    """The agency at a glance, with what its people can do."""
    agency = own_agency(request, slug, "members.view")
    parts = parts_of(request, agency)
    for app in settings.RECORD_APPS:
        parts.update(import_module(f"{app}.agency_page").console(agency, request.user))
    return render(
        request,
        "orgs/agency_desk.html",
        {
            **parts,
            "services": agency.services.prefetch_related("types", "populations"),
            "join_requests": joining.decidable_by(request.user).filter(agency=agency),
            "is_due": profile.due_for_confirmation(request.user).filter(pk=agency.pk).exists(),
        },
    )


@login_required
def edit_agency(request, slug):
    """Facts and prose in both languages."""
    agency = own_agency(request, slug, "profile.edit")
    form = AgencyForm(request.POST or None, instance=agency)
    if request.method == "POST" and form.is_valid():
        profile.change(form.instance, by=request.user, texts=form.texts, funding=form.cleaned_data["funding"])
        messages.success(request, _("The agency's information has been changed."))
        return redirect("agency_desk", slug)
    return render(
        request,
        "orgs/edit_agency.html",
        {**parts_of(request, Agency.objects.get(pk=agency.pk)), "form": form},
    )


@login_required
@require_POST
def confirm_agency(request, slug):
    """Say that everything is still right."""
    agency = own_agency(request, slug, "profile.edit")
    profile.confirm(agency, by=request.user)
    messages.success(
        request,
        _("Thank you. The page of %(agency)s now says that you confirmed it today.") % {"agency": agency},
    )
    return redirect("agency_desk", slug)


@login_required
def agency_members(request, slug):
    """Who belongs to the agency, in which role, and who asks to."""
    agency = own_agency(request, slug, "members.view")
    people = agency.memberships.exclude(status=Membership.Status.LEFT).select_related("user")
    own = people.get(user=request.user)
    return render(
        request,
        "orgs/agency_members.html",
        {
            **parts_of(request, agency),
            "people": people,
            "own": own,
            "shown_form": ShownForm(instance=own),
            "roles": Role.choices,
            "join_requests": joining.decidable_by(request.user).filter(agency=agency),
            "responsibilities": [
                {"words": words, "held": [role in roles for role in Role.values]}
                for roles, words in RESPONSIBILITIES.values()
            ],
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


@login_required
def create_service(request, slug):
    """A new service."""
    agency = own_agency(request, slug, "profile.edit")
    return service_form(request, agency, Service(agency=agency))


@login_required
def edit_service(request, slug, public_id):
    """A service as it is now."""
    agency = own_agency(request, slug, "profile.edit")
    return service_form(request, agency, get_object_or_404(agency.services, public_id=public_id))


def service_form(request, agency: Agency, service: Service):
    form = ServiceForm(request.POST or None, instance=service)
    if request.method == "POST" and form.is_valid():
        profile.save_service(
            form.instance,
            by=request.user,
            terms={name: form.cleaned_data[name] for name in ("types", "populations", "methods", "areas")},
        )
        messages.success(request, _("The service has been saved."))
        return redirect("agency_desk", agency.slug)
    return render(
        request, "orgs/edit_service.html", {**parts_of(request, agency), "form": form, "service": service}
    )


@login_required
@require_POST
def remove_service(request, slug, public_id):
    """Take a service off the agency's page."""
    agency = own_agency(request, slug, "profile.edit")
    profile.remove_service(get_object_or_404(agency.services, public_id=public_id), by=request.user)
    messages.success(request, _("The service has been removed."))
    return redirect("agency_desk", slug)


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
