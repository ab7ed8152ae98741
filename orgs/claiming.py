"""How an entry that nobody looks after gets an owner: somebody of the agency claims it, portal staff look at the evidence.

A claimed entry is never claimed again; whoever comes later asks its owner to let them join.
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from orgs import application
from orgs.application import ApplicationError
from orgs.evidence import Scan
from orgs.membership import take_in
from orgs.models import Agency, Application, Membership, Role, User

OPEN_CLAIMS = 3


class ClaimError(ApplicationError):
    """A refusal, with a sentence for people."""


@transaction.atomic
def claim(agency: Agency, *, by: User, message: str = "", scans: Iterable[Scan] = ()) -> Application:
    """Ask the portal's staff to be made the owner of an entry. Claiming twice adds the files to the first claim.

    Raises ClaimError or EvidenceError.
    """
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    if agency.status != Agency.Status.LISTED:
        raise ClaimError(_("This agency is not listed, so it cannot be claimed."))
    if agency.is_claimed:
        raise ClaimError(_("Somebody of this agency looks after the entry already. Ask to join it."))
    if agency.memberships.filter(user=by, status=Membership.Status.SUSPENDED).exists():
        raise ClaimError(_("Your membership is suspended. Please talk to the agency's owner."))
    mine = by.applications.open().filter(kind=Application.Kind.CLAIM)
    if own := mine.filter(agency=agency).first():
        return application.add_evidence(own, scans, by=by)
    if mine.count() >= OPEN_CLAIMS:
        raise ClaimError(
            _("%(count)s of your claims wait for an answer. Please wait until they have one.")
            % {"count": OPEN_CLAIMS}
        )
    return application.ask(agency, Application.Kind.CLAIM, by=by, message=message, scans=scans)


@transaction.atomic
def accept(asked: Application, *, by: User) -> Membership:
    """Make the claimant the owner. Who else claimed the entry is told to ask the owner. Raises ApplicationError."""
    asked = application.hold(asked, by=by)
    agency = Agency.objects.get(pk=asked.agency_id)
    if agency.status != Agency.Status.LISTED:
        raise ClaimError(_("This agency is not listed, so it cannot be claimed."))
    if agency.is_claimed:
        raise ClaimError(_("This entry has an owner already. Say no, and they can ask to join it."))
    if not asked.applicant.is_active:
        raise ClaimError(_("This person's account is closed."))
    membership = take_in(agency, user=asked.applicant, role=Role.OWNER, by=by)
    application.close(asked, Application.Status.ACCEPTED, by=by)
    application.write(asked, "claim_accepted", to=asked.applicant)
    others = agency.applications.open().filter(kind=Application.Kind.CLAIM)
    for other in others.select_related("agency", "applicant"):
        with override(other.applicant.language):
            reason = _("Somebody else of the agency was accepted. Ask them to let you join.")
        application.turn_down(other, by=by, reason=reason)
    return membership
