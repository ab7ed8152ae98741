"""Coming in, and what happens to memberships then. One thing never does: a claimed agency is never without an owner.

The database holds that too (`orgs/owner_guard.py`), so the order counts: a new owner first, then the old one goes.
"""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from orgs import audit
from orgs.audit import Action
from orgs.models import Agency, JoinRequest, Membership, OwnershipTransfer, Role, User
from orgs.permissions import can, higher, roles_to_give

#: What the log says of a membership that came into this state.
LOGGED = {
    Membership.Status.LEFT: Action.MEMBER_OUT,
    Membership.Status.SUSPENDED: Action.MEMBER_SUSPENDED,
    Membership.Status.ACTIVE: Action.MEMBER_RESTORED,
}


class MembershipError(Exception):
    """A refusal, with a sentence for people."""


@transaction.atomic
def take_in(agency: Agency, *, user: User, role: str, by: User | None = None) -> Membership:
    """Make the person an active member. The first owner claims the entry; an open request to join is answered by it.

    Who may do this is decided by the caller: an answered request, an accepted invitation, an application. Somebody who
    belongs already keeps the higher of the two roles; somebody who comes back begins with the role given now. `by` is
    written into the log of the agency.
    """
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    membership = agency.memberships.filter(user=user).first() or Membership(
        agency=agency, user=user, role=role
    )
    is_back = membership.pk is not None and membership.status != Membership.Status.ACTIVE
    membership.role = role if is_back else higher(membership.role, role)
    membership.status = Membership.Status.ACTIVE
    if is_back:
        membership.joined_at = timezone.now()
    membership.save()
    audit.record(Action.MEMBER_IN, by=by, agency=agency, about=user, role=membership.role)
    agency.join_requests.filter(user=user, status=JoinRequest.Status.PENDING).update(
        status=JoinRequest.Status.ACCEPTED, decided_at=timezone.now()
    )
    if membership.role == Role.OWNER and agency.claimed_at is None and user.is_active:
        agency.claimed_at = timezone.now()
        agency.save(update_fields=["claimed_at", "updated_at"])
    return membership


@transaction.atomic
def leave(membership: Membership, *, by: User) -> Membership:
    """Leave the agency. The last owner stays until somebody else is owner. Raises MembershipError."""
    membership = lock(membership)
    if membership.user != by:
        raise MembershipError(_("Only the person can leave; others end the membership."))
    return set_status(membership, Membership.Status.LEFT, by=by)


@transaction.atomic
def remove(membership: Membership, *, by: User) -> Membership:
    """End somebody's membership. A manager ends those of members only. Raises MembershipError."""
    membership = lock(membership)
    check_authority(membership, by=by)
    return set_status(membership, Membership.Status.LEFT, by=by)


@transaction.atomic
def suspend(membership: Membership, *, by: User) -> Membership:
    """Take every right away for now: the person cannot come back by asking again. Raises MembershipError."""
    membership = lock(membership)
    check_authority(membership, by=by)
    return set_status(membership, Membership.Status.SUSPENDED, by=by)


@transaction.atomic
def restore(membership: Membership, *, by: User) -> Membership:
    """End a suspension. Raises MembershipError."""
    membership = lock(membership)
    check_authority(membership, by=by)
    if membership.status != Membership.Status.SUSPENDED:
        raise MembershipError(_("This membership is not suspended."))
    return set_status(membership, Membership.Status.ACTIVE, by=by)


@transaction.atomic
def change_role(membership: Membership, *, role: str, by: User) -> Membership:
    """Give a role. Only owners do; an owner may hand over to another and step down. Raises MembershipError."""
    membership = lock(membership)
    if not can(by, "members.roles", membership.agency):
        raise MembershipError(_("Only owners give roles."))
    if membership.status != Membership.Status.ACTIVE:
        raise MembershipError(_("This membership is not active."))
    if role != Role.OWNER:
        check_an_owner_remains(membership)
    before, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    audit.record(
        Action.ROLE, by=by, agency=membership.agency, about=membership.user, before=before, after=role
    )
    end_what_depended(membership)
    return membership


@transaction.atomic
def show(membership: Membership, *, is_shown: bool, title: str, by: User) -> Membership:
    """Say whether one is named on the agency's page, and with which position. Everybody decides for themselves."""
    membership = lock(membership)
    if membership.user != by or membership.status != Membership.Status.ACTIVE:
        raise MembershipError(_("Only the person decides whether they are named on the agency's page."))
    membership.is_shown, membership.title = is_shown, title
    membership.save(update_fields=["is_shown", "title"])
    return membership


def lock(membership: Membership) -> Membership:
    """The membership as it is now, with its agency held: two owners who leave at once cannot both be let go."""
    Agency.objects.select_for_update().get(pk=membership.agency_id)
    return Membership.objects.select_related("agency", "user").get(pk=membership.pk)


def check_authority(membership: Membership, *, by: User) -> None:
    if not can(by, "members.decide", membership.agency):
        raise MembershipError(_("Only owners and managers end memberships."))
    if membership.user == by:
        raise MembershipError(_("To end your own membership, leave the agency."))
    if membership.role != Role.MEMBER and not can(by, "members.roles", membership.agency):
        raise MembershipError(_("Only owners end the membership of owners and managers."))


def check_an_owner_remains(membership: Membership) -> None:
    others = membership.agency.memberships.active().filter(role=Role.OWNER).exclude(pk=membership.pk)
    is_owner = membership.role == Role.OWNER and membership.status == Membership.Status.ACTIVE
    if is_owner and not others.exists():
        raise MembershipError(_("An agency needs an owner. Make somebody else owner first."))


def set_status(membership: Membership, status: str, *, by: User) -> Membership:
    if status != Membership.Status.ACTIVE:
        check_an_owner_remains(membership)
        if status == Membership.Status.LEFT:  # who comes back begins as a member, and is not shown unasked
            membership.role, membership.is_shown = Role.MEMBER, False
    membership.status = status
    membership.save(update_fields=["status", "role", "is_shown"])
    audit.record(
        LOGGED[Membership.Status(membership.status)], by=by, agency=membership.agency, about=membership.user
    )
    end_what_depended(membership)
    return membership


def end_what_depended(membership: Membership) -> None:
    """Offers end with the right to them: transfers of ownership from or to the person, invitations that they may not
    give any more, and, when they are no longer active here, older invitations that would let them in again."""
    agency, person = membership.agency, membership.user
    withdraw_dead_offers(agency)
    lost = Q(created_by=person) & ~Q(role__in=roles_to_give(person, agency))
    if membership.status != Membership.Status.ACTIVE:
        lost |= Q(email__in=addresses_of(person))
    still_open = agency.invitations.filter(lost, accepted_at=None, revoked_at=None)
    still_open.update(revoked_at=timezone.now())


def withdraw_dead_offers(agency: Agency) -> None:
    """Close the offers of ownership that nobody can take on any more, so that another can be made."""
    offers = agency.transfers.filter(status=OwnershipTransfer.Status.OFFERED)
    offers.exclude(pk__in=OwnershipTransfer.objects.in_force().values("pk")).update(
        status=OwnershipTransfer.Status.WITHDRAWN, answered_at=timezone.now()
    )


def addresses_of(user: User) -> set[str]:
    """The verified e-mail addresses of a person, in lower case."""
    verified = EmailAddress.objects.filter(user=user, verified=True)
    return {address.lower() for address in verified.values_list("email", flat=True)}
