"""An agency: an organisation that serves internal migrants. Facts stand once, prose once per language."""

import uuid
from datetime import date

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

from orgs import uscc
from orgs.models.age import COUNTS_AS_COVERAGE, State, confirmed_within, state_of
from orgs.models.division import Division
from orgs.models.stamp import StampedQuerySet, new_stamp
from orgs.names import seen_as_written
from portal.bilingual import Text, pick
from portal.models import Topic


class AgencyQuerySet(StampedQuerySet):
    def listed(self):
        return self.filter(status=Agency.Status.LISTED)

    def visible_to(self, user):
        """Listed agencies are for everybody; a draft is seen by its own members and by portal staff."""
        if user.is_authenticated and user.has_perm("orgs.change_agency"):
            return self
        visible = Q(status=Agency.Status.LISTED)
        if user.is_authenticated:
            visible |= Q(pk__in=user.memberships.active().values("agency"), status=Agency.Status.DRAFT)
        return self.filter(visible)

    def in_state(self, *states: State, on: date | None = None):
        """Those whose information is of that age on that day (today)."""
        return self.filter(confirmed_within(states, on or timezone.localdate()))

    def counting_as_coverage(self, on: date | None = None):
        """Without those whose information is so old that nobody should be sent there."""
        return self.in_state(*COUNTS_AS_COVERAGE, on=on)

    def not_dormant(self, on: date | None = None):
        """Without those that have been silent for a year: their pages stay, lists leave them out."""
        return self.exclude(confirmed_within([State.DORMANT], on or timezone.localdate()))

    def unclaimed(self):
        """Listed, and looked after by nobody of the agency."""
        return self.listed().filter(claimed_at=None)

    def with_level(self, on=None):
        """With `level`: the highest verification in force on that day (today), 0 without any."""
        in_force = Agency.verifications.rel.related_model.objects.in_force(on)
        highest = in_force.filter(agency=OuterRef("pk")).order_by("-level").values("level")[:1]
        return self.annotate(level=Coalesce(Subquery(highest), 0))

    def for_rows(self):
        """With what a row of the directory shows."""
        return self.select_related("division__parent", "org_type").prefetch_related(
            "texts",
            Prefetch(
                "verifications",
                Agency.verifications.rel.related_model.objects.in_force(),
                "verifications_in_force",
            ),
            Prefetch("services", Agency.services.rel.related_model.objects.offered(), "shown_services"),
            "shown_services__types",
            "shown_services__populations",
        )


class Agency(index.Indexed, models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", _("Waiting to be listed")
        LISTED = "listed", _("Listed")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        MERGED = "merged", _("Merged into another entry")

    class Focus(models.TextChoices):
        PRIMARY = "primary", _("Migrants are our main group")
        ONE_OF_SEVERAL = "one_of_several", _("Migrants are one of several groups")
        OCCASIONAL = "occasional", _("We serve migrants now and then")

    class Staff(models.TextChoices):
        FIVE = "1-5", _("1–5 people")
        FIFTEEN = "6-15", _("6–15 people")
        FIFTY = "16-50", _("16–50 people")
        MORE = "51+", _("51 people or more")

    class Rating(models.TextChoices):
        FIVE = "5A", "5A"
        FOUR = "4A", "4A"
        THREE = "3A", "3A"
        TWO = "2A", "2A"
        ONE = "1A", "1A"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    legal_name = models.CharField(_("full name"), max_length=120, validators=[seen_as_written])
    short_name = models.CharField(_("short name"), max_length=40, blank=True, validators=[seen_as_written])
    name_en = models.CharField(_("English name"), max_length=160, blank=True, validators=[seen_as_written])
    former_names = models.JSONField(_("former names"), default=list, blank=True)
    org_type = models.ForeignKey(
        Topic,
        models.PROTECT,
        related_name="+",
        verbose_name=_("organisation type"),
        limit_choices_to={"scheme": Topic.Scheme.ORGANISATION},
    )
    uscc = models.CharField(
        _("unified social credit code"),
        max_length=18,
        null=True,
        blank=True,
        validators=[uscc.refuse_malformed],
    )
    division = models.ForeignKey(
        Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("seat")
    )
    address = models.CharField(_("address for visitors"), max_length=200, blank=True)
    founded_on = models.DateField(_("founded"), null=True, blank=True)
    migrant_focus = models.CharField(
        _("focus on migrants"), max_length=20, choices=Focus, default=Focus.PRIMARY
    )
    staff_band = models.CharField(_("staff"), max_length=8, choices=Staff, blank=True)
    website = models.URLField(_("website"), blank=True)
    public_email = models.EmailField(_("public e-mail"), blank=True)
    public_phone = models.CharField(_("public phone"), max_length=40, blank=True)
    hotline = models.CharField(_("service hotline"), max_length=40, blank=True)
    wechat_account = models.CharField(_("WeChat official account"), max_length=60, blank=True)
    supervising_unit = models.CharField(
        _("supervising body"), max_length=120, blank=True, validators=[seen_as_written]
    )
    rating = models.CharField(_("grade of social organisations"), max_length=2, choices=Rating, blank=True)
    rating_year = models.PositiveSmallIntegerField(_("graded in the year"), null=True, blank=True)
    funding = models.ManyToManyField(
        Topic,
        related_name="+",
        blank=True,
        verbose_name=_("funding sources"),
        limit_choices_to={"scheme": Topic.Scheme.FUNDING},
    )
    logo = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("logo"),
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.DRAFT, db_index=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    #: Since when somebody looks after the entry. An agency that is claimed has an owner (`orgs/owner_guard.py`).
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True, editable=False)
    #: Who may see a field that is not for everybody: {"public_phone": "members"}; see `orgs/visibility.py`.
    restricted = models.JSONField(_("shown to"), default=dict, blank=True, editable=False)
    external_id = models.CharField(
        _("identifier at the source"), max_length=200, null=True, blank=True, unique=True, editable=False
    )
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    confirmed_on = models.DateField(_("confirmed by the agency"), null=True, blank=True)
    #: Another number after every change, so that a sum over all agencies says whether any of them changed.
    stamp = models.BigIntegerField(default=new_stamp, editable=False)

    #: Versions of the entry (`orgs/history.py`); here, so that they go when the entry goes.
    versions = GenericRelation("wagtailcore.Revision", for_concrete_model=False)

    objects = AgencyQuerySet.as_manager()

    search_fields = [
        index.SearchField("legal_name", boost=2),
        index.AutocompleteField("legal_name"),
        index.SearchField("short_name", boost=2),
        index.AutocompleteField("short_name"),
        index.SearchField("name_en"),
        index.AutocompleteField("name_en"),
        index.FilterField("status"),
    ]

    class Meta:
        ordering = ["legal_name"]
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into__isnull=True)),
                name="a_merged_agency_says_into_which",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=models.F("id")), name="no_agency_is_merged_into_itself"
            ),
            models.UniqueConstraint(
                fields=["uscc"],
                condition=~Q(status="merged"),
                name="one_agency_per_credit_code",
                violation_error_message=_("Another agency has this unified social credit code."),
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, update_fields=None, **kwargs):
        self.stamp = new_stamp()
        if update_fields is not None:
            update_fields = {*update_fields, "stamp", "updated_at"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def get_absolute_url(self):
        return reverse("agency", args=[self.slug])

    @property
    def freshness(self) -> State:
        """How old today what the agency says is."""
        return state_of(self.confirmed_on, timezone.localdate())

    @property
    def is_claimed(self) -> bool:
        """Whether somebody of the agency looks after its entry."""
        return self.claimed_at is not None

    @property
    def verification(self):
        """The highest verification that counts today, or None. Reads what `for_rows` has fetched, if it has."""
        found = getattr(self, "verifications_in_force", None)
        if found is None:
            found = self.verifications.in_force()
        return max(found, key=lambda one: (one.level, one.expires_on), default=None)

    @property
    def name_in_chinese(self) -> str:
        """Empty for a foreign agency, which is registered under its English name and has no other."""
        return self.legal_name if self.legal_name != self.name_en else ""

    @property
    def name(self) -> Text:
        """The full name in the reader's language."""
        return pick(zh=self.name_in_chinese, en=self.name_en)

    @property
    def label(self) -> Text:
        """The short name, for rows and pictures."""
        return pick(zh=self.short_name or self.name_in_chinese, en=self.name_en)

    @property
    def populations_served(self) -> list[Topic]:
        """The groups of all its services, each once, in the order of the vocabulary. For rows: see `for_rows`."""
        served = {topic for service in self.shown_services for topic in service.populations.all()}
        return sorted(served, key=lambda topic: topic.position)

    @property
    def text(self) -> "AgencyText | None":
        """The prose in the reader's language, or in the other when there is none."""
        texts = {text.language: text for text in self.texts.all()}
        return texts.get(pick(zh="zh-hans", en="en")) or next(iter(texts.values()), None)


class AgencyText(models.Model):
    """What an agency says about itself, in one language."""

    agency = models.ForeignKey(Agency, models.CASCADE, related_name="texts")
    language = models.CharField(
        _("language"), max_length=10, choices=[("zh-hans", "简体中文"), ("en", "English")]
    )
    mission = models.TextField(_("who we are, in three lines"), max_length=300)
    description = models.TextField(_("about us"), max_length=3000, blank=True)
    how_to_get_help = models.TextField(_("how to get help"), max_length=600, blank=True)

    class Meta:
        ordering = ["-language"]
        verbose_name = _("agency text")
        verbose_name_plural = _("agency texts")
        constraints = [
            models.UniqueConstraint(fields=["agency", "language"], name="one_text_per_agency_and_language")
        ]

    def __str__(self):
        return f"{self.agency} ({self.language})"
