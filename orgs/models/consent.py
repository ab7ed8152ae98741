"""Who agreed to which version of a text, and when. Rows are added; a newer version is a new row."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orgs.models.user import User


class Consent(models.Model):
    class Subject(models.TextChoices):
        PRIVACY = "privacy", _("Privacy page")

    user = models.ForeignKey(User, models.CASCADE, related_name="consents")
    subject = models.CharField(_("text"), max_length=16, choices=Subject)
    version = models.CharField(_("version"), max_length=10)
    at = models.DateTimeField(_("agreed"), default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("consent")
        verbose_name_plural = _("what you agreed to")
        constraints = [
            models.UniqueConstraint(fields=["user", "subject", "version"], name="a_version_is_agreed_to_once")
        ]

    def __str__(self):
        return f"{self.get_subject_display()} {self.version}"
