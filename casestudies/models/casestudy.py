"""A practice case study: the structured record. Drafts, history, moderation and preview come from Wagtail's mixins.

The sections follow Chinese casework practice (MZ/T 094-2017: intake, assessment, planning, intervention, evaluation)
with what another agency needs to repeat the work (TIDieR) and an evidence level (Nesta standards of evidence).
"""

import re
import uuid

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.dispatch import Signal
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    Revision,
    RevisionMixin,
    WorkflowMixin,
    WorkflowState,
)
from wagtail.search import index

from casestudies import rich_text
from casestudies.models.co_writing import CoWriting
from casestudies.models.ethics import BANDS_UNDER_14, Consent, Ethics
from casestudies.models.facts import CostBand, Evidence, Facts, Maturity, Participation, WorkStatus
from casestudies.models.retraction import Retraction
from orgs.models import Agency, Division, User
from portal.bilingual import Text, original, pick
from portal.models import Topic

CHINESE_CHARACTERS_A_MINUTE = 400
ENGLISH_WORDS_A_MINUTE = 220


#: Sent before a revision becomes what the public reads, with it as `draft`. A receiver that raises stops it.
about_to_publish = Signal()


def is_written_by(agencies) -> Q:
    along = CoWriting.objects.filter(agency__in=agencies)
    return Q(agency__in=agencies) | Q(pk__in=along.values("case"))


class CaseStudyQuerySet(models.QuerySet):
    def published(self):
        return self.filter(live=True)

    def withdrawn(self):
        return self.exclude(withdrawn_at=None)

    def ever_published(self):
        """With those that are published no more: harvesters were told of them, and are told that they are gone."""
        return self.filter(Q(live=True) | Q(first_published_at__isnull=False))

    def for_export(self):
        """With what citations, metadata and open data say."""
        return self.for_reading()

    def visible_to(self, user):
        """Published ones are for everybody; a draft is seen by members of the agencies that write it and by staff."""
        if user.is_authenticated and user.has_perm("casestudies.change_casestudy"):
            return self
        visible = Q(live=True)
        if user.is_authenticated:
            agencies = user.memberships.active().values("agency")
            visible |= is_written_by(agencies)
        return self.filter(visible)

    def written_by(self, agencies):
        """The cases that one of these agencies leads or writes along."""
        return self.filter(is_written_by(agencies))

    def for_rows(self):
        """With what a row of the library shows."""
        return self.select_related("agency", "division__parent").prefetch_related("topics", "authors")

    def for_reading(self):
        """With what the reading page and a citation show."""
        return self.select_related(
            "agency__division__parent",
            "division__parent",
            "open_record",
            "adapted_from__of",
            "adapted_from__agency",
        ).prefetch_related(
            "topics",
            "authors",
            "partners__agency",
            "attachments",
            "versions",
            "adaptations__agency",
            "adaptations__case",
        )

    def knowing_what_others_did(self, *names: str):
        """Each knows in advance which of these relations hold nothing: of most cases most."""
        rows = {name: getattr(CaseStudy, name).rel.related_model.objects for name in names}
        return self.annotate(
            **{f"has_{name}": Exists(some.filter(case=OuterRef("pk"))) for name, some in rows.items()}
        )


class CaseStudy(
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    PreviewableMixin,
    index.Indexed,
    Facts,
    Ethics,
    Retraction,
    ClusterableModel,
):
    class Kind(models.TextChoices):
        CASEWORK = "casework", _("Casework")
        GROUP = "group", _("Group work")
        COMMUNITY = "community", _("Community work")
        PROJECT = "project", _("Project")
        MODEL = "model", _("Agency model")
        ADVOCACY = "advocacy", _("Advocacy")
        SUPERVISION = "supervision", _("Supervision")
        ACTION_RESEARCH = "action_research", _("Action research")

    Evidence, WorkStatus, CostBand = Evidence, WorkStatus, CostBand
    Maturity, Participation, Consent = Maturity, Participation, Consent

    class Licence(models.TextChoices):
        BY = "CC-BY-4.0", _("CC BY 4.0: share and adapt, naming the authors")
        BY_SA = "CC-BY-SA-4.0", _("CC BY-SA 4.0: adaptations under the same licence")
        BY_NC = "CC-BY-NC-4.0", _("CC BY-NC 4.0: not for profit")
        READ_ONLY = "read-only", _("To be read here only")

    class Translation(models.TextChoices):
        HUMAN = "human", _("Translated by people")
        MACHINE = "machine", _("Translated by a machine")

    #: The narrative, in reading order: field, words on the page.
    SECTIONS = (
        "background",
        "needs_assessment",
        "theory",
        "aims",
        "process",
        "outcomes",
        "reflection",
        "what_did_not_work",
        "transferability",
        "further_text",
    )
    #: What must be written before a case can be submitted.
    REQUIRED_SECTIONS = ("background", "process", "outcomes", "reflection")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="case_studies", verbose_name=_("lead agency")
    )
    kind = models.CharField(_("kind of case"), max_length=16, choices=Kind, default=Kind.PROJECT)
    language = models.CharField(
        _("language"), max_length=10, default="zh-hans", choices=[("zh-hans", "简体中文"), ("en", "English")]
    )
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=240, blank=True)
    title_zh = models.CharField(_("Chinese title"), max_length=200, blank=True)
    abstract = models.TextField(_("abstract"), max_length=1500, blank=True)
    abstract_en = models.TextField(_("English abstract"), max_length=2500, blank=True)
    abstract_zh = models.TextField(_("Chinese abstract"), max_length=1500, blank=True)
    translation = models.CharField(_("translation"), max_length=8, choices=Translation, blank=True)
    topics = ParentalManyToManyField(Topic, related_name="case_studies", blank=True, verbose_name=_("topics"))
    division = models.ForeignKey(
        Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    keywords = models.JSONField(_("keywords"), default=list, blank=True)
    licence = models.CharField(_("licence"), max_length=20, choices=Licence, default=Licence.BY)

    background = models.TextField(_("Background"), blank=True)
    needs_assessment = models.TextField(_("Needs assessment"), blank=True)
    theory = models.TextField(_("Theory"), blank=True)
    aims = models.TextField(_("Aims"), blank=True)
    process = models.TextField(_("Process"), blank=True)
    outcomes = models.TextField(_("Outcomes and evidence"), blank=True)
    reflection = models.TextField(_("Reflection"), blank=True)
    what_did_not_work = models.TextField(_("What did not work"), blank=True)
    transferability = models.TextField(_("Conditions for transfer"), blank=True)
    further_text = models.TextField(_("Further text"), blank=True)

    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    external_id = models.CharField(
        _("identifier at the source"), max_length=300, null=True, blank=True, editable=False
    )
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)

    _revisions = GenericRelation(
        Revision,
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="casestudy",
        for_concrete_model=False,
    )
    workflow_states = GenericRelation(
        WorkflowState,
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="casestudy",
        for_concrete_model=False,
    )

    #: The CaseVersion that this text is, where a reader asked for one (`versions.text_of`); None for the newest.
    shown_version = None

    objects = CaseStudyQuerySet.as_manager()

    search_fields = [
        index.SearchField("title", boost=2),
        index.AutocompleteField("title"),
        index.SearchField("title_en"),
        index.AutocompleteField("title_en"),
        index.SearchField("abstract"),
        index.FilterField("live"),
    ]

    class Meta:
        ordering = ["-first_published_at", "-pk"]
        verbose_name = _("case study")
        verbose_name_plural = _("case studies")
        indexes = [
            # What a desk shows: of all texts the few that somebody still writes.
            models.Index(
                fields=["agency"],
                condition=Q(live=False) | Q(has_unpublished_changes=True),
                name="cases_being_written",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(started_on=None) | Q(ended_on__gte=models.F("started_on")),
                name="a_case_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=~Q(work_status="ongoing") | Q(ended_on=None),
                name="what_goes_on_has_not_ended",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawal_reason="")
                | (Q(withdrawn_at__isnull=False, live=False) & ~Q(withdrawal_reason="")),
                name="what_is_withdrawn_is_not_read_and_says_why",
            ),
            models.UniqueConstraint(fields=["agency", "external_id"], name="one_case_per_agency_and_source"),
        ]

    def __str__(self):
        return self.display_title

    def get_absolute_url(self):
        return reverse("case", args=[self.public_id])

    def clean_sections(self) -> None:
        """Keep in every section only what print and harvest can carry."""
        for name in self.SECTIONS:
            setattr(self, name, rich_text.clean(getattr(self, name)))

    def save(self, *args, **kwargs):
        self.clean_sections()
        super().save(*args, **kwargs)

    def save_revision(self, *args, **kwargs):
        self.clean_sections()
        return super().save_revision(*args, **kwargs)

    def with_content_json(self, content):
        """An older text does not undo that the case was withdrawn."""
        case = super().with_content_json(content)
        case.withdrawn_at, case.withdrawal_reason = self.withdrawn_at, self.withdrawal_reason
        return case

    def publish(self, revision, *args, **kwargs):
        if CaseStudy.objects.withdrawn().filter(pk=self.pk).exists():
            raise PermissionDenied
        about_to_publish.send(sender=type(self), draft=revision.as_object(), by=kwargs.get("user"))
        return super().publish(revision, *args, **kwargs)

    @property
    def current_version(self):
        """The newest published version, or None."""
        return self.versions.first()

    @property
    def revisions(self):
        return self._revisions

    def has_no(self, others_did: str) -> bool:
        """Whether it is known that this relation holds nothing, so that nobody need ask."""
        return not getattr(self, f"has_{others_did}", True)

    @property
    def display_title(self) -> Text:
        return self.in_readers_language("title")

    @property
    def display_abstract(self) -> Text:
        return self.in_readers_language("abstract")

    def in_readers_language(self, name: str) -> Text:
        """Title or abstract for the reader: the translation where one exists in the language of the page."""
        if self.is_chinese:
            return original(getattr(self, name), self.language, en=getattr(self, f"{name}_en"))
        return pick(zh=getattr(self, f"{name}_zh"), en=getattr(self, name))

    @property
    def is_chinese(self) -> bool:
        return self.language.startswith("zh")

    @property
    def second_language(self) -> str:
        return "en" if self.is_chinese else "zh-hans"

    @property
    def second_title(self) -> Text:
        """The title in the other language, empty where nobody wrote one."""
        return Text(self.title_en if self.is_chinese else self.title_zh, self.second_language)

    @property
    def second_abstract(self) -> Text:
        return Text(self.abstract_en if self.is_chinese else self.abstract_zh, self.second_language)

    @property
    def needs_guardian_consent(self) -> bool:
        """Whether children under 14 were served, as the authors say or as the age bands imply."""
        return self.has_children_under_14 or any(topic.code in BANDS_UNDER_14 for topic in self.topics.all())

    @classmethod
    def section_title(cls, name: str) -> str:
        """The words over a section, in the language of the page."""
        return cls._meta.get_field(name).verbose_name  # type: ignore[union-attr]

    @property
    def sections(self) -> list[dict]:
        """The written sections in reading order: `name`, `title` and `html`."""
        return [
            {"name": name, "title": self.section_title(name), "html": getattr(self, name)}
            for name in self.SECTIONS
            if getattr(self, name)
        ]

    @property
    def plain_text(self) -> str:
        """All sections without markup, for search and counting."""
        return "\n".join(rich_text.to_plain(section["html"]) for section in self.sections)

    @property
    def reading_minutes(self) -> int:
        """At 400 Chinese characters or 220 English words a minute, at least one."""
        text = self.plain_text
        characters = len(re.findall(r"[一-鿿]", text))
        words = len(re.findall(r"[A-Za-z]+", text))
        return max(1, round(characters / CHINESE_CHARACTERS_A_MINUTE + words / ENGLISH_WORDS_A_MINUTE))

    def get_preview_template(self, request, mode_name):
        return "casestudies/case.html"

    def get_preview_context(self, request, mode_name):
        return {"case": self, "request": request, "is_preview": True}
