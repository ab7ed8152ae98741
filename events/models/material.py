"""Files for those who take part."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from orgs.models import User
from portal.storage import private_storage


def material_path(material: "Material", name: str) -> str:
    """A path that says nothing about the event or the file's name."""
    return f"materials/{material.public_id}"


class Material(models.Model):
    """A file that goes with an event, and who may have it when."""

    class Audience(models.TextChoices):
        BEFORE = "before", _("People with a seat, at once")
        AFTER = "after", _("People with a seat, after the event")
        EVERYBODY = "everybody", _("Everybody")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="materials")
    audience = models.CharField(_("who gets it"), max_length=10, choices=Audience, default=Audience.BEFORE)
    name = models.CharField(_("name of the file"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    file = models.FileField(storage=private_storage, upload_to=material_path, max_length=200)
    uploaded_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        constraints = [
            models.UniqueConstraint(fields=["event", "sha256"], name="the_same_file_once_per_event"),
        ]

    def __str__(self):
        return self.name
