"""Handing an agency over, in two steps: an owner offers, another member takes it on. Nobody becomes owner unasked.

An offer lasts fourteen days and ends earlier with the rights of either side. The old owner stays as a manager.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from orgs import audit
from orgs.membership import addresses_of, end_what_depended, withdraw_dead_offers
from orgs.models import Agency, Membership, OwnershipTransfer, Role, User
from orgs.permissions import can
from portal import mail

VALID_FOR = timedelta(days=14)


class OwnershipError(Exception):
    """A refusal, with a sentence for people."""


@transaction.atomic
def offer(agency: Agency, *, to: User, by: User) -> OwnershipTransfer:
    """Offer the ownership to an active member. One offer at a time. Raises OwnershipError."""
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    if not can(by, "ownership.transfer", agency):
        raise OwnershipError(_("Only owners hand the agency over."))
    taker = agency.memberships.active().filter(user=to).first()
    if taker is None:
        raise OwnershipError(_("Choose somebody who belongs to the agency."))
    if taker.role == Role.OWNER:
        raise OwnershipError(_("This person is an owner already."))
    if not addresses_of(to):
        raise OwnershipError(
            _("This person has not confirmed an e-mail address yet. Ask them to do so first.")
        )
    withdraw_dead_offers(agency)
    if agency.transfers.filter(status=OwnershipTransfer.Status.OFFERED).exists():
        raise OwnershipError(_("The ownership is offered to somebody already. Withdraw that offer first."))
    transfer = OwnershipTransfer.objects.create(
        agency=agency, giver=by, taker=to, expires_at=timezone.now() + VALID_FOR
    )
    write(transfer, "ownership_offered", to=to)
    return transfer


@transaction.atomic
def accept(transfer: OwnershipTransfer, *, by: User) -> Membership:
    """Become the owner; who offered it becomes a manager. Raises OwnershipError."""
    transfer = lock(transfer)
    check_taker(transfer, by=by)
    if not addresses_of(by):
        raise OwnershipError(_("Confirm your e-mail address first, in your account."))
    new = transfer.agency.memberships.get(user=transfer.taker)
    old = transfer.agency.memberships.get(user=transfer.giver)
    new.role, old.role = Role.OWNER, Role.MANAGER
    new.save(update_fields=["role"])  # first: there is an owner at every moment
    old.save(update_fields=["role"])
    close(transfer, OwnershipTransfer.Status.ACCEPTED)
    audit.record(audit.Action.OWNERSHIP, by=transfer.giver, agency=transfer.agency, about=by)
    end_what_depended(old)
    write(transfer, "ownership_accepted", to=transfer.giver)
    return new


@transaction.atomic
def decline(transfer: OwnershipTransfer, *, by: User) -> OwnershipTransfer:
    """Leave things as they are. Raises OwnershipError."""
    transfer = lock(transfer)
    check_taker(transfer, by=by)
    write(transfer, "ownership_declined", to=transfer.giver)
    return close(transfer, OwnershipTransfer.Status.DECLINED)


@transaction.atomic
def withdraw(transfer: OwnershipTransfer, *, by: User) -> OwnershipTransfer:
    """Take the offer back; every owner may. Raises OwnershipError."""
    transfer = lock(transfer)
    if not can(by, "ownership.transfer", transfer.agency):
        raise OwnershipError(_("Only owners take an offer of ownership back."))
    write(transfer, "ownership_withdrawn", to=transfer.taker)
    return close(transfer, OwnershipTransfer.Status.WITHDRAWN)


def offered_to(user: User):
    """The offers that this person can take on."""
    return OwnershipTransfer.objects.in_force().filter(taker=user).select_related("agency", "giver")


def offered_by(agency: Agency) -> OwnershipTransfer | None:
    """The offer of this agency that is open."""
    return OwnershipTransfer.objects.in_force().filter(agency=agency).select_related("giver", "taker").first()


def possible_takers(agency: Agency):
    """The members to whom the ownership can be offered."""
    active = agency.memberships.active().exclude(role=Role.OWNER).filter(user__emailaddress__verified=True)
    return User.objects.filter(pk__in=active.values("user")).order_by("name", "pk")


def lock(transfer: OwnershipTransfer) -> OwnershipTransfer:
    """The offer as it is now, with its agency held, and in force. Raises OwnershipError."""
    Agency.objects.select_for_update().get(pk=transfer.agency_id)
    offers = OwnershipTransfer.objects.in_force().select_related("agency", "giver", "taker")
    if found := offers.filter(pk=transfer.pk).first():
        return found
    raise OwnershipError(_("This offer does not count any more. An owner can make another."))


def check_taker(transfer: OwnershipTransfer, *, by: User) -> None:
    if transfer.taker != by:
        raise OwnershipError(_("Only the person to whom the ownership was offered can answer."))


def close(transfer: OwnershipTransfer, status: str) -> OwnershipTransfer:
    transfer.status, transfer.answered_at = status, timezone.now()
    transfer.save(update_fields=["status", "answered_at"])
    return transfer


def write(transfer: OwnershipTransfer, template: str, *, to: User) -> None:
    mail.send(template, to=to.email, language=to.language, context={"transfer": transfer})
