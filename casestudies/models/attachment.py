"""Files that go with a case study.

Two rows on purpose. A CaseFile is an upload: it is written once and never changed, and knows whether it was ever
published. An Attachment is what a draft or a published text says about it: that belongs to the text, is kept in its
revisions and goes to the public with it. It repeats the facts of the upload, so that a revision is read without a query
for each of its files.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import model_from_serializable_data

from casestudies.models.casestudy import CaseStudy
from orgs.models import User
from portal.storage import private_storage


def case_file_path(file: "CaseFile", name: str) -> str:
    """A path that says nothing about the case or the file's name."""
    return f"casefiles/{file.public_id}"


class CaseFile(models.Model):
    """An upload, as it was after cleaning. Nobody outside reads it before `published_at` is set."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(CaseStudy, models.CASCADE, related_name="files")
    file = models.FileField(storage=private_storage, upload_to=case_file_path, max_length=200)
    name = models.CharField(_("name of the file"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    uploaded_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.UniqueConstraint(fields=["case", "sha256"], name="the_same_file_once_per_case"),
            models.CheckConstraint(condition=Q(size__gt=0), name="a_file_of_a_case_is_not_empty"),
        ]

    def __str__(self):
        return self.name


class Attachment(models.Model):
    """What a text says about one of its files: what it is, what it shows, on what terms it may be used."""

    class Kind(models.TextChoices):
        IMAGE = "image", _("Picture")
        DOCUMENT = "document", _("Document")
        DATASET = "dataset", _("Dataset")

    class Licence(models.TextChoices):
        AS_TEXT = "", _("As the text")
        ZERO = "CC0-1.0", _("CC0: for everybody and everything")
        BY = "CC-BY-4.0", _("CC BY 4.0: share and adapt, naming the authors")
        BY_SA = "CC-BY-SA-4.0", _("CC BY-SA 4.0: adaptations under the same licence")
        BY_NC = "CC-BY-NC-4.0", _("CC BY-NC 4.0: not for profit")
        READ_ONLY = "read-only", _("To be read here only")

    case = ParentalKey(CaseStudy, on_delete=models.CASCADE, related_name="attachments")
    key = models.UUIDField(editable=False)  # public_id of the CaseFile
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("title"), max_length=120)
    alt_text = models.CharField(_("what the picture shows"), max_length=300, blank=True)
    caption = models.CharField(_("caption"), max_length=500, blank=True)
    licence = models.CharField(
        _("licence"), max_length=20, choices=Licence, default=Licence.AS_TEXT, blank=True
    )
    section = models.CharField(_("stands in"), max_length=20, blank=True)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    file = models.FileField(storage=private_storage, max_length=200, editable=False)
    name = models.CharField(max_length=200, editable=False)
    content_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(editable=False)
    width = models.PositiveIntegerField(null=True, editable=False)
    height = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="a_file_is_attached_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["image", "document", "dataset"]),
                name="an_attachment_is_of_a_known_kind",
            ),
        ]

    def __str__(self):
        return self.title

    @classmethod
    def from_serializable_data(cls, data, check_fks=True, strict_fks=False):
        """Out of a revision. Its only foreign key is the case that is being read: asking for it costs a query each."""
        return model_from_serializable_data(cls, data, check_fks=False)

    @property
    def is_image(self) -> bool:
        return self.kind == self.Kind.IMAGE

    @property
    def ending(self) -> str:
        """How the file's name ends, as people call its kind: PDF, DOCX, CSV."""
        return self.name.rpartition(".")[2].upper()
