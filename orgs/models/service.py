"""A service: what an agency does, for whom, how and where."""

import uuid

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orgs.models.agency import Agency
from orgs.models.division import Division
from orgs.models.location import Location
from orgs.models.stamp import PartsQuerySet
from orgs.names import seen_as_written
from portal.bilingual import Text, language_of, pick
from portal.models import Topic


class ServiceQuerySet(PartsQuerySet):
    def offered(self):
        """Those that people can turn to now."""
        return self.filter(is_offered=True)


class Service(models.Model):
    class Delivery(models.TextChoices):
        ONSITE = "onsite", _("On site")
        OUTREACH = "outreach", _("Outreach")
        HOTLINE = "hotline", _("By phone")
        ONLINE = "online", _("Online")

    class Fees(models.TextChoices):
        FREE = "free", _("Free of charge")
        PARTLY = "partly", _("Partly paid")
        PAID = "paid", _("Paid")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="services", verbose_name=_("agency"))
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True, validators=[seen_as_written])
    name_en = models.CharField(_("English name"), max_length=200, blank=True, validators=[seen_as_written])
    summary = models.TextField(_("what it is"), max_length=2000, blank=True)
    types = models.ManyToManyField(
        Topic,
        related_name="+",
        verbose_name=_("kinds of service"),
        limit_choices_to={"scheme": Topic.Scheme.SERVICE},
    )
    populations = models.ManyToManyField(
        Topic,
        related_name="+",
        blank=True,
        verbose_name=_("for whom"),
        limit_choices_to={"scheme": Topic.Scheme.POPULATION},
    )
    methods = models.ManyToManyField(
        Topic,
        related_name="+",
        blank=True,
        verbose_name=_("methods"),
        limit_choices_to={"scheme": Topic.Scheme.METHOD},
    )
    delivery = models.JSONField(_("delivery"), default=list, blank=True)
    fees = models.CharField(_("fees"), max_length=8, choices=Fees, default=Fees.FREE)
    languages = models.ManyToManyField(
        Topic,
        related_name="+",
        blank=True,
        verbose_name=_("languages and dialects"),
        limit_choices_to={"scheme": Topic.Scheme.LANGUAGE},
    )
    eligibility = models.CharField(_("who can come"), max_length=300, blank=True)
    min_age = models.PositiveSmallIntegerField(_("from the age of"), null=True, blank=True)
    max_age = models.PositiveSmallIntegerField(_("up to the age of"), null=True, blank=True)
    areas = models.ManyToManyField(Division, related_name="+", blank=True, verbose_name=_("areas served"))
    #: The service points where people find it, among the agency's own.
    locations = models.ManyToManyField(
        Location,
        through="ServiceAtLocation",
        related_name="services",
        blank=True,
        verbose_name=_("places where it is given"),
    )
    is_offered = models.BooleanField(_("offered now"), default=True)
    external_id = models.CharField(
        _("identifier at the source"), max_length=200, null=True, blank=True, editable=False
    )
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("service")
        verbose_name_plural = _("services")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "external_id"], name="one_service_per_source_identifier"
            ),
            models.CheckConstraint(condition=~models.Q(name_zh="", name_en=""), name="a_service_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(min_age=None)
                | models.Q(max_age=None)
                | models.Q(max_age__gte=models.F("min_age")),
                name="a_service_is_for_an_age_range",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self) -> Text:
        return pick(zh=self.name_zh, en=self.name_en)

    @property
    def summary_text(self) -> Text:
        """The summary, which stands in one language only."""
        return Text(self.summary, language_of(self.summary))

    @property
    def ages_in_words(self) -> str:
        """For which ages it is; empty for all."""
        if self.min_age is not None and self.max_age is not None:
            return gettext("aged %(youngest)s to %(oldest)s") % {
                "youngest": self.min_age,
                "oldest": self.max_age,
            }
        if self.min_age is not None:
            return gettext("from the age of %(youngest)s") % {"youngest": self.min_age}
        if self.max_age is not None:
            return gettext("up to the age of %(oldest)s") % {"oldest": self.max_age}
        return ""

    @property
    def delivery_words(self) -> list[str]:
        """The ways of delivery in words."""
        words = dict(self.Delivery.choices)
        return [words[way] for way in self.delivery if way in words]


class ServiceAtLocation(models.Model):
    """That a service is given at a place. HSDS counts such pairs as things of their own, so it has an identifier."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    service = models.ForeignKey(Service, models.CASCADE, related_name="places")
    location = models.ForeignKey(Location, models.CASCADE, related_name="places")

    class Meta:
        ordering = ["pk"]
        verbose_name = _("service at a place")
        verbose_name_plural = _("services at places")
        constraints = [
            models.UniqueConstraint(fields=["service", "location"], name="a_service_is_at_a_place_once")
        ]

    def __str__(self):
        return f"{self.service} · {self.location}"
