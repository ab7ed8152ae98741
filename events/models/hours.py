"""Hours of continuing education: what is asked of whom, what a person says about their profession, and the ledger."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models.registration import AppendOnly, Registration
from events.models.session import EventSession
from orgs.models import Agency, Division, User


class HoursRole(models.TextChoices):
    """As what somebody takes part. The first two are the levels of the social work licence."""

    ASSISTANT = "assistant", _("Assistant social worker")
    SOCIAL_WORKER = "social_worker", _("Social worker or senior social worker")
    VOLUNTEER = "volunteer", _("Volunteer")
    SUPERVISOR = "supervisor", _("Supervisor")
    RESEARCHER = "researcher", _("Researcher")


class HoursRuleQuerySet(models.QuerySet):
    def in_force(self, on: date):
        return self.filter(valid_from__lte=on).filter(Q(valid_until=None) | Q(valid_until__gte=on))

    def for_whom(self, role: str, division: Division | None, on: date) -> "HoursRule | None":
        """The rule of the province where there is one, else the one of the whole country; the latest of several."""
        rules = self.in_force(on).filter(role=role).filter(Q(division=None) | Q(division=division))
        return rules.order_by(F("division").desc(nulls_last=True), "-valid_from").first()


class HoursRule(models.Model):
    """So many hours in so many years, for one role, in one province or the whole country, for a time. Data, never code."""

    #: Of a row of events/hours/rules.tsv, so that it is not loaded a second time after staff changed it.
    code = models.CharField(max_length=40, null=True, unique=True, editable=False)
    role = models.CharField(_("role"), max_length=16, choices=HoursRole)
    division = models.ForeignKey(
        Division,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("province"),
        limit_choices_to={"level": Division.Level.PROVINCE, "last_year": None},
        help_text=_("Empty: the whole country."),
    )
    valid_from = models.DateField(_("in force from"))
    valid_until = models.DateField(_("in force until"), null=True, blank=True)
    hours = models.PositiveSmallIntegerField(_("hours"))
    years = models.PositiveSmallIntegerField(_("in how many years"), default=3)
    minutes_per_hour = models.PositiveSmallIntegerField(
        _("minutes of an hour"),
        default=60,
        help_text=_("60, or 45 where the rule counts lessons."),
    )
    source = models.CharField(_("source"), max_length=300)
    is_confirmed = models.BooleanField(
        _("confirmed"), default=False, help_text=_("Not ticked: people read “to be confirmed” beside it.")
    )

    objects = HoursRuleQuerySet.as_manager()

    class Meta:
        ordering = ["role", "division", "-valid_from"]
        verbose_name = _("hours rule")
        verbose_name_plural = _("hours rules")
        constraints = [
            models.UniqueConstraint(
                fields=["role", "division", "valid_from"], name="one_hours_rule_per_role_province_and_day"
            ),
            models.UniqueConstraint(
                fields=["role", "valid_from"],
                condition=Q(division=None),
                name="one_hours_rule_per_role_and_day_for_the_country",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="an_hours_rule_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(hours__gte=1, hours__lte=2000, years__gte=1, years__lte=10),
                name="an_hours_rule_asks_for_some_hours",
            ),
            models.CheckConstraint(
                condition=Q(minutes_per_hour__gte=30, minutes_per_hour__lte=60),
                name="an_hour_has_30_to_60_minutes",
            ),
        ]

    def __str__(self):
        where = self.division.name_zh if self.division else "全国"
        return f"{self.get_role_display()} · {where} · {self.hours}/{self.years}"

    def clean(self):
        """Two rules for the same people at the same time would contradict each other."""
        if not self.valid_from:
            return
        others = HoursRule.objects.filter(role=self.role, division=self.division).exclude(pk=self.pk)
        others = others.filter(Q(valid_until=None) | Q(valid_until__gte=self.valid_from))
        if self.valid_until:
            others = others.filter(valid_from__lte=self.valid_until)
        if others.exists():
            raise ValidationError(
                _(
                    "Another rule for this role and province is in force at that time. Give that one an end first."
                )
            )

    @property
    def minutes(self) -> int:
        """What is asked for, in minutes."""
        return self.hours * self.minutes_per_hour


class Profession(models.Model):
    """What a person says about their licence, for the sum on "my hours". The licence's number is not asked for."""

    user = models.OneToOneField(User, models.CASCADE, related_name="profession")
    role = models.CharField(_("role"), max_length=16, choices=HoursRole)
    division = models.ForeignKey(
        Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("province")
    )
    #: Start of the current registration period.
    registered_on = models.DateField(_("registered on"), null=True, blank=True)

    class Meta:
        verbose_name = _("profession")
        verbose_name_plural = _("professions")

    def __str__(self):
        return f"{self.user} · {self.get_role_display()}"


class HoursEntryQuerySet(AppendOnly):
    def of(self, user: User):
        """A person's ledger: of every place that was theirs, whichever agency they belonged to then."""
        return self.filter(registration__user=user)

    def minutes(self) -> int:
        return self.aggregate(sum=Sum("minutes"))["sum"] or 0


class HoursEntry(models.Model):
    """Minutes that somebody earned by attending, or a correction of them. Rows are added, never changed.

    The agency is the one that the person came from. When two entries of an agency are merged it becomes the survivor;
    nothing else of a row can change.
    """

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="hours")
    session = models.ForeignKey(EventSession, models.RESTRICT, null=True, related_name="hours")
    minutes = models.IntegerField(_("minutes"))
    role = models.CharField(_("role"), max_length=16, choices=HoursRole)
    agency = models.ForeignKey(
        Agency, models.SET_NULL, null=True, related_name="+", verbose_name=_("agency at the time")
    )
    occurred_on = models.DateField(_("day"))
    is_correction = models.BooleanField(_("correction"), default=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    objects = HoursEntryQuerySet.as_manager()

    class Meta:
        ordering = ["occurred_on", "pk"]
        verbose_name = _("hours entry")
        verbose_name_plural = _("hours entries")
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "session"],
                condition=Q(is_correction=False),
                name="a_session_is_earned_once",
            ),
            models.CheckConstraint(
                condition=Q(is_correction=False, minutes__gt=0, session__isnull=False)
                | (Q(is_correction=True) & ~Q(minutes=0) & ~Q(reason="")),
                name="earned_minutes_are_a_session_s_and_a_correction_says_why",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=-100000, minutes__lte=100000), name="an_hours_entry_is_not_absurd"
            ),
        ]

    def __str__(self):
        return f"{self.registration_id} {self.minutes:+d}"

    @property
    def why(self) -> str:
        """The reason, in the reader's language where the portal itself wrote it."""
        return gettext(self.reason) if self.reason else ""

    def save(self, *args, **kwargs):
        if self.pk and set(kwargs.get("update_fields") or ["everything"]) != {"agency"}:
            raise TypeError("An hours entry is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("An hours entry is never deleted.")
