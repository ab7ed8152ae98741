"""The way into an agency's console. An agency that is not one's own answers 404, whatever it is called."""

from django.shortcuts import get_object_or_404

from orgs.models import Agency, Membership, Role
from orgs.permissions import RESPONSIBILITIES, agencies_where, can
from portal import second_factor


def own_agency(request, slug: str, responsibility: str) -> Agency:
    """The agency of this address, if the person carries the responsibility for it."""
    return get_object_or_404(agencies_where(request.user, responsibility), slug=slug)


def confirm_it_is_them(request, slug: str) -> None:
    """Before what cannot be undone, or takes the data of others away: a recent sign-in, and from owners a second factor.

    Raises what `portal.second_factor_views.Demands` turns into the way to confirm.
    """
    owned = Membership.objects.active().filter(user=request.user, agency__slug=slug, role=Role.OWNER)
    if owned.exists():
        second_factor.demand(request)
    second_factor.demand_recent_sign_in(request)


def parts_of(request, agency: Agency) -> dict:
    """What every page of the console needs to know: the agency, and what the person may do for it."""
    may = {name.replace(".", "_"): can(request.user, name, agency) for name in RESPONSIBILITIES}
    return {"agency": agency, "may": may}
