"""What is kept about accounts and agencies, and until when."""

from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orgs import audit, evidence, unused
from orgs.models import Invitation, JoinRequest, OwnershipTransfer, User
from portal.personal_data import ACCOUNT, CARE, MEMBERSHIP, TRUST
from portal.retention import Rule, midnight, so_long

UNCONFIRMED_KEPT_FOR = timedelta(days=30)
ENDED_KEPT_FOR = timedelta(days=180)


def drop_unconfirmed(on: date) -> list[str]:
    """Delete accounts whose address nobody confirmed for a month. Nobody can have signed in to them."""
    confirmed = EmailAddress.objects.filter(verified=True).values("user")
    waiting = EmailAddress.objects.filter(verified=False).values("user")
    old = User.objects.filter(
        pk__in=waiting,
        last_login=None,
        is_staff=False,
        is_superuser=False,
        memberships=None,
        date_joined__lt=midnight(on) - UNCONFIRMED_KEPT_FOR,
    ).exclude(pk__in=confirmed)
    people = list(old)
    for person in people:
        person.delete()
    return [f"{len(people)} accounts that nobody confirmed deleted"] if people else []


def drop_invitations(on: date) -> list[str]:
    """Delete invitations half a year after they were answered, revoked or over, and offers of ownership likewise."""
    before = midnight(on) - ENDED_KEPT_FOR
    ended = Q(accepted_at__lt=before) | Q(revoked_at__lt=before) | Q(expires_at__lt=before)
    number, _rows = Invitation.objects.filter(ended).delete()
    offers = OwnershipTransfer.objects.filter(Q(answered_at__lt=before) | Q(expires_at__lt=before))
    number += offers.delete()[0]
    return [f"{number} old invitations and offers deleted"] if number else []


def drop_join_requests(on: date) -> list[str]:
    """Delete requests to join half a year after they were decided or taken back; the log says who came in."""
    decided = JoinRequest.objects.exclude(status=JoinRequest.Status.PENDING)
    number, _rows = decided.filter(decided_at__lt=midnight(on) - ENDED_KEPT_FOR).delete()
    return [f"{number} decided requests to join deleted"] if number else []


RULES = [
    Rule(
        _("Accounts whose e-mail address was never confirmed"),
        ACCOUNT,
        _("30 days from signing up."),
        drop_unconfirmed,
    ),
    Rule(
        _("Accounts that nobody uses any more"),
        ACCOUNT,
        so_long(
            _(
                "{days} days after the last sign-in; a mail says so 60 days before. The last owner of an agency stays."
            ),
            settings.ACCOUNTS_KEPT_DAYS,
        ),
        unused.close,
    ),
    Rule(
        _("Requests to join an agency, with their words"),
        MEMBERSHIP,
        _("180 days after they were decided or taken back."),
        drop_join_requests,
    ),
    Rule(
        _("Invitations and offers of ownership, with the address and the words of the invitation"),
        MEMBERSHIP,
        _("180 days after they were answered, taken back or over."),
        drop_invitations,
    ),
    Rule(
        _("Files that prove who an agency is"),
        TRUST,
        _("90 days after the decision; a fingerprint of the file stays."),
        evidence.forget,
    ),
    Rule(
        _("Who did what for an agency, and about whom"),
        CARE,
        _("180 days; then the entry stays without the people."),
        audit.mask,
    ),
]
