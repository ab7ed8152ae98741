"""A place where people find an agency: a service point with an address, a phone, a spot on the map."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orgs.models.agency import Agency
from orgs.models.audience import Audience
from orgs.names import seen_as_written
from portal.bilingual import Text, language_of, pick


class Location(models.Model):
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="locations", verbose_name=_("agency"))
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True, validators=[seen_as_written])
    name_en = models.CharField(_("English name"), max_length=200, blank=True, validators=[seen_as_written])
    address = models.CharField(
        _("address for visitors"), max_length=250, blank=True, validators=[seen_as_written]
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    shown_to = models.CharField(_("shown to"), max_length=8, choices=Audience, default=Audience.PUBLIC)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    external_id = models.CharField(
        _("identifier at the source"), max_length=200, null=True, blank=True, editable=False
    )
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "external_id"], name="one_location_per_source_identifier"
            ),
            models.CheckConstraint(condition=~Q(name_zh="", name_en=""), name="a_location_has_a_name"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="a_location_lies_on_the_earth",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self) -> Text:
        return pick(zh=self.name_zh, en=self.name_en)

    @property
    def address_text(self) -> Text:
        return Text(self.address, language_of(self.address))
