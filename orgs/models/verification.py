"""What the portal's staff checked about an agency, when, by what, and until when it counts."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orgs.models.agency import Agency
from orgs.models.application import Application
from orgs.models.stamp import PartsQuerySet
from orgs.models.user import User


class VerificationQuerySet(PartsQuerySet):
    def in_force(self, on: date | None = None):
        """Neither expired nor revoked on that day (today), and seen by a second person where that is needed."""
        return self.settled().filter(revoked_at=None, expires_on__gt=on or timezone.localdate())

    def settled(self):
        """Decided by as many people as it takes."""
        return self.exclude(is_doubtful=True, second_checked_at=None)

    def awaiting_second(self):
        """Proposed by one person of the staff, and not yet looked at by another."""
        return self.filter(is_doubtful=True, second_checked_at=None, revoked_at=None)


class Verification(models.Model):
    class Level(models.IntegerChoices):
        CONTACT = 1, _("Contact checked")
        CERTIFICATE = 2, _("Registration checked")
        REGISTRY = 3, _("Compared with the public registry")
        RECOMMENDED = 4, _("Recommended by peers")

    agency = models.ForeignKey(Agency, models.CASCADE, related_name="verifications", verbose_name=_("agency"))
    application = models.ForeignKey(
        Application, models.SET_NULL, null=True, blank=True, related_name="verifications"
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    method = models.CharField(_("how it was checked"), max_length=300)
    #: Which facts were compared, as they were then: {"legal_name": …, "uscc": …}.
    checked = models.JSONField(_("facts that were checked"), default=dict)
    checked_on = models.DateField(_("checked on"))
    checked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("checked by")
    )
    #: The credit code fails its check or is missing, so that one person of the staff alone cannot vouch for it.
    is_doubtful = models.BooleanField(_("needs a second check"), default=False)
    second_checker = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("second check by")
    )
    second_checked_at = models.DateTimeField(_("second check"), null=True, blank=True)
    expires_on = models.DateField(_("counts until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_because = models.CharField(_("why it was revoked"), max_length=300, blank=True)
    #: When the owners were told that it expires soon.
    reminded_on = models.DateField(null=True, blank=True, editable=False)
    note = models.TextField(_("note for the staff"), max_length=1000, blank=True)

    objects = VerificationQuerySet.as_manager()

    class Meta:
        ordering = ["-checked_on", "-pk"]
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("checked_on")), name="a_verification_counts_for_a_time"
            ),
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=4), name="a_verification_has_a_level"
            ),
            models.CheckConstraint(
                condition=Q(second_checker=None) | ~Q(second_checker=F("checked_by")),
                name="two_checkers_are_two_people",
            ),
            models.CheckConstraint(
                condition=Q(second_checker=None) | Q(second_checked_at__isnull=False),
                name="a_second_check_says_when",
            ),
            models.UniqueConstraint(
                fields=["agency"],
                condition=Q(is_doubtful=True, second_checked_at=None, revoked_at=None),
                name="one_proposed_verification_per_agency",
            ),
        ]

    def __str__(self):
        return f"{self.agency}: {self.get_level_display()}"

    @property
    def awaits_second(self) -> bool:
        """Whether it is only a proposal so far."""
        return self.is_doubtful and self.second_checked_at is None and self.revoked_at is None

    @property
    def state(self) -> str:
        """Where it stands today: in_force, proposed, revoked or expired."""
        if self.revoked_at:
            return "revoked"
        if self.awaits_second:
            return "proposed"
        return "in_force" if self.expires_on > timezone.localdate() else "expired"
