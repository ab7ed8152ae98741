"""“We tried this”: what another agency did with a case study, what it changed, and what came of it.

The fields follow FRAME, the framework for reporting adaptations (Wiltsey Stirman, Baumann and Miller 2019): what was
changed, whether that was planned, who decided, why, and whether the core components were kept.
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from casestudies.models.casestudy import CaseStudy
from orgs.models import Agency, Division, User
from portal.bilingual import Text, language_of


class AdaptationQuerySet(models.QuerySet):
    def public(self):
        """What everybody reads, also when the original has been withdrawn since."""
        return self.filter(status="public", agency__status=Agency.Status.LISTED)

    def visible_to(self, user):
        """Public ones are for everybody; drafts and hidden ones for the adapting agency's members and for staff."""
        if user.is_authenticated and user.has_perm("casestudies.publish_casestudy"):
            return self
        public = Q(status="public", agency__status=Agency.Status.LISTED)
        if not user.is_authenticated:
            return self.filter(public)
        return self.filter(public | Q(agency__in=user.memberships.active().values("agency")))

    def independent(self):
        """Those by agencies that had no part in the original."""
        return self.exclude(agency=F("of__agency")).exclude(agency=F("of__partners__agency"))


class Adaptation(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLIC = "public", _("Published")
        HIDDEN = "hidden", _("Hidden by the portal's staff")

    class Result(models.TextChoices):
        WORKED = "worked", _("It worked")
        PARTLY = "partly", _("It worked in part")
        FAILED = "failed", _("It did not work")

    class Fidelity(models.TextChoices):
        KEPT = "kept", _("The core was kept")
        PARTLY = "partly", _("Part of the core was changed")
        CHANGED = "changed", _("The core was changed")

    class DecidedBy(models.TextChoices):
        WORKERS = "workers", _("Practitioners")
        LEADS = "leads", _("The agency's leadership")
        USERS = "users", _("The people served, or together with them")
        FUNDER = "funder", _("Funder or authority")
        RESEARCHERS = "researchers", _("Researchers")
        TOGETHER = "together", _("Several of them together")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    of = models.ForeignKey(CaseStudy, models.PROTECT, related_name="adaptations", verbose_name=_("original"))
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="adaptations", verbose_name=_("adapting agency")
    )
    case = models.OneToOneField(
        CaseStudy,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="adapted_from",
        verbose_name=_("your own case study about it"),
    )
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT, editable=False)
    context = models.TextField(_("where and for whom you tried it"), max_length=2000)
    changes = models.TextField(_("what you changed"), max_length=3000)
    reasons = models.TextField(_("why you changed it"), max_length=2000, blank=True)
    changed_content = models.BooleanField(_("the content of the work"), default=False)
    changed_context = models.BooleanField(_("place, people or form"), default=False)
    changed_training = models.BooleanField(_("training or evaluation"), default=False)
    was_planned = models.BooleanField(_("the changes were planned beforehand"), default=True)
    decided_by = models.CharField(_("who decided on the changes"), max_length=12, choices=DecidedBy)
    fidelity = models.CharField(_("the core of the original"), max_length=8, choices=Fidelity)
    division = models.ForeignKey(
        Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    started_on = models.DateField(_("from"), null=True, blank=True)
    ended_on = models.DateField(_("until"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=8, choices=Result)
    result_text = models.TextField(_("what came of it, and how you know"), max_length=3000)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, editable=False)
    #: What the original's agency says to it in public. It cannot prevent the adaptation.
    remark = models.TextField(_("remark of the original's agency"), max_length=1500, blank=True)
    remark_at = models.DateTimeField(null=True, editable=False)
    hidden_reason = models.CharField(_("why it is hidden"), max_length=500, blank=True)

    objects = AdaptationQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        verbose_name = _("adaptation")
        verbose_name_plural = _("adaptations")
        constraints = [
            models.CheckConstraint(
                condition=Q(case=None) | ~Q(case=F("of")), name="no_case_is_adapted_from_itself"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(started_on=None) | Q(ended_on__gte=F("started_on")),
                name="an_adaptation_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", published_at=None)
                | Q(status__in=["public", "hidden"], published_at__isnull=False),
                name="a_published_adaptation_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(status="hidden") | ~Q(hidden_reason=""), name="who_hides_an_adaptation_says_why"
            ),
        ]

    def __str__(self):
        return f"{self.agency}: {self.of}"

    def get_absolute_url(self):
        return reverse("adaptation", args=[self.public_id])

    @property
    def is_public(self) -> bool:
        return self.status == self.Status.PUBLIC

    @property
    def is_open(self) -> bool:
        """Whether everybody may read it, as `public` asks of many."""
        return self.is_public and self.agency.status == Agency.Status.LISTED

    @property
    def changed(self) -> list:
        """What kinds of things were changed, in words."""
        names = ("changed_content", "changed_context", "changed_training")
        return [self._meta.get_field(name).verbose_name for name in names if getattr(self, name)]

    @property
    def told(self) -> list[tuple]:
        """The written parts in reading order: heading and text with its language."""
        names = ("context", "changes", "reasons", "result_text")
        return [
            (self._meta.get_field(name).verbose_name, Text(text, language_of(text)))
            for name in names
            if (text := getattr(self, name))
        ]
