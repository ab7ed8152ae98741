"""What people say about an event. Who has said something and what was said are kept apart, without a link or a time."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from events.models.registration import Registration

RATINGS = ("content", "teaching", "setting")


class FeedbackGiven(models.Model):
    """This person has answered. What, nobody knows."""

    registration = models.OneToOneField(
        Registration, models.CASCADE, primary_key=True, related_name="feedback_given"
    )

    class Meta:
        verbose_name = _("feedback given")
        verbose_name_plural = _("feedback given")

    def __str__(self):
        return str(self.registration)


class Feedback(models.Model):
    """One anonymous answer. The key is random, and `events.afterwards.feedback` shuffles the rows of an event with every answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="feedback")
    content = models.PositiveSmallIntegerField(_("I can use it in my work"))
    teaching = models.PositiveSmallIntegerField(_("It was well led"))
    setting = models.PositiveSmallIntegerField(_("Place, time and preparation were right"))
    differently = models.TextField(
        _("What will you do differently from now on?"), max_length=1000, blank=True
    )
    comment = models.TextField(_("What else do you want to say?"), max_length=1000, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints = [
            models.CheckConstraint(
                condition=Q(**{f"{rating}__gte": 1, f"{rating}__lte": 5}), name=f"{rating}_is_rated_1_to_5"
            )
            for rating in RATINGS
        ]

    def __str__(self):
        return f"{self.content}/{self.teaching}/{self.setting}"
