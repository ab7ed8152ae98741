"""That a case study was presented at an event. The event is named by its public id: events are strangers here."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casestudies.models.casestudy import CaseStudy
from orgs.models import Agency, User


class PresentationQuerySet(models.QuerySet):
    def shown(self):
        """Those to which the host said yes, of cases that everybody reads."""
        return self.filter(status="shown", case__live=True)

    def waiting_for(self, agencies):
        """What these hosts have not answered, of cases that everybody reads: others are nobody's to see."""
        return self.filter(status="asked", case__live=True, host__in=agencies)


class Presentation(models.Model):
    class Status(models.TextChoices):
        ASKED = "asked", _("The host is asked")
        SHOWN = "shown", _("Shown on both pages")
        DECLINED = "declined", _("The host said no")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(
        CaseStudy, models.CASCADE, related_name="presentations", verbose_name=_("case study")
    )
    event = models.UUIDField(_("event"), db_index=True)
    host = models.ForeignKey(
        Agency, models.PROTECT, related_name="presentations", verbose_name=_("host of the event")
    )
    status = models.CharField(max_length=8, choices=Status, default=Status.ASKED)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    answered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = PresentationQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("presentation of a case study")
        verbose_name_plural = _("presentations of case studies")
        constraints = [
            models.UniqueConstraint(fields=["case", "event"], name="a_case_is_presented_once_at_an_event"),
            models.CheckConstraint(
                condition=Q(status="asked", answered_at=None)
                | Q(status__in=["shown", "declined"], answered_at__isnull=False),
                name="a_presentation_is_shown_when_answered",
            ),
        ]

    def __str__(self):
        return f"{self.case} @ {self.event}"
