"""What a meeting tool wrote down about who joined an online session, a row for each time somebody joined."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from events.models.registration import Registration


class MeetingLogRow(models.Model):
    """One join of one participant, and whose it is. What is nobody's for certain stays without a registration."""

    class Match(models.TextChoices):
        EMAIL = "email", _("by e-mail address")
        PHONE = "phone", _("by telephone number")
        NAME = "name", _("by name")
        HAND = "hand", _("by hand")
        NONE = "none", _("nobody yet")

    event = models.ForeignKey(Event, models.CASCADE, related_name="log_rows")
    #: Made of the event and what stands in the row: the same file again brings the same rows.
    key = models.UUIDField(unique=True, editable=False)
    name = models.CharField(max_length=120, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField()
    registration = models.ForeignKey(
        Registration, models.SET_NULL, null=True, blank=True, related_name="log_rows"
    )
    match = models.CharField(max_length=5, choices=Match, default=Match.NONE)

    class Meta:
        ordering = ["name", "joined_at", "pk"]
        verbose_name = _("row of a meeting log")
        verbose_name_plural = _("rows of meeting logs")
        constraints = [
            models.CheckConstraint(
                condition=Q(left_at__gt=models.F("joined_at")), name="who_leaves_a_meeting_joined_before"
            )
        ]

    def __str__(self):
        return f"{self.name} {self.joined_at:%Y-%m-%d %H:%M}"
