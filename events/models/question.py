"""What a host asks those who register, and what they answered."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from events.models.registration import Registration

MOST_CHOICES = 30
LONGEST_CHOICE = 100


class QuestionQuerySet(models.QuerySet):
    def asked(self):
        """Those that stand in the form now, in their order."""
        return self.filter(is_retired=False).order_by("position", "pk")


class Question(models.Model):
    """One question of one event. One that was answered and is no longer asked stays, so that its answers can be read."""

    class Kind(models.TextChoices):
        SHORT = "short", _("A few words")
        LONG = "long", _("A longer text")
        ONE = "one", _("One of several choices")
        SEVERAL = "several", _("Any number of choices")
        YES_NO = "yes_no", _("Yes or no")
        NUMBER = "number", _("A number")
        DATE = "date", _("A day")

    #: Those to choose from; another question can depend on what was chosen.
    WITH_CHOICES = (Kind.ONE, Kind.SEVERAL)
    YES, NO = "yes", "no"

    event = models.ForeignKey(Event, models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(_("place in the order"), default=0)
    kind = models.CharField(_("kind of answer"), max_length=8, choices=Kind, default=Kind.SHORT)
    label = models.CharField(_("question"), max_length=300)
    help_text = models.CharField(_("explanation"), max_length=300, blank=True)
    is_required = models.BooleanField(_("must be answered"), default=False)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    #: Asked only of those who gave this answer to that question.
    only_if = models.ForeignKey("self", models.RESTRICT, null=True, blank=True, related_name="dependents")
    only_if_answer = models.CharField(max_length=LONGEST_CHOICE, blank=True)
    is_retired = models.BooleanField(default=False, editable=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.CheckConstraint(
                condition=Q(only_if=None, only_if_answer="")
                | (Q(only_if__isnull=False, is_retired=False) & ~Q(only_if_answer="")),
                name="a_condition_is_a_question_and_an_answer",
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def answers_to_depend_on(self) -> list[str]:
        """What another question can depend on: the choices of this one."""
        if self.kind in self.WITH_CHOICES:
            return list(self.choices)
        return [self.YES, self.NO] if self.kind == self.Kind.YES_NO else []


class Answer(models.Model):
    """What one person answered, as it was asked then. For the host and the person; deleted some time after the event."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.CASCADE, related_name="answers")
    asked = models.CharField(_("question at the time"), max_length=300)
    text = models.TextField(_("answer"))

    class Meta:
        ordering = ["question__position", "pk"]
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "question"], name="one_answer_per_registration_and_question"
            )
        ]

    def __str__(self):
        return self.text
