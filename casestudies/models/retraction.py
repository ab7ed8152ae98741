"""That a case study was taken back."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Retraction(models.Model):
    """When and why a published case was withdrawn. Of the row, never of a revision: an older text does not undo it."""

    REASON_AT_MOST = 1000

    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    withdrawal_reason = models.TextField(
        _("why it was withdrawn"), max_length=REASON_AT_MOST, blank=True, editable=False
    )

    class Meta:
        abstract = True
