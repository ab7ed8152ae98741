"""Who: people, agencies, who belongs to which, what is known about them, and who works with whom."""

from orgs.models.user import User  # noqa: I001  the others point at it
from orgs.models.division import Division
from orgs.models.audience import Audience
from orgs.models.agency import Agency, AgencyText
from orgs.models.service import Service, ServiceAtLocation
from orgs.models.location import Location
from orgs.models.membership import JoinRequest, Membership, Role
from orgs.models.invitation import Invitation, OwnershipTransfer
from orgs.models.application import Application, Evidence
from orgs.models.verification import Verification
from orgs.models.recommendation import Recommendation
from orgs.models.freshness import Confirmation, FreshnessReminder, Section
from orgs.models.audit import AuditEntry
from orgs.models.consent import Consent
from orgs.models.partnership import Partnership, PartnershipParty
from orgs.pages import DirectoryPage

__all__ = [
    "Agency",
    "AgencyText",
    "Application",
    "Audience",
    "AuditEntry",
    "Confirmation",
    "Consent",
    "DirectoryPage",
    "Division",
    "Evidence",
    "FreshnessReminder",
    "Invitation",
    "JoinRequest",
    "Location",
    "Membership",
    "OwnershipTransfer",
    "Partnership",
    "PartnershipParty",
    "Recommendation",
    "Role",
    "Section",
    "Service",
    "ServiceAtLocation",
    "User",
    "Verification",
]
