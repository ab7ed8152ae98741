"""What needs a person today: the lines of "my desk"."""

from orgs import application, freshness, invitation, joining, ownership, partnership
from orgs.models import Agency, Application, JoinRequest, Membership
from orgs.permissions import CLOSED, is_portal_staff

SILENT_SHOWN = 10


def own(user) -> list[Membership]:
    """The memberships of a person, whatever the role; each knows whether there `is_work` for them in the agency now."""
    kept = user.memberships.exclude(status=Membership.Status.LEFT).exclude(
        agency__status=Agency.Status.MERGED
    )
    memberships = list(kept.select_related("agency").order_by("agency__legal_name"))
    for one in memberships:
        one.is_work = one.status == Membership.Status.ACTIVE and one.agency.status not in CLOSED
    return memberships


def context(user) -> dict:
    """The person's agencies, who waits for their answer, what they wait for, and what to confirm."""
    return {
        "memberships": own(user),
        "invitations": invitation.addressed_to(user),
        "transfers": ownership.offered_to(user),
        "join_requests": joining.decidable_by(user),
        "own_join_requests": user.join_requests.filter(status=JoinRequest.Status.PENDING).select_related(
            "agency"
        ),
        "own_claims": user.applications.open().filter(kind=Application.Kind.CLAIM).select_related("agency"),
        "is_portal_staff": is_portal_staff(user),
        "staff_waiting": application.queue().count() if is_portal_staff(user) else 0,
        "proposals": partnership.open_to_answer(user),
        "agencies_due": freshness.due(user),
        "silent_agencies": freshness.silent()[:SILENT_SHOWN]
        if is_portal_staff(user)
        else Agency.objects.none(),
    }
