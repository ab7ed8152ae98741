"""How an agency asks a person by e-mail to join it. One use, one address, fourteen days; the link in the mail opens it
for one of them.

The token is 256 random bits that stand in the mail only; the database keeps its SHA-256. Every mail is a row with the
moment at which it was sent. Who comes with an older link has a new one sent to the invited address, and the invitation
goes on in the row of that mail until its own day. Whoever accepts must have confirmed the invited address, so a
forwarded mail lets nobody in. Whether an address has an account is never said: the answer to the sender is the same,
and both ways end in one row of the outbox.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from orgs import audit
from orgs.membership import MembershipError, addresses_of, check_authority, take_in
from orgs.models import Agency, Invitation, Membership, User
from orgs.permissions import may_give, still_given
from portal import mail
from portal.bilingual import CHINESE
from portal.outbox import after_commit

VALID_FOR = timedelta(days=14)
A_DAY = timedelta(days=1)
LINK_VALID_FOR = A_DAY
#: Who presses the button for a new link twice gets one mail.
NEW_LINK_AT_MOST_EVERY = timedelta(minutes=10)
PER_AGENCY = 20  # a day
PER_ADDRESS = 3  # a day, from all agencies together


class InvitationError(Exception):
    """A refusal, with a sentence for people."""


class UnknownInvitation(InvitationError):
    """Nobody was ever given this token."""


class DeadInvitation(InvitationError):
    """Used, withdrawn, expired, or its sender may not give the role any more."""

    def __init__(self):
        super().__init__(
            _("This invitation does not count any more. Please ask the person who sent it for another.")
        )


@transaction.atomic
def invite(agency: Agency, *, email: str, role: str, by: User, message: str = "") -> Invitation:
    """Ask the person behind an address to join. An open invitation to it is replaced. Raises InvitationError.

    People who stand in the list of members are named as such; nothing else is said about who has an account.
    """
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    email = email.strip().lower()
    check_right(agency, role, by=by)
    check_is_no_member(agency, email)
    check_limits(agency, email)
    for earlier in agency.invitations.filter(email=email, accepted_at=None, revoked_at=None):
        check_right(agency, earlier.role, by=by)
        end(earlier)
    audit.record(audit.Action.INVITED, by=by, agency=agency, role=role)
    return send(agency, email=email, role=role, by=by, message=message)


@transaction.atomic
def resend(invitation: Invitation, *, by: User) -> Invitation:
    """Send it again, from now on in this person's name. The earlier mail's link ends. Raises InvitationError."""
    invitation = lock(invitation)
    agency = invitation.agency
    check_right(agency, invitation.role, by=by)
    check_is_pending(invitation)
    check_is_no_member(agency, invitation.email)
    check_limits(agency, invitation.email)
    end(invitation)
    audit.record(audit.Action.INVITED, by=by, agency=agency, role=invitation.role)
    return send(agency, email=invitation.email, role=invitation.role, by=by, message=invitation.message)


@transaction.atomic
def revoke(invitation: Invitation, *, by: User) -> Invitation:
    """Take it back before it is accepted. Raises InvitationError."""
    invitation = lock(invitation)
    check_right(invitation.agency, invitation.role, by=by)
    check_is_pending(invitation)
    return end(invitation)


@transaction.atomic
def accept(invitation: Invitation, *, by: User) -> Membership:
    """Join in the role that was offered. Raises InvitationError, DeadInvitation."""
    invitation = lock(invitation)
    check_is_alive(invitation)
    check_address(invitation, by=by)
    membership = invitation.agency.memberships.filter(user=by).first()
    if membership and membership.status == Membership.Status.ACTIVE:
        raise InvitationError(_("You belong to this agency already. An owner can change your role."))
    if membership and membership.status == Membership.Status.SUSPENDED:
        try:
            check_authority(membership, by=invitation.created_by)
        except MembershipError:
            raise InvitationError(_("Your membership is suspended. Please talk to the agency's owner."))
    is_first = (
        Invitation.objects.open().filter(pk=invitation.pk).update(accepted_at=timezone.now(), accepted_by=by)
    )
    if not is_first:
        raise DeadInvitation
    membership = take_in(invitation.agency, user=by, role=invitation.role, by=by)
    write(invitation, "invitation_accepted", person=by)
    return membership


@transaction.atomic
def decline(invitation: Invitation, *, by: User) -> Invitation:
    """Say no; the sender hears of it. Raises InvitationError, DeadInvitation."""
    invitation = lock(invitation)
    check_is_alive(invitation)
    check_address(invitation, by=by)
    write(invitation, "invitation_declined", person=by)
    return end(invitation)


def ask_for_link(invitation: Invitation, *, language: str) -> None:
    """Let the worker look whether the invitation still counts, and send its person a new link if so."""
    send_new_link.enqueue(invitation_id=invitation.pk, language=language)


@after_commit
@transaction.atomic
def send_new_link(*, invitation_id: int, language: str) -> None:
    """Mail a new link to the invited address, unless nothing counts any more or enough was sent. The earlier one ends."""
    asked = Invitation.objects.filter(pk=invitation_id).first()
    if asked is None:
        return
    agency = Agency.objects.select_for_update().get(pk=asked.agency_id)
    alive = still_given(agency.invitations.open().filter(email=asked.email)).select_related("created_by")
    invitation = alive.filter(created_at__lte=timezone.now() - NEW_LINK_AT_MOST_EVERY).first()
    if invitation is None or mails_lately(asked.email) >= PER_ADDRESS:
        return
    end(invitation)
    with override(language):
        send(
            agency,
            email=invitation.email,
            role=invitation.role,
            by=invitation.created_by,
            message=invitation.message,
            until=invitation.expires_at,
        )


def find(token: str) -> Invitation:
    """The invitation that this token opens, or opened for its day. Raises UnknownInvitation, DeadInvitation."""
    invitations = Invitation.objects.select_related("agency", "created_by")
    invitation = invitations.filter(token_hash=hash_of(token)).first()
    if invitation is None:
        raise UnknownInvitation(_("There is no such invitation. Open the link in the mail again, whole."))
    if link_works(invitation):
        check_is_alive(invitation)
    return invitation


def link_works(invitation: Invitation) -> bool:
    """Whether the day of the mail is not over. Afterwards its link tells nothing of what became of the invitation."""
    return invitation.created_at > timezone.now() - LINK_VALID_FOR


def addressed_to(user: User):
    """The invitations that this person can answer: alive, to a verified address of theirs, for an agency that is not
    theirs yet."""
    return (
        still_given(Invitation.objects.open())
        .filter(email__in=addresses_of(user))
        .exclude(agency__in=user.memberships.active().values("agency"))
        .select_related("agency", "created_by")
    )


def pending(agency: Agency):
    """Those that the agency sent and nobody answered, the expired ones among them."""
    return agency.invitations.filter(accepted_at=None, revoked_at=None).select_related("created_by")


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether the invited address is a verified one of this person."""
    return invitation.email in addresses_of(user)


def masked(email: str) -> str:
    """Enough of an address for its owner to know it: l•••@example.org."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}•••@{host}"


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def send(
    agency: Agency, *, email: str, role: str, by: User, message: str, until: datetime | None = None
) -> Invitation:
    """One mail, in a row of its own."""
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        agency=agency,
        email=email,
        role=role,
        message=message,
        token_hash=hash_of(token),
        created_by=by,
        expires_at=until or timezone.now() + VALID_FOR,
    )
    known = User.objects.filter(email=email).values_list("language", flat=True).first()
    mail.send(
        "invitation",
        to=email,
        language=known or get_language() or CHINESE,
        context={"invitation": invitation, "token": token},
    )
    return invitation


def write(invitation: Invitation, template: str, *, person: User) -> None:
    """Tell the sender."""
    sender = invitation.created_by
    context = {"invitation": invitation, "person": person}
    mail.send(template, to=sender.email, language=sender.language, context=context)


def end(invitation: Invitation) -> Invitation:
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    return invitation


def lock(invitation: Invitation) -> Invitation:
    """The invitation as it is now, with its agency held: two answers at once become one."""
    Agency.objects.select_for_update().get(pk=invitation.agency_id)
    return Invitation.objects.select_related("agency", "created_by").get(pk=invitation.pk)


def check_right(agency: Agency, role: str, *, by: User) -> None:
    if not may_give(by, role, agency):
        raise InvitationError(
            _("Owners and managers of a listed agency invite people, in no role above their own.")
        )


def check_is_pending(invitation: Invitation) -> None:
    if invitation.accepted_at or invitation.revoked_at:
        raise InvitationError(_("This invitation has been answered or taken back already."))


def check_is_alive(invitation: Invitation) -> None:
    if not still_given(Invitation.objects.open()).filter(pk=invitation.pk).exists():
        raise DeadInvitation


def check_address(invitation: Invitation, *, by: User) -> None:
    if not is_for(invitation, by):
        raise InvitationError(
            _(
                "This invitation is for %(address)s. Add and confirm that address in your account, "
                "or sign in with the account that has it."
            )
            % {"address": masked(invitation.email)}
        )


def check_is_no_member(agency: Agency, email: str) -> None:
    known = agency.memberships.exclude(status=Membership.Status.LEFT).filter(user__email=email).first()
    if known and known.status == Membership.Status.SUSPENDED:
        raise InvitationError(_("This person's membership is suspended. End the suspension instead."))
    if known:
        raise InvitationError(_("This person belongs to the agency already."))


def check_limits(agency: Agency, email: str) -> None:
    """What was taken back counts too: its mail was sent. New links that people had sent are not the agency's."""
    by_agency = agency.audit_entries.filter(action=audit.Action.INVITED, at__gt=timezone.now() - A_DAY)
    if by_agency.count() >= PER_AGENCY:
        raise InvitationError(
            _("Your agency sent %(count)d invitations within a day. Please go on tomorrow.")
            % {"count": PER_AGENCY}
        )
    if mails_lately(email) >= PER_ADDRESS:
        raise InvitationError(
            _("This address was written to %(count)d times within a day. Please try again tomorrow.")
            % {"count": PER_ADDRESS}
        )


def mails_lately(email: str) -> int:
    """How many mails went to this address within a day, from all agencies together. Every mail is a row."""
    return Invitation.objects.filter(email=email, created_at__gt=timezone.now() - A_DAY).count()
