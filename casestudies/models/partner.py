"""Other agencies of a case study, as readers are told of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey

from orgs.models import Agency


class CasePartner(models.Model):
    """Another agency that took part or wrote along. Part of the text: it is published with it, and kept in versions."""

    class Role(models.TextChoices):
        PARTNER = "partner", _("Took part")
        RESEARCH = "research", _("Research partner")
        FUNDER = "funder", _("Funder")

    case = ParentalKey("casestudies.CaseStudy", on_delete=models.CASCADE, related_name="partners")
    agency = models.ForeignKey(
        Agency, models.CASCADE, related_name="partnered_cases", verbose_name=_("agency")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.PARTNER)
    writes = models.BooleanField(_("writes along"), default=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("partner agency")
        verbose_name_plural = _("partner agencies")
        constraints = [models.UniqueConstraint(fields=["case", "agency"], name="a_partner_is_named_once")]

    def __str__(self):
        return str(self.agency)
