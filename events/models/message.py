"""What a host wrote to a group of people, and to whom it went. Rows are kept: they say what was promised to whom."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from events.models.registration import Registration
from orgs.models import Agency, User


class GroupMessage(models.Model):
    """One message of a host to the people of one event."""

    class Group(models.TextChoices):
        SEATED = "seated", _("Everybody with a seat")
        WAITING = "waiting", _("The waiting list")
        ASKING = "asking", _("Those who asked for a seat and have no answer")
        UNANSWERED = "unanswered", _("Those whom a colleague put down and who have not said yes")
        ABSENT = "absent", _("Those who did not come")
        AGENCY = "agency", _("The people of one agency")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="messages", verbose_name=_("event"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by"))
    group = models.CharField(_("to"), max_length=12, choices=Group)
    agency = models.ForeignKey(Agency, models.SET_NULL, null=True, blank=True, related_name="+")
    subject = models.CharField(_("subject"), max_length=120)
    text = models.TextField(_("text"), max_length=4000)
    #: The form that made it. Sent a second time it writes to nobody.
    form_key = models.UUIDField(unique=True, editable=False)
    at = models.DateTimeField(_("written"))

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("message to a group")
        verbose_name_plural = _("messages to groups")

    def __str__(self):
        return self.subject

    @property
    def to_whom(self) -> str:
        """The group in words; the agency's name for its people."""
        return str(self.agency) if self.agency else self.get_group_display()


class MessageCopy(models.Model):
    """One person's copy of a message."""

    message = models.ForeignKey(GroupMessage, models.CASCADE, related_name="copies")
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="message_copies")
    #: When the mail server took it.
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("copy of a message")
        verbose_name_plural = _("copies of messages")
        constraints = [
            models.UniqueConstraint(
                fields=["message", "registration"], name="one_copy_per_person_and_message"
            )
        ]

    def __str__(self):
        return f"{self.registration} · {self.message}"
