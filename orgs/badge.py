"""What an agency's page says about how far it was checked, and whether somebody looks after the entry."""

from orgs import joining, uscc
from orgs.models import Agency, Application
from orgs.permissions import is_portal_staff


def context(agency: Agency, user) -> dict:
    """For the agency as this reader sees it: the level in force with what was checked, the doubt about a shown code, and this person's claim if one waits."""
    verification = agency.verification
    own_claim = None
    if user.is_authenticated and not agency.is_claimed:
        own_claim = agency.applications.open().filter(applicant=user, kind=Application.Kind.CLAIM).first()
    is_listed = agency.status == Agency.Status.LISTED
    return {
        "verification": verification,
        "is_free": is_listed and not agency.is_claimed,
        # A released entry has no owner, but perhaps managers who answer.
        "can_be_joined": is_listed and (agency.is_claimed or joining.deciders(agency).exists()),
        "own_claim": own_claim,
        "can_verify": is_listed and is_portal_staff(user),
        "code_doubt": uscc.check(agency.uscc).sentence if agency.uscc else "",
    }
