"""Who may be asked to review case studies: people whom the portal's staff put down, with their role and their topics."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.models import User
from portal.models import Topic


class ReviewerRole(models.TextChoices):
    PRACTITIONER = "practitioner", _("Practitioner")
    RESEARCHER = "researcher", _("Researcher")


class Reviewer(models.Model):
    """A person on the list of reviewers. Being on it opens nothing: only an assignment does."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(
        User, models.CASCADE, related_name="reviewer", editable=False, verbose_name=_("person")
    )
    role = models.CharField(_("reviews as"), max_length=16, choices=ReviewerRole)
    topics = models.ManyToManyField(Topic, related_name="+", blank=True, verbose_name=_("knows about"))
    is_available = models.BooleanField(_("can be asked now"), default=True)
    added_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        ordering = ["user__name", "pk"]
        verbose_name = _("reviewer")
        verbose_name_plural = _("reviewers")

    def __str__(self):
        return str(self.user)
