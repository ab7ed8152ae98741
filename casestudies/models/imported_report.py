"""How a report was taken apart: its pieces, until its writer has said where they belong."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from casestudies.models.casestudy import CaseStudy


class ImportedReport(models.Model):
    """The draft has all of it already; this only lets pieces be moved to other sections before anybody writes on."""

    case = models.OneToOneField(CaseStudy, models.CASCADE, related_name="imported_report")
    name = models.CharField(_("name of the file"), max_length=200)
    #: Dicts with the fields of `report.Piece`, `images` being the keys of the attachments made of its pictures.
    pieces = models.JSONField(default=list)
    #: What the draft said then (`draft_merge.seen`): what was written since is not overwritten.
    seen = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("brought in"), auto_now_add=True)

    class Meta:
        verbose_name = _("report that was read")
        verbose_name_plural = _("reports that were read")

    def __str__(self):
        return self.name
