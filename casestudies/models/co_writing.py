"""Which agencies write a case study along."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.models import Agency


class CoWriting(models.Model):
    """That an agency's people see and edit the draft now.

    Beside the text, not in it: what `CasePartner.writes` says in a draft holds at once, also for a case that is
    published already, and no older version that is published anew gives back what was taken away.
    """

    case = models.ForeignKey("casestudies.CaseStudy", models.CASCADE, related_name="co_writing")
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="co_writing")
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("co-writing agency")
        verbose_name_plural = _("co-writing agencies")
        constraints = [models.UniqueConstraint(fields=["case", "agency"], name="an_agency_co_writes_once")]

    def __str__(self):
        return str(self.agency)
