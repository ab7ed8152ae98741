"""That an agency looks for a research partner, with what question and which data; and the answers of researchers."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casestudies.models.casestudy import CaseStudy
from orgs.models import Agency, Division, User
from portal.bilingual import Text, language_of
from portal.models import Topic


class ResearchInterestQuerySet(models.QuerySet):
    def open(self, on=None):
        """Those that everybody reads and may answer on that day (today), of agencies in the directory."""
        return self.filter(
            closed_at=None, until__gte=on or timezone.localdate(), agency__status=Agency.Status.LISTED
        )

    def visible_to(self, user):
        """Open ones are for everybody; closed ones for those who answered them."""
        visible = Q(pk__in=self.model.objects.open().values("pk"))
        if user.is_authenticated:
            answered = ResearchAnswer.objects.filter(researcher=user)
            visible |= Q(pk__in=answered.values("interest"))
        return self.filter(visible)

    def for_rows(self):
        return self.select_related("agency", "case", "division__parent").prefetch_related("topics")


class ResearchInterest(models.Model):
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="research_interests", verbose_name=_("agency")
    )
    case = models.ForeignKey(
        CaseStudy,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="research_interests",
        verbose_name=_("about your case study"),
    )
    question = models.CharField(_("what you want to find out"), max_length=200)
    about = models.TextField(_("why, and what you expect of the partner"), max_length=2000)
    data = models.TextField(_("which data there are, and about whom"), max_length=1500)
    topics = models.ManyToManyField(
        Topic, related_name="research_interests", blank=True, verbose_name=_("topics")
    )
    division = models.ForeignKey(
        Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    until = models.DateField(_("open until"))
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")

    objects = ResearchInterestQuerySet.as_manager()

    class Meta:
        ordering = ["until", "pk"]
        verbose_name = _("research interest")
        verbose_name_plural = _("research interests")
        constraints = [
            models.CheckConstraint(
                condition=~Q(question="") & ~Q(data=""), name="a_research_interest_says_what_it_asks"
            )
        ]

    def __str__(self):
        return self.question

    def get_absolute_url(self):
        return reverse("research_interest", args=[self.public_id])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.until >= timezone.localdate()

    @property
    def told(self) -> list[tuple]:
        """The written parts as a researcher reads them: heading, and text with its language."""
        parts = ((_("What they hope for"), self.about), (_("Which data there are"), self.data))
        return [(heading, Text(text, language_of(text))) for heading, text in parts if text]


class ResearchAnswer(models.Model):
    class Status(models.TextChoices):
        WAITING = "waiting", _("Waits for an answer")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        TAKEN_BACK = "taken_back", _("Taken back")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    interest = models.ForeignKey(ResearchInterest, models.CASCADE, related_name="answers")
    researcher = models.ForeignKey(User, models.SET_NULL, null=True, related_name="research_answers")
    institution = models.CharField(_("where you do research"), max_length=200)
    message = models.TextField(_("who you are and what you would do"), max_length=2000, blank=True)
    sent_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=Status, default=Status.WAITING)
    reply = models.TextField(_("a word to the researcher"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-sent_at", "-pk"]
        verbose_name = _("answer to a research interest")
        verbose_name_plural = _("answers to research interests")
        constraints = [
            models.UniqueConstraint(
                fields=["interest", "researcher"],
                condition=~Q(status="taken_back"),
                name="one_answer_a_researcher_to_an_interest",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "taken_back"], decided_at=None)
                | Q(status__in=["accepted", "declined"], decided_at__isnull=False),
                name="a_research_answer_is_decided_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(message="") | Q(status="taken_back"), name="a_research_answer_has_words"
            ),
        ]

    def __str__(self):
        return f"{self.institution}: {self.interest}"
