"""When somebody last said that a part of an agency's entry is still right, and whom we reminded."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.models.agency import Agency
from orgs.models.user import User


class Section(models.TextChoices):
    """The parts of an entry that are confirmed one by one."""

    ABOUT = "about", _("Name and description")
    CONTACT = "contact", _("Contact and places")
    SERVICES = "services", _("Services and areas")
    PEOPLE = "people", _("People who are named")


class Confirmation(models.Model):
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="confirmations")
    section = models.CharField(_("section"), max_length=10, choices=Section)
    confirmed_on = models.DateField(_("confirmed on"))
    confirmed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "section"], name="one_confirmation_per_agency_and_section"
            )
        ]

    def __str__(self):
        return f"{self.agency}: {self.get_section_display()}"


class FreshnessReminder(models.Model):
    """That a person was reminded of an agency in a state of age: once for each state, all agencies in one mail."""

    user = models.ForeignKey(User, models.CASCADE, related_name="freshness_reminders")
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="+")
    state = models.CharField(max_length=12)
    sent_on = models.DateField(_("sent on"))

    class Meta:
        ordering = ["sent_on", "pk"]
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")

    def __str__(self):
        return f"{self.user}: {self.agency}, {self.state}"
