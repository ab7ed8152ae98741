"""What goes out around the day by itself: the host's wishes, and a row for each letter so that none goes out twice."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from events.models.registration import Registration
from events.models.session import EventSession

MOST_REMINDERS = 5
MOST_HOURS = 30 * 24


def one_day() -> list[int]:
    return [24]


def check_hours(hours) -> None:
    """Raise ValidationError unless these are at most five different whole hours up to a month."""
    if (
        not isinstance(hours, list)
        or len(hours) > MOST_REMINDERS
        or len(set(hours)) != len(hours)
        or not all(type(hour) is int and 1 <= hour <= MOST_HOURS for hour in hours)
    ):
        raise ValidationError(_("Reminders go out at up to five different hours, at most 30 days before."))


class LetterPlan(models.Model):
    """What the host wants to go out by itself. An event without a row has what the fields say by default."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="letter_plan", verbose_name=_("event"))
    #: Whole hours before the start of each session.
    reminder_hours = models.JSONField(_("reminders"), default=one_day, blank=True, validators=[check_hours])
    sends_thanks = models.BooleanField(_("thank those who came"), default=True)
    #: The hour of the morning after the last session, where we are.
    thanks_hour = models.PositiveSmallIntegerField(_("hour of the thank-you mail"), default=9)
    thanks_words = models.TextField(_("your own words"), max_length=2000, blank=True)
    changed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("letters around the day")
        verbose_name_plural = _("letters around the day")
        constraints = [
            models.CheckConstraint(
                condition=Q(thanks_hour__lte=23), name="thanks_go_out_at_an_hour_of_the_day"
            )
        ]

    def __str__(self):
        return str(self.event)


class Reminder(models.Model):
    """That a person was reminded of a session `hours` before `starts_at`. A session that moves is another start."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="reminders")
    session = models.ForeignKey(EventSession, models.CASCADE, related_name="reminders")
    hours = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "session", "hours", "starts_at"], name="nobody_is_reminded_twice"
            )
        ]

    def __str__(self):
        return f"{self.registration} · {self.hours} h"


class ThankYou(models.Model):
    """That a person was thanked for coming."""

    registration = models.OneToOneField(Registration, models.CASCADE, related_name="thank_you")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("thank-you mail")
        verbose_name_plural = _("thank-you mails")

    def __str__(self):
        return str(self.registration)
