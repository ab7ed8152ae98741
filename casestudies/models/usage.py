"""How often a case was used, by day. Nothing about who used it is kept."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casestudies.models.casestudy import CaseStudy


class DailyCount(models.Model):
    class Kind(models.TextChoices):
        VIEW = "view", _("Read")
        DOWNLOAD = "download", _("Downloaded")
        CITATION = "citation", _("Citation taken")
        ADAPTATION = "adaptation", _("Adapted")
        LIST = "list", _("Put on a reading list")

    case = models.ForeignKey(CaseStudy, models.CASCADE, related_name="daily_counts")
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    on = models.DateField(_("day"))
    number = models.PositiveIntegerField(_("how often"), default=0)

    class Meta:
        ordering = ["on", "kind"]
        verbose_name = _("use of a day")
        verbose_name_plural = _("use by day")
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "on"], name="one_count_per_case_kind_and_day"),
            models.CheckConstraint(
                condition=Q(kind__in=["view", "download", "citation", "adaptation", "list"]),
                name="a_count_is_of_a_known_kind",
            ),
        ]

    def __str__(self):
        return f"{self.case}, {self.on}: {self.number} × {self.kind}"
