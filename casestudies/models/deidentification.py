"""What was decided about passages that might give somebody away, and who stood up for a text without any.

The words themselves are not kept: a fingerprint made with the portal's secret tells whether the same words stand there.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orgs.models import User


class AddedOnly(models.Model):
    """Rows that are added and never changed."""

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("Rows of this log are added, never changed.")
        super().save(*args, **kwargs)


class DeidentificationDecision(AddedOnly):
    class Decision(models.TextChoices):
        REPLACE = "replace", _("Replaced")
        KEEP = "keep", _("Kept")

    case = models.ForeignKey(
        "casestudies.CaseStudy", models.CASCADE, related_name="deidentification_decisions"
    )
    fingerprint = models.CharField(max_length=64, editable=False)
    kind = models.CharField(_("kind"), max_length=16)
    decision = models.CharField(_("decision"), max_length=8, choices=Decision)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by"))
    at = models.DateTimeField(_("decided"), auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("de-identification decision")
        verbose_name_plural = _("de-identification decisions")
        indexes = [models.Index(fields=["case", "fingerprint"], name="decision_on_words")]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="replace") | (Q(decision="keep") & ~Q(reason="")),
                name="what_is_kept_has_a_reason",
            )
        ]

    def __str__(self):
        return f"{self.kind}: {self.decision}"


class DeidentificationStatement(AddedOnly):
    """That the person who handed a text in says: nobody who was served can be recognised in it."""

    case = models.ForeignKey(
        "casestudies.CaseStudy", models.CASCADE, related_name="deidentification_statements"
    )
    revision_id = models.PositiveBigIntegerField()
    words = models.TextField(_("statement"))
    kept = models.PositiveIntegerField(_("passages kept with a reason"), default=0)
    signed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("signed by")
    )
    signed_at = models.DateTimeField(_("signed"), auto_now_add=True)

    class Meta:
        ordering = ["-signed_at", "-pk"]
        verbose_name = _("de-identification statement")
        verbose_name_plural = _("de-identification statements")

    def __str__(self):
        return f"{self.case_id} {self.signed_at:%Y-%m-%d}"
