"""Who: people, agencies, who belongs to which, and who works with whom."""

from orgs.models.user import User  # noqa: I001  the others point at it
from orgs.models.division import Division
from orgs.models.agency import Agency, AgencyText
from orgs.models.service import Service
from orgs.models.location import Location
from orgs.models.membership import JoinRequest, Membership, Role
from orgs.models.partnership import Partnership, PartnershipParty
from orgs.pages import DirectoryPage

__all__ = [
    "Agency",
    "AgencyText",
    "DirectoryPage",
    "Division",
    "JoinRequest",
    "Location",
    "Membership",
    "Partnership",
    "PartnershipParty",
    "Role",
    "Service",
    "User",
]
