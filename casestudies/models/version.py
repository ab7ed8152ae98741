"""The numbered versions of a case study: what was published, each as it was."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision


class CaseVersion(models.Model):
    """One published text. It never changes: triggers refuse it (`casestudies/version_guard.py`)."""

    class Kind(models.TextChoices):
        FIRST = "first", _("First version")
        TEXT = "text", _("Wording changed")
        FINDINGS = "findings", _("Findings changed")
        CORRECTION = "correction", _("Correction of an error")

    case = models.ForeignKey("casestudies.CaseStudy", models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    #: RESTRICT, not PROTECT: nobody removes a published text, but a case that is deleted whole takes its texts along.
    revision = models.OneToOneField(Revision, models.RESTRICT, related_name="case_version")
    published_at = models.DateTimeField(_("published"))
    kind = models.CharField(_("kind of change"), max_length=12, choices=Kind)
    change_note = models.CharField(_("what changed"), max_length=500, blank=True)

    class Meta:
        ordering = ["-number"]
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="a_case_counts_its_versions"),
            models.CheckConstraint(
                condition=Q(number=1, kind="first") | (Q(number__gt=1) & ~Q(kind="first")),
                name="version_one_is_the_first",
            ),
        ]

    def __str__(self):
        return f"v{self.number}"

    def get_absolute_url(self):
        return reverse("case_version", args=[self.case.public_id, self.number])
