"""What can be counted or chosen about a practice: how far it is, for how many, at what cost, how well it is shown.

Stage after IDMC's repository, participation after SprINg and the EU Best Practice Portal, evidence after Nesta and EIF,
reach and resources after TIDieR.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkStatus(models.TextChoices):
    ONGOING = "ongoing", _("Still going on")
    COMPLETED = "completed", _("Completed")
    STOPPED = "stopped", _("Stopped early")


class CostBand(models.TextChoices):
    """Everything it took in a year, in yuan: staff, rooms, material."""

    UNDER_10K = "under-10k", _("Under ¥10,000 a year")
    UNDER_50K = "under-50k", _("¥10,000 to 50,000 a year")
    UNDER_200K = "under-200k", _("¥50,000 to 200,000 a year")
    UNDER_1M = "under-1m", _("¥200,000 to 1 million a year")
    OVER_1M = "over-1m", _("Over ¥1 million a year")


class Maturity(models.TextChoices):
    EXPLORING = "exploring", _("Exploring: tried once or twice")
    ESTABLISHED = "established", _("Established: done in the same way again and again")
    SPREADING = "spreading", _("Spreading: others do it too")


class Participation(models.TextChoices):
    NONE = "none", _("Not involved in planning")
    CONSULTED = "consulted", _("Asked for their views")
    CO_DESIGNED = "co-designed", _("Planned it with us")
    CO_EVALUATED = "co-evaluated", _("Planned and evaluated it with us")


class Evidence(models.IntegerChoices):
    DESCRIPTION = 0, _("Description only")
    RECORDS = 1, _("Logic model and service records")
    BEFORE_AFTER = 2, _("Measured before and after")
    COMPARISON = 3, _("Compared with others")
    REPLICATED = 4, _("Repeated elsewhere with the same result")


class Facts(models.Model):
    """The fields of the facts panel."""

    started_on = models.DateField(_("began"), null=True, blank=True)
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    work_status = models.CharField(_("state of the work"), max_length=10, choices=WorkStatus, blank=True)
    people_reached = models.PositiveIntegerField(_("people reached"), null=True, blank=True)
    sessions_held = models.PositiveIntegerField(_("sessions or visits"), null=True, blank=True)
    service_hours = models.PositiveIntegerField(_("hours of service"), null=True, blank=True)
    staff_involved = models.PositiveIntegerField(_("staff"), null=True, blank=True)
    volunteers_involved = models.PositiveIntegerField(_("volunteers"), null=True, blank=True)
    cost_band = models.CharField(_("cost"), max_length=10, choices=CostBand, blank=True)
    funding_note = models.CharField(_("funder and grant number"), max_length=200, blank=True)
    evidence_level = models.PositiveSmallIntegerField(
        _("evidence"), choices=Evidence, default=Evidence.DESCRIPTION
    )
    evidence_basis = models.TextField(_("what the evidence rests on"), max_length=1000, blank=True)
    maturity = models.CharField(_("stage"), max_length=12, choices=Maturity, blank=True)
    participation = models.CharField(
        _("participation of the people served"), max_length=14, choices=Participation, blank=True
    )
    participation_note = models.TextField(_("how they took part"), max_length=600, blank=True)

    class Meta:
        abstract = True
