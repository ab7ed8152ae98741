"""A round of review: one submitted text of a case study, from the editor's first look to the decision."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from casestudies.models.casestudy import CaseStudy
from casestudies.models.version import CaseVersion
from orgs.models import User


class RoundQuerySet(models.QuerySet):
    def open(self):
        """Those that wait for a decision."""
        return self.filter(status__in=ReviewRound.OPEN)


class ReviewRound(models.Model):
    """What was submitted, by whom, and what was decided about exactly that text."""

    class Status(models.TextChoices):
        CHECK = "check", _("Waiting for the editorial check")
        REVIEW = "review", _("Being reviewed")
        ACCEPTED = "accepted", _("Accepted and published")
        REVISE = "revise", _("Changes wanted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Taken back by the authors")

    OPEN = (Status.CHECK, Status.REVIEW)
    REASON_AT_MOST = 4000

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(CaseStudy, models.CASCADE, related_name="review_rounds")
    number = models.PositiveIntegerField(_("round"))
    #: RESTRICT: a text about which somebody wrote a review stays, unless the case is deleted whole.
    revision = models.ForeignKey(Revision, models.RESTRICT, related_name="review_rounds")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.CHECK)
    submitted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(_("submitted"))
    kind = models.CharField(_("kind of change"), max_length=12, choices=CaseVersion.Kind)
    change_note = models.CharField(_("what changed"), max_length=500, blank=True)
    #: Who looks after it: passed the check, asked the reviewers, hears from them.
    editor = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    check_reminded_at = models.DateTimeField(null=True, blank=True)
    #: An editor published it without reviewers, and the reason says why.
    is_waived = models.BooleanField(_("published without reviewers"), default=False)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    #: What the authors read.
    reason = models.TextField(_("reasons"), max_length=REASON_AT_MOST, blank=True)
    #: What the authors answer to the editor when changes were wanted.
    reply = models.TextField(_("answer to the editor"), max_length=REASON_AT_MOST, blank=True)
    version = models.OneToOneField(
        CaseVersion, models.CASCADE, null=True, blank=True, related_name="review_round"
    )

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name = _("round of review")
        verbose_name_plural = _("rounds of review")
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="a_case_counts_its_reviews"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(status__in=["check", "review"]), name="one_open_review_per_case"
            ),
            models.CheckConstraint(
                condition=Q(is_waived=False) | ~Q(reason=""), name="who_does_without_reviewers_says_why"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["check", "review"], decided_at=None)
                | (~Q(status__in=["check", "review"]) & Q(decided_at__isnull=False)),
                name="a_review_that_is_over_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["revise", "declined"]) | ~Q(reason=""),
                name="who_wants_changes_or_declines_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(status="review") | Q(checked_at__isnull=False),
                name="reviewers_read_what_was_checked",
            ),
            models.CheckConstraint(
                condition=Q(version=None) | Q(status="accepted"), name="what_is_published_was_accepted"
            ),
        ]

    def __str__(self):
        return f"{self.case_id} · {self.number}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN
