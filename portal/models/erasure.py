"""Who asked to be forgotten, known by nothing but a keyed fingerprint: so that a restored backup forgets them again."""

from django.db import models
from django.utils import timezone


class Erasure(models.Model):
    fingerprint = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "erasure"
        verbose_name_plural = "erasures"

    def __str__(self):
        return f"{self.fingerprint[:8]} {self.at:%Y-%m-%d}"
