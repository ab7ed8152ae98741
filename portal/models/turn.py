"""Whose turn it is to do what is due: one row for each kind of work, which only one worker can take at a time."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q


class TurnQuerySet(models.QuerySet):
    def take(self, name: str, period: str, *, at: datetime, patience: timedelta) -> bool:
        """Whether the work `name` of this `period` (text that sorts by time) is ours to do now.

        True for exactly one of all who ask at once. Somebody who took a turn and did not end it within `patience` was
        killed, and the work may be taken anew.
        """
        self.get_or_create(name=name, defaults={"period": ""})
        is_free = Q(ended_at__isnull=False) | Q(taken_at=None) | Q(taken_at__lt=at - patience)
        is_new = Q(period__lt=period) | Q(period=period, ended_at=None)
        return bool(
            self.filter(is_free & is_new, name=name).update(period=period, taken_at=at, ended_at=None)
        )

    def end(self, name: str, period: str, *, at: datetime) -> None:
        """Say that the work of this period is done, whoever did it. A later period stays as it is."""
        self.get_or_create(name=name, defaults={"period": ""})
        self.filter(name=name, period__lte=period).update(period=period, taken_at=at, ended_at=at)


class Turn(models.Model):
    """The last period for which a kind of work was taken up, and when it ended."""

    name = models.CharField(max_length=20, unique=True)
    period = models.CharField(max_length=20, blank=True)
    taken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = TurnQuerySet.as_manager()

    class Meta:
        verbose_name = "turn"
        verbose_name_plural = "turns"

    def __str__(self):
        return f"{self.name} {self.period}"
