"""The private calendar of a person: what the database keeps of its address."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.models import User


class PersonalFeed(models.Model):
    """That a person has a private calendar. Its address is `key` with a signature, so this row alone opens nothing."""

    user = models.OneToOneField(User, models.CASCADE, related_name="personal_feed", verbose_name=_("person"))
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("private calendar")
        verbose_name_plural = _("private calendars")

    def __str__(self):
        return str(self.user)
