"""Who was there, and how we know. What happens at the door is only ever added; the intervals follow from it."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from events.models.registration import Registration
from events.models.session import EventSession
from orgs.models import User


class Source(models.TextChoices):
    QR = "qr", _("QR code")
    CODE = "code", _("six-digit code")
    LIST = "list", _("list at the door")
    LOG = "log", _("log of an online meeting")


class DoorEntry(models.Model):
    """Somebody came in or went out, as a device at a door saw it.

    Devices send what they saw late and in any order. Entries are only added, each once by the key that its device
    made, and `events.attending.attendance` works the intervals out from all of them: so it does not matter which door is heard
    first.
    """

    class Way(models.TextChoices):
        IN = "in", _("came in")
        OUT = "out", _("went out")

    key = models.UUIDField(unique=True, editable=False)
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="door_entries")
    session = models.ForeignKey(EventSession, models.RESTRICT, related_name="door_entries")
    way = models.CharField(max_length=3, choices=Way)
    source = models.CharField(max_length=4, choices=Source)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    received_at = models.DateTimeField(auto_now_add=True)
    #: It was a slip: the interval that it belonged to was taken back.
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "way", "pk"]
        verbose_name = _("entry at the door")
        verbose_name_plural = _("entries at the door")
        indexes = [models.Index(fields=["registration", "session"])]

    def __str__(self):
        return f"{self.registration} {self.way} {self.at:%Y-%m-%d %H:%M}"


class AttendanceQuerySet(models.QuerySet):
    def valid(self):
        """Without what was taken back."""
        return self.filter(voided_at=None)

    def still_there(self):
        return self.valid().filter(ends_at=None)


class Attendance(models.Model):
    """A time during which a person was at a session, with its evidence. Taken back rather than deleted."""

    Source = Source

    #: Of the entry that began it, or made from the row of a meeting log: said again, it changes nothing.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="attendances", verbose_name=_("registration")
    )
    session = models.ForeignKey(
        EventSession, models.RESTRICT, related_name="attendances", verbose_name=_("session")
    )
    starts_at = models.DateTimeField(_("came"))
    #: Empty while the person is still there.
    ends_at = models.DateTimeField(_("went"), null=True, blank=True)
    source = models.CharField(_("how we know"), max_length=4, choices=Source)
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("noted by"))
    at = models.DateTimeField(_("noted"), auto_now_add=True)
    voided_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    voided_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("taken back by")
    )

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="who_goes_came_before",
            ),
            models.UniqueConstraint(
                fields=["registration", "session"],
                condition=Q(ends_at=None, voided_at=None),
                name="nobody_is_at_a_session_twice_at_once",
            ),
        ]
        indexes = [models.Index(fields=["session", "registration"])]

    def __str__(self):
        return f"{self.registration} {self.starts_at:%Y-%m-%d %H:%M}"
