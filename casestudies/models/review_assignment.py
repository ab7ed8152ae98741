"""Who was asked to review a submitted text, what they wrote, and what the authors answered."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casestudies.models.casestudy import CaseStudy
from casestudies.models.facts import Evidence
from casestudies.models.review_round import ReviewRound
from casestudies.models.reviewer import ReviewerRole
from orgs.models import User


class AssignmentQuerySet(models.QuerySet):
    def waiting(self):
        """Those from whom an answer or a review is still to come, in rounds that are open."""
        return self.filter(status__in=ReviewAssignment.WAITING, round__status__in=ReviewRound.OPEN)

    def reading(self):
        """Those that let a person read the submitted text now."""
        return self.filter(status__in=ReviewAssignment.READS, round__status__in=ReviewRound.OPEN)


class ReviewAssignment(models.Model):
    """One reviewer of one round. That nobody reviews their own agency's case, triggers hold too (`review_guard.py`)."""

    class Status(models.TextChoices):
        INVITED = "invited", _("Asked")
        ACCEPTED = "accepted", _("Reading")
        HANDED_IN = "handed_in", _("Handed in")
        DECLINED = "declined", _("Said no")
        LAPSED = "lapsed", _("Lapsed")
        ENDED = "ended", _("Ended with the round")

    WAITING = (Status.INVITED, Status.ACCEPTED)
    READS = (Status.ACCEPTED, Status.HANDED_IN)
    COUNTS = (*WAITING, Status.HANDED_IN)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    round = models.ForeignKey(ReviewRound, models.CASCADE, related_name="assignments")
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="review_assignments")
    role = models.CharField(_("reviews as"), max_length=16, choices=ReviewerRole)
    is_third = models.BooleanField(_("third reader"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.INVITED)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    invited_at = models.DateTimeField(_("asked"))
    due_on = models.DateField(_("due"))
    #: When the person said that nothing ties them to the case or its agencies.
    declared_at = models.DateTimeField(_("declared"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    #: Why it was declined, lapsed or ended, as a sentence for the editor and for the person.
    closing_reason = models.CharField(max_length=500, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("review assignment")
        verbose_name_plural = _("review assignments")
        constraints = [
            models.UniqueConstraint(fields=["round", "user"], name="a_person_is_asked_once_a_round"),
            models.UniqueConstraint(
                fields=["round", "role"],
                condition=Q(status__in=["invited", "accepted", "handed_in"], is_third=False),
                name="one_practitioner_and_one_researcher_a_round",
            ),
            models.UniqueConstraint(
                fields=["round"],
                condition=Q(status__in=["invited", "accepted", "handed_in"], is_third=True),
                name="one_third_reader_a_round",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["accepted", "handed_in"]) | Q(declared_at__isnull=False),
                name="who_reviews_has_declared",
            ),
        ]

    def __str__(self):
        return f"{self.round} · {self.role}"

    @property
    def is_waiting(self) -> bool:
        return self.status in self.WAITING

    @property
    def is_late(self) -> bool:
        return self.status == self.Status.ACCEPTED and self.due_on < timezone.localdate()


class Review(models.Model):
    """What a reviewer wrote. Nothing in it changes once it is handed in (`review_guard.py`)."""

    class Recommendation(models.TextChoices):
        ACCEPT = "accept", _("Accept")
        MINOR = "minor", _("Revise: small changes")
        MAJOR = "major", _("Revise: large changes")
        DECLINE = "decline", _("Decline")

    TEXT_AT_MOST = 6000

    assignment = models.OneToOneField(ReviewAssignment, models.CASCADE, related_name="review")
    #: Code of a line of the rubric: 0 to 3, or null where the reviewer cannot judge it (`casestudies/review/rubric.py`).
    scores = models.JSONField(default=dict)
    evidence_level = models.PositiveSmallIntegerField(
        _("evidence as you see it"), choices=Evidence, null=True, blank=True
    )
    recommendation = models.CharField(_("recommendation"), max_length=8, choices=Recommendation, blank=True)
    reasons = models.TextField(_("reasons"), max_length=TEXT_AT_MOST, blank=True)
    note_to_editor = models.TextField(_("note to the editor"), max_length=TEXT_AT_MOST, blank=True)
    saved_at = models.DateTimeField(auto_now=True)
    handed_in_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.CheckConstraint(
                condition=Q(handed_in_at=None) | (~Q(recommendation="") & ~Q(reasons="")),
                name="a_review_recommends_with_reasons",
            )
        ]

    def __str__(self):
        return str(self.assignment)


class ReviewComment(models.Model):
    """What a reviewer says to one section."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="comments")
    section = models.CharField(max_length=20)
    text = models.TextField(max_length=Review.TEXT_AT_MOST)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("comment on a section")
        verbose_name_plural = _("comments on sections")
        constraints = [models.UniqueConstraint(fields=["review", "section"], name="one_comment_per_section")]

    def __str__(self):
        return f"{self.review} · {self.section}"

    @property
    def title(self) -> str:
        return CaseStudy.section_title(self.section)


class PointAnswer(models.Model):
    """What the authors answer to a point of a review: to a section's comment, or with no section to its reasons."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="answers")
    section = models.CharField(max_length=20, blank=True)
    text = models.TextField(max_length=Review.TEXT_AT_MOST)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("answer of the authors")
        verbose_name_plural = _("answers of the authors")
        constraints = [models.UniqueConstraint(fields=["review", "section"], name="one_answer_per_point")]

    def __str__(self):
        return f"{self.review} · {self.section}"


class ReviewReminder(models.Model):
    """That a reviewer was reminded: of each date once of each kind."""

    class Kind(models.TextChoices):
        UNANSWERED = "unanswered", _("Not answered")
        SOON = "soon", _("Due soon")
        OVERDUE = "overdue", _("Just overdue")
        LATE = "late", _("A week overdue")

    assignment = models.ForeignKey(ReviewAssignment, models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=12, choices=Kind)
    due_on = models.DateField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("reminder of a review")
        verbose_name_plural = _("reminders of reviews")
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "kind", "due_on"], name="a_reviewer_is_reminded_once"
            )
        ]

    def __str__(self):
        return f"{self.assignment} · {self.kind}"
