"""Who was there, and how we know: intervals with their evidence."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from events.models.event import EventSession
from events.models.registration import Registration


class AttendanceQuerySet(models.QuerySet):
    def valid(self):
        """Without what was taken back."""
        return self.filter(voided_at=None)


class Attendance(models.Model):
    """A time during which a person was at a session. Taken back rather than deleted."""

    class Source(models.TextChoices):
        QR = "qr", _("QR code")
        CODE = "code", _("six-digit code")
        LIST = "list", _("list at the door")
        LOG = "log", _("log of an online meeting")

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="attendances", verbose_name=_("registration")
    )
    session = models.ForeignKey(
        EventSession, models.RESTRICT, related_name="attendances", verbose_name=_("session")
    )
    starts_at = models.DateTimeField(_("came"))
    ends_at = models.DateTimeField(_("went"), null=True, blank=True)
    source = models.CharField(_("how we know"), max_length=4, choices=Source)
    voided_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="who_goes_came_before"
            )
        ]

    def __str__(self):
        return f"{self.registration} {self.starts_at:%Y-%m-%d %H:%M}"
