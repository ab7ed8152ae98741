"""An event: one run of a training or seminar, with one or more dated sessions and the agencies that hold it."""

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Max, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

from orgs.models import Agency, Division
from portal import zones
from portal.bilingual import Text, original
from portal.models import Topic


class EventQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Published and cancelled events are for everybody; a draft is seen by its hosts' members and portal staff."""
        if user.is_authenticated and user.has_perm("events.change_event"):
            return self
        visible = Q(status__in=Event.SHOWN)
        if user.is_authenticated:
            visible |= Q(host__in=user.memberships.active().values("agency"))
        return self.filter(visible)

    def announced(self):
        """Without drafts: what stands in the calendar."""
        return self.filter(status__in=Event.SHOWN)

    def published(self):
        return self.filter(status=Event.Status.PUBLISHED)

    def upcoming(self, at: datetime | None = None):
        """Not over yet, the next one first."""
        return self.filter(ends_at__gte=at or timezone.now()).order_by("starts_at", "pk")

    def past(self, at: datetime | None = None):
        """Over, the latest first."""
        return self.filter(ends_at__lt=at or timezone.now()).order_by("-starts_at", "pk")

    def held_by(self, *agencies: Agency | int):
        """Those that one of the agencies holds (records or their keys), alone or as a confirmed co-host."""
        together = EventHost.objects.filter(agency__in=agencies, is_confirmed=True)
        return self.filter(Q(host__in=agencies) | Q(pk__in=together.values("event")))

    def for_rows(self):
        """With what a row of the calendar shows."""
        return self.select_related("host", "division__parent").prefetch_related(
            "hosts__agency", "sessions", "topics", "pools"
        )


class State(models.TextChoices):
    """How an event stands for those who think of coming: what its host decided, and what the calendar and the seats say."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    FULL = "full", _("Full")
    CLOSED = "closed", _("Registration closed")
    CANCELLED = "cancelled", _("Cancelled")
    PAST = "past", _("Over")

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        return {"draft": "amber", "published": "jade", "full": "amber", "cancelled": "brick"}.get(
            self, "quiet"
        )


class Event(index.Indexed, models.Model):
    class Kind(models.TextChoices):
        SEMINAR = "seminar", _("Seminar")
        TRAINING = "training", _("Training")
        WORKSHOP = "workshop", _("Workshop")
        CASE_CONFERENCE = "case_conference", _("Case conference")
        OPEN_DAY = "open_day", _("Open day")
        VOLUNTEER_TRAINING = "volunteer_training", _("Volunteer training")
        OTHER = "other", _("Other event")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        CANCELLED = "cancelled", _("Cancelled")

    LONGEST_KEPT_DAYS = 365
    SHOWN = (Status.PUBLISHED, Status.CANCELLED)

    class Mode(models.TextChoices):
        ONSITE = "onsite", _("On site")
        ONLINE = "online", _("Online")
        HYBRID = "hybrid", _("On site and online")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    host = models.ForeignKey(Agency, models.PROTECT, related_name="hosted_events", verbose_name=_("host"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.TRAINING)
    theme = models.ForeignKey(
        Topic,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("theme"),
        limit_choices_to={"scheme": Topic.Scheme.THEME},
    )
    topics = models.ManyToManyField(Topic, related_name="events", blank=True, verbose_name=_("topics"))
    language = models.CharField(
        _("language"), max_length=10, default="zh-hans", choices=[("zh-hans", "简体中文"), ("en", "English")]
    )
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=240, blank=True)
    summary = models.TextField(_("in short"), max_length=600, blank=True)
    summary_en = models.TextField(_("in short, in English"), max_length=900, blank=True)
    description = models.TextField(
        _("description"),
        max_length=20000,
        blank=True,
        help_text=_("Markdown: ### for a heading, - for a list."),
    )
    speakers = models.JSONField(_("speakers"), default=list, blank=True)
    mode = models.CharField(_("how"), max_length=8, choices=Mode, default=Mode.ONSITE)
    division = models.ForeignKey(
        Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("district")
    )
    venue = models.CharField(_("place"), max_length=300, blank=True)
    online_url = models.URLField(
        _("link to the meeting"), max_length=500, blank=True, help_text=_("Only people with a seat see it.")
    )
    fee = models.CharField(_("fee"), max_length=120, blank=True)
    contact = models.CharField(_("questions to"), max_length=120, blank=True)
    needs_approval = models.BooleanField(
        _("the host says yes to each person"),
        default=False,
        help_text=_("People ask for a seat, and you decide."),
    )
    registration_opens_at = models.DateTimeField(_("registration opens"), null=True, blank=True)
    registration_closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True)
    #: The zone in which its times are written and shown.
    time_zone = models.CharField(_("time zone"), max_length=60, default=zones.DEFAULT)
    image = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )
    accessibility = models.TextField(
        _("accessibility"),
        max_length=1000,
        blank=True,
        help_text=_("Such as: lift, ramp, toilet for wheelchairs, sign language, child care."),
    )
    #: With fewer people it does not take place; the host says so on `decide_on`.
    minimum = models.PositiveIntegerField(_("at least so many people"), null=True, blank=True)
    decide_on = models.DateField(_("decided on"), null=True, blank=True)
    #: When the host was asked, and when the host said that it takes place.
    decision_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    goes_ahead_at = models.DateTimeField(null=True, blank=True, editable=False)
    series = models.ForeignKey(
        "events.EventSeries",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("series"),
    )
    #: Whether the form asks something of its own. So an event without questions costs no query for them.
    has_questions = models.BooleanField(default=False, editable=False)
    #: Whether there are files for those who take part, likewise.
    has_materials = models.BooleanField(default=False, editable=False)
    #: How many days after the event the answers are deleted.
    answers_kept_days = models.PositiveSmallIntegerField(_("days for which answers are kept"), default=90)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, db_index=True)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True, editable=False, db_index=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True, editable=False, db_index=True)
    external_id = models.CharField(
        _("identifier at the source"), max_length=300, null=True, blank=True, unique=True, editable=False
    )
    #: The form that made it. Sent a second time it makes no second event.
    form_key = models.UUIDField(null=True, blank=True, editable=False)
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)
    #: When it was to start when people first read of it. Stays when it moves.
    announced_starts_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = EventQuerySet.as_manager()

    search_fields = [
        index.SearchField("title", boost=2),
        index.AutocompleteField("title"),
        index.SearchField("title_en"),
        index.AutocompleteField("title_en"),
        index.SearchField("summary"),
        index.FilterField("status"),
    ]

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum=None, decide_on=None)
                | Q(minimum__isnull=False, minimum__gte=1, decide_on__isnull=False),
                name="a_minimum_has_a_day_of_decision",
            ),
            models.UniqueConstraint(fields=["host", "form_key"], name="one_event_per_form"),
            models.CheckConstraint(
                condition=Q(answers_kept_days__lte=365), name="answers_are_kept_a_year_at_most"
            ),
        ]

    def __str__(self):
        return self.display_title

    def get_absolute_url(self):
        return reverse("event", args=[self.public_id])

    @property
    def display_title(self) -> Text:
        return original(self.title, self.language, en=self.title_en)

    @property
    def display_summary(self) -> Text:
        return original(self.summary, self.language, en=self.summary_en)

    @property
    def all_hosts(self) -> list[Agency]:
        """The host and the co-hosts that said yes."""
        models.prefetch_related_objects([self], "hosts__agency")
        return [self.host, *(co_host.agency for co_host in self.hosts.all() if co_host.is_confirmed)]

    @property
    def has_titled_sessions(self) -> bool:
        """Whether a session is called something. Reads `sessions`: prefetch them."""
        return any(session.title for session in self.sessions.all())

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its times are meant."""
        return ZoneInfo(self.time_zone)

    @property
    def answers_deleted_on(self) -> date | None:
        """The day on which what people answered to the host's questions is deleted."""
        if self.ends_at is None:
            return None
        return timezone.localdate(self.ends_at, self.zone) + timedelta(days=self.answers_kept_days)

    @property
    def awaits_decision(self) -> bool:
        """Whether the host still has to say that it takes place."""
        return (
            self.minimum is not None
            and self.status == self.Status.PUBLISHED
            and self.goes_ahead_at is None
            and not self.is_over()
        )

    @property
    def state(self) -> State:
        """One word for how it stands. Reads `pools`: prefetch them."""
        if self.status != self.Status.PUBLISHED:
            return State(self.status)
        if self.is_over():
            return State.PAST
        if not self.takes_registrations:
            return State.PUBLISHED
        now = timezone.now()
        is_early = self.registration_opens_at is not None and now < self.registration_opens_at
        if not is_early and not self.is_registration_open(now):
            return State.CLOSED
        return State.PUBLISHED if self.free_seats else State.FULL

    @property
    def is_cancelled(self) -> bool:
        return self.status == self.Status.CANCELLED

    @property
    def takes_registrations(self) -> bool:
        """Whether there are seats to register for. An event without a seat pool is open to all who come."""
        return bool(self.pools.all())

    @property
    def capacity(self) -> int:
        return sum(pool.capacity for pool in self.pools.all())

    @property
    def open_pools(self) -> list:
        """The parts of the room that are not kept for one agency."""
        return [pool for pool in self.pools.all() if pool.agency_id is None]

    @property
    def taken(self) -> int:
        return sum(pool.taken for pool in self.pools.all())

    @property
    def free_seats(self) -> int:
        """Those that anybody can have; what is kept for an agency is not among them."""
        return sum(pool.capacity - pool.taken for pool in self.open_pools)

    @property
    def seats_in_words(self) -> str:
        """How many seats are left, as people say it; of what is over, how many were taken."""
        if not self.takes_registrations:
            return gettext("No registration needed")
        if self.is_over():
            said = gettext("%(taken)s of %(capacity)s seats taken")
            return said % {"taken": self.taken, "capacity": self.capacity}
        if not self.free_seats:
            return gettext("Full, with a waiting list")
        return ngettext(
            "%(free)d seat left of %(all)d", "%(free)d seats left of %(all)d", self.free_seats
        ) % {
            "free": self.free_seats,
            "all": self.capacity,
        }

    def is_over(self, at: datetime | None = None) -> bool:
        return self.ends_at is not None and self.ends_at < (at or timezone.now())

    def is_registration_open(self, at: datetime | None = None) -> bool:
        """Published, within the times of registration, and not begun."""
        at = at or timezone.now()
        return (
            self.status == self.Status.PUBLISHED
            and self.starts_at is not None
            and (self.registration_opens_at is None or self.registration_opens_at <= at)
            and at < (self.registration_closes_at or self.starts_at)
        )


class EventHost(models.Model):
    """An agency that holds the event together with the host."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="hosts")
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="co_hosted")
    is_confirmed = models.BooleanField(_("confirmed"), default=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("co-host")
        verbose_name_plural = _("co-hosts")
        constraints = [models.UniqueConstraint(fields=["event", "agency"], name="a_co_host_is_named_once")]

    def __str__(self):
        return str(self.agency)


def refresh_span(event: Event) -> None:
    """Keep the event's own start and end what its sessions say."""
    span = event.sessions.aggregate(starts_at=Min("starts_at"), ends_at=Max("ends_at"))
    event.starts_at, event.ends_at = span["starts_at"], span["ends_at"]
    event.save(update_fields=["starts_at", "ends_at"])
