"""Who works with whom: public only when every named party has confirmed."""

import uuid
from datetime import date

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orgs.models.agency import Agency
from orgs.names import seen_as_written
from portal.models import Topic


class PartnershipQuerySet(models.QuerySet):
    def confirmed(self):
        """At least two parties, every one of them listed and agreed: only then is it a fact to show."""
        missing = PartnershipParty.objects.filter(partnership=OuterRef("pk")).exclude(
            state=PartnershipParty.State.CONFIRMED, agency__status=Agency.Status.LISTED
        )
        return self.filter(~Exists(missing)).annotate(party_count=Count("parties")).filter(party_count__gte=2)

    def current(self, on: date | None = None):
        """Begun and not ended. Who ends a partnership today sees it gone today."""
        on = on or timezone.localdate()
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=on), started_on__lte=on)

    def visible_to(self, user):
        """Confirmed ones are public; a proposal is seen by the parties' members."""
        own = (
            Q(parties__agency__in=user.memberships.active().values("agency"))
            if user.is_authenticated
            else Q(pk=None)
        )
        return self.filter(Q(pk__in=self.model.objects.confirmed().values("pk")) | own).distinct()


class Partnership(models.Model):
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.ForeignKey(
        Topic,
        models.PROTECT,
        related_name="+",
        verbose_name=_("kind"),
        limit_choices_to={"scheme": Topic.Scheme.COLLABORATION},
    )
    title = models.CharField(_("title"), max_length=120, validators=[seen_as_written])
    summary = models.TextField(_("what we do together"), max_length=600, blank=True)
    started_on = models.DateField(_("since"))
    ended_on = models.DateField(_("until"), null=True, blank=True)
    agencies = models.ManyToManyField(Agency, through="PartnershipParty", related_name="partnerships")
    #: What nobody can propose again while this one is proposed or goes on: its kind and parties (`orgs/partnership.py`).
    stands_for = models.CharField(max_length=64, null=True, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        ordering = ["-started_on", "pk"]
        verbose_name = _("partnership")
        verbose_name_plural = _("partnerships")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=models.F("started_on")),
                name="a_partnership_ends_after_it_began",
            )
        ]

    def __str__(self):
        return self.title

    @property
    def is_confirmed(self) -> bool:
        """Whether every party has said yes. Reads `parties`: prefetch them."""
        return all(party.state == PartnershipParty.State.CONFIRMED for party in self.parties.all())

    @property
    def is_withdrawn(self) -> bool:
        """Whether who proposed it took it back. Reads `parties`."""
        return any(party.state == PartnershipParty.State.WITHDRAWN for party in self.parties.all())

    @property
    def is_declined(self) -> bool:
        """Whether somebody said no. Reads `parties`."""
        return any(party.state == PartnershipParty.State.DECLINED for party in self.parties.all())

    @property
    def is_over(self) -> bool:
        """Whether it has ended by today."""
        return self.ended_on is not None and self.ended_on <= timezone.localdate()


class PartnershipParty(models.Model):
    class State(models.TextChoices):
        INVITED = "invited", _("Asked")
        CONFIRMED = "confirmed", _("Confirmed")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Taken back")

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="parties")
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="parties")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.INVITED)
    confirmed_by = models.ForeignKey("orgs.User", models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        constraints = [
            models.UniqueConstraint(fields=["partnership", "agency"], name="an_agency_is_a_party_once")
        ]

    def __str__(self):
        return f"{self.agency} · {self.partnership}"
