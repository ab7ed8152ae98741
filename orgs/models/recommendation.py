"""An agency vouches for another that it knows: two such words, from well-verified agencies, make the highest level."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orgs.models.agency import Agency
from orgs.models.user import User


class RecommendationQuerySet(models.QuerySet):
    def standing(self):
        """Those that were not taken back."""
        return self.filter(withdrawn_at=None)


class Recommendation(models.Model):
    agency = models.ForeignKey(
        Agency, models.CASCADE, related_name="recommendations", verbose_name=_("recommended agency")
    )
    by_agency = models.ForeignKey(
        Agency, models.CASCADE, related_name="recommendations_given", verbose_name=_("recommended by")
    )
    given_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by")
    )
    words = models.CharField(_("how you know them"), max_length=300)
    created_at = models.DateTimeField(_("recommended"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "by_agency"],
                condition=Q(withdrawn_at=None),
                name="one_standing_recommendation_per_pair",
            ),
            models.CheckConstraint(condition=~Q(agency=F("by_agency")), name="no_agency_recommends_itself"),
        ]

    def __str__(self):
        return f"{self.by_agency} → {self.agency}"
