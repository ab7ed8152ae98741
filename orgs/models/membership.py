"""Who belongs to which agency, in which role, and who asks to."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orgs.models.agency import Agency
from orgs.models.user import User
from orgs.names import seen_as_written


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    MEMBER = "member", _("Member")


class MembershipQuerySet(models.QuerySet):
    def active(self):
        """Those that count now: the membership and the account are both in force."""
        return self.filter(status=Membership.Status.ACTIVE, user__is_active=True)


class Membership(models.Model):
    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        LEFT = "left", _("Left")

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("person"))
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="memberships", verbose_name=_("agency"))
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MEMBER)
    title = models.CharField(_("position"), max_length=60, blank=True, validators=[seen_as_written])
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    is_shown = models.BooleanField(_("shown on the agency's page"), default=False)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)
    #: Since when it is not active any more; unknown for those that ended before this was written down.
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["joined_at"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "agency"], name="one_membership_per_person_and_agency")
        ]

    def __str__(self):
        return f"{self.user} · {self.agency}"

    def save(self, *args, **kwargs):
        """Write down since when the membership has not been active."""
        if self.status == self.Status.ACTIVE:
            self.ended_at = None
        elif self.ended_at is None:
            self.ended_at = timezone.now()
        if (fields := kwargs.get("update_fields")) and "status" in fields:
            kwargs["update_fields"] = [*fields, "ended_at"]
        super().save(*args, **kwargs)


class JoinRequest(models.Model):
    """A person asks an agency to take them in."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting for an answer")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="join_requests", verbose_name=_("person"))
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="join_requests", verbose_name=_("agency"))
    message = models.TextField(_("message"), max_length=500, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.TextField(_("reason"), max_length=500, blank=True)
    reminder_count = models.PositiveSmallIntegerField(_("reminders sent"), default=0, editable=False)

    class Meta:
        ordering = ["created_at"]
        verbose_name = _("join request")
        verbose_name_plural = _("join requests")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agency"],
                condition=models.Q(status="pending"),
                name="one_open_join_request_per_person_and_agency",
            )
        ]

    def __str__(self):
        return f"{self.user} → {self.agency}"
