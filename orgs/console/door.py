"""The way into an agency's console. An agency that is not one's own answers 404, whatever it is called."""

from django.shortcuts import get_object_or_404

from orgs.models import Agency
from orgs.permissions import RESPONSIBILITIES, agencies_where, can


def own_agency(request, slug: str, responsibility: str) -> Agency:
    """The agency of this address, if the person carries the responsibility for it."""
    return get_object_or_404(agencies_where(request.user, responsibility), slug=slug)


def parts_of(request, agency: Agency) -> dict:
    """What every page of the console needs to know: the agency, and what the person may do for it."""
    may = {name.replace(".", "_"): can(request.user, name, agency) for name in RESPONSIBILITIES}
    return {"agency": agency, "may": may}
