"""What was done so that nobody is harmed by the telling: consent, its kinds, and who had to give it.

Consent of a guardian is needed for children under 14 (Personal Information Protection Law, art. 31; Law on the
Protection of Minors, art. 72 and 103).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Consent(models.TextChoices):
    WRITTEN = "written", _("In writing")
    ORAL = "oral", _("By word of mouth")
    GUARDIAN = "guardian", _("By a guardian")
    NOT_APPLICABLE = "not-applicable", _("Not applicable: nobody is described")


#: Age bands (codes of topics) in which everybody is under 14.
BANDS_UNDER_14 = frozenset({"age:0-3", "age:4-6", "age:7-12"})


class Ethics(models.Model):
    consent = models.JSONField(_("consent"), default=list, blank=True)
    has_children_under_14 = models.BooleanField(_("children under 14 were served"), default=False)
    consent_note = models.TextField(_("how consent was asked for"), max_length=600, blank=True)
    ethics_statement = models.TextField(_("ethics statement"), max_length=1500, blank=True)
    ethics_approval = models.CharField(_("approval of an ethics board"), max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def consent_kinds(self) -> list[str]:
        """The kinds of consent in words, in the order of the form."""
        return [Consent(kind).label for kind in Consent.values if kind in self.consent]
