"""An agency asks a person by e-mail to join it, and an owner offers the ownership to another member."""

import uuid

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orgs.models.agency import Agency
from orgs.models.membership import Membership, Role
from orgs.models.user import User
from portal import database_clock


class InvitationQuerySet(models.QuerySet):
    def open(self):
        """Those that can still be accepted, as far as the row itself says."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=database_clock.now())


class Invitation(models.Model):
    """One mail: one use, for one address. The token itself is in it only; here is its SHA-256, in hexadecimal."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="invitations", verbose_name=_("agency"))
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MEMBER)
    message = models.TextField(_("message"), max_length=500, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        User, models.CASCADE, related_name="invitations_sent", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("invited"), default=timezone.now)
    expires_at = models.DateTimeField(_("valid until"))
    accepted_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "email"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation_per_address_and_agency",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None),
                name="an_invitation_is_accepted_or_revoked",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="an_invitation_is_valid_for_a_time"
            ),
        ]

    def __str__(self):
        return f"{self.email} → {self.agency}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class OwnershipTransferQuerySet(models.QuerySet):
    def in_force(self):
        """Offers that can be taken on now: not expired, from an active owner, to an active member."""
        active = Membership.objects.active().filter(agency=OuterRef("agency"))
        return self.filter(
            Exists(active.filter(user=OuterRef("giver"), role=Role.OWNER)),
            Exists(active.filter(user=OuterRef("taker"))),
            status=OwnershipTransfer.Status.OFFERED,
            expires_at__gt=database_clock.now(),
        ).exclude(agency__status__in=(Agency.Status.WITHDRAWN, Agency.Status.MERGED))


class OwnershipTransfer(models.Model):
    """An owner offers the ownership to another member, who takes it on or does not."""

    class Status(models.TextChoices):
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="transfers", verbose_name=_("agency"))
    giver = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("offered by"))
    taker = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("offered to"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OFFERED)
    created_at = models.DateTimeField(_("offered"), default=timezone.now)
    expires_at = models.DateTimeField(_("valid until"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = OwnershipTransferQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("transfer of ownership")
        verbose_name_plural = _("transfers of ownership")
        constraints = [
            models.UniqueConstraint(
                fields=["agency"], condition=Q(status="offered"), name="one_open_transfer_per_agency"
            ),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="nobody_hands_over_to_themselves"),
        ]

    def __str__(self):
        return f"{self.agency}: {self.giver} → {self.taker}"
