"""The people who wrote a case study, as they stood when they wrote it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey

from casestudies.open_data import orcid
from orgs.models import User


class CaseAuthor(models.Model):
    """A person in the order of the citation. Name and agency are kept as they were; the account is only a link."""

    class Role(models.TextChoices):
        PRACTITIONER = "practitioner", _("Practitioner")
        RESEARCHER = "researcher", _("Researcher")
        SUPERVISOR = "supervisor", _("Supervisor")

    case = ParentalKey("casestudies.CaseStudy", on_delete=models.CASCADE, related_name="authors")
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in Latin letters"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.PRACTITIONER)
    agency_name = models.CharField(_("agency at the time"), max_length=200, blank=True)
    orcid = models.CharField("ORCID", max_length=19, blank=True, validators=[orcid.validate])
    user = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="authored_cases",
        verbose_name=_("account"),
    )
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        constraints = [
            models.CheckConstraint(
                condition=Q(orcid="") | Q(orcid__regex=r"^\d{4}-\d{4}-\d{4}-\d{3}[0-9X]$"),
                name="an_orcid_has_its_shape",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def orcid_url(self) -> str:
        return f"https://orcid.org/{self.orcid}" if self.orcid else ""
