"""Which agency and which case an address of the console speaks of: 404 for everybody who does not write it."""

from django.shortcuts import get_object_or_404

from casestudies.models import CaseStudy
from casestudies.permissions import agencies_written_for, editable_cases
from orgs.models import Agency


def own_agency(request, slug: str) -> Agency:
    """The agency of the address, if this person writes for it."""
    return get_object_or_404(agencies_written_for(request.user), slug=slug)


def own_case(request, slug: str, public_id) -> CaseStudy:
    """A case that this person writes, under the address of its lead agency."""
    cases = editable_cases(request.user).select_related("agency")
    return get_object_or_404(cases, agency__slug=slug, public_id=public_id)
