"""What somebody wrote into a field that somebody else changed at the same time."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orgs.models import User


class ParallelText(models.Model):
    """The words of the second of two writers. The first one's stand in the draft; these wait beside them.

    `field` is a unit of `casestudies.writing.draft_merge`, `words` what was typed, as people read it. Never deleted: a settled one
    can still be read in the history of the draft.
    """

    case = models.ForeignKey("casestudies.CaseStudy", models.CASCADE, related_name="parallel_texts")
    field = models.CharField(_("field"), max_length=40)
    words = models.TextField(_("words"), blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by"))
    updated_at = models.DateTimeField(_("written"), auto_now=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        ordering = ["-updated_at", "-pk"]
        verbose_name = _("words written at the same time")
        verbose_name_plural = _("words written at the same time")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "field", "by"],
                condition=Q(settled_at=None),
                name="one_open_parallel_text_per_writer",
            )
        ]

    def __str__(self):
        return f"{self.field}: {self.words[:40]}"
