"""What harvesters were told of a case study. It outlives the case: a record that was ever open is never forgotten."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casestudies.models.casestudy import CaseStudy


class OpenRecord(models.Model):
    """A case study as the world outside knows it: under which identifiers, since when in this state, and whether gone.

    Beside the case, not in it: publishing an older revision writes the fields of a case anew, and an identifier that
    was given stays given.
    """

    case = models.OneToOneField(
        CaseStudy,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="open_record",
        verbose_name=_("case study"),
    )
    public_id = models.UUIDField(_("identifier"), default=uuid.uuid4, unique=True, editable=False)
    doi = models.CharField("DOI", max_length=120, unique=True, null=True, blank=True)
    told_at = models.DateTimeField(_("last change that is told"))
    is_deleted = models.BooleanField(_("no longer published"), default=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ["told_at", "pk"]
        verbose_name = _("open record")
        verbose_name_plural = _("open records")
        indexes = [models.Index(fields=["told_at", "id"], name="open_records_in_order")]
        constraints = [
            models.CheckConstraint(
                condition=Q(doi=None) | Q(doi__regex=r"^10\.[0-9]{4,9}/[a-z0-9._;()/-]+$"),
                name="a_doi_has_its_shape",
            )
        ]

    def __str__(self):
        return str(self.public_id)


class OpenRecordSet(models.Model):
    """A set that a record belongs to, such as population:children. A deleted record stays in the sets it was in."""

    record = models.ForeignKey(OpenRecord, models.CASCADE, related_name="sets")
    spec = models.CharField(_("set"), max_length=120)

    class Meta:
        ordering = ["spec"]
        verbose_name = _("set of open records")
        verbose_name_plural = _("sets of open records")
        constraints = [models.UniqueConstraint(fields=["record", "spec"], name="a_record_is_in_a_set_once")]
        indexes = [models.Index(fields=["spec", "record"], name="open_records_of_a_set")]

    def __str__(self):
        return self.spec
