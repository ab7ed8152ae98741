"""What is kept of people's work on the library, and until when."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from casestudies import withdrawal
from casestudies.exchange import asking
from casestudies.files import attachment
from casestudies.report import draft
from portal.personal_data import LIBRARY
from portal.retention import Rule, so_long

RULES = [
    Rule(
        _("Files that were uploaded for a draft and are not used"),
        LIBRARY,
        _("One day."),
        attachment.forget,
    ),
    Rule(
        _("Pieces of an imported report that nobody put in place"),
        LIBRARY,
        _("30 days from the import."),
        draft.forget,
    ),
    Rule(
        _("Unpublished texts of case studies that were taken back"),
        LIBRARY,
        so_long(_("{days} days after they were taken back."), settings.DRAFTS_KEPT_DAYS),
        withdrawal.forget_drafts,
    ),
    Rule(
        _("Questions to authors that were taken back"),
        LIBRARY,
        _("The words at once, the empty row for two days."),
        asking.sweep,
    ),
    Rule(
        _("Reviews, comments and decisions about case studies"),
        LIBRARY,
        _("As long as the case study; without your name when you close your account."),
    ),
]
