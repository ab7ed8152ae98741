"""Questions of readers to those who wrote a case study, and what they answered: in public, or only to who asked."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from casestudies.models.casestudy import CaseStudy
from orgs.models import User


class CaseQuestionQuerySet(models.QuerySet):
    def public(self):
        """What everybody reads below the case: asked for in public, answered in public, not hidden."""
        return self.filter(is_public=True, hidden_at=None, case__live=True)

    def asked_by(self, user):
        """One's own, without those that were taken back."""
        return self.filter(asker=user.pk, taken_back_at=None) if user.is_authenticated else self.none()

    def waiting(self):
        """Those that nobody has answered or set aside yet."""
        return self.filter(answered_at=None, declined_at=None, taken_back_at=None)

    def of_cases(self, cases):
        """Those to these cases, for the people who write them."""
        return self.filter(case__in=cases, taken_back_at=None)


class CaseQuestion(models.Model):
    LONGEST, LONGEST_ANSWER = 1500, 4000

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(
        CaseStudy, models.CASCADE, related_name="questions", verbose_name=_("case study")
    )
    asker = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="case_questions", verbose_name=_("asked by")
    )
    text = models.TextField(_("question"), max_length=LONGEST, blank=True)
    may_be_public = models.BooleanField(_("may be shown with its answer"), default=True)
    asked_at = models.DateTimeField(_("asked"))
    answer = models.TextField(_("answer"), max_length=LONGEST_ANSWER, blank=True)
    answered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True)
    is_public = models.BooleanField(_("answered in public"), default=False)
    declined_at = models.DateTimeField(_("set aside"), null=True)
    #: The words are gone then; the row stays for a while, or taking back would make the daily number endless.
    taken_back_at = models.DateTimeField(_("taken back"), null=True)
    hidden_at = models.DateTimeField(_("hidden"), null=True)
    hidden_reason = models.CharField(_("why it is hidden"), max_length=500, blank=True)

    objects = CaseQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("question about a case study")
        verbose_name_plural = _("questions about case studies")
        indexes = [models.Index(fields=["asker", "asked_at"], name="case_questions_of_a_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="an_answered_question_has_text_and_time",
            ),
            models.CheckConstraint(
                condition=Q(is_public=False) | Q(answered_at__isnull=False, may_be_public=True),
                name="a_public_question_is_answered_and_its_asker_agreed",
            ),
            models.CheckConstraint(
                condition=(Q(taken_back_at=None) & ~Q(text=""))
                | Q(taken_back_at__isnull=False, text="", answered_at=None),
                name="a_question_has_words_until_it_is_taken_back",
            ),
            models.CheckConstraint(
                condition=Q(declined_at=None) | Q(answered_at=None),
                name="a_question_set_aside_is_not_answered",
            ),
            models.CheckConstraint(
                condition=Q(hidden_at=None, hidden_reason="")
                | (Q(hidden_at__isnull=False, is_public=True) & ~Q(hidden_reason="")),
                name="who_hides_a_public_question_says_why",
            ),
        ]

    def __str__(self):
        return self.text[:60]

    def get_absolute_url(self):
        return reverse("case_question", args=[self.public_id])

    @property
    def is_waiting(self) -> bool:
        return not (self.answered_at or self.declined_at or self.taken_back_at)
