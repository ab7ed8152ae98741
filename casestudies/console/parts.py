"""The parts of the form in their order, and how far each has come: the plain path through a case study."""

from dataclasses import dataclass
from itertools import pairwise

from django.forms import BoundField
from django.utils.translation import gettext as _

from casestudies.forms import AuthorsFormSet, CaseForm
from casestudies.models import CaseStudy
from casestudies.writing.guidance import GUIDANCE
from portal.models import Topic


@dataclass
class Part:
    """`template` shows it; `is_required` that something in it is needed to submit, `is_done` that this is there."""

    name: str
    title: str
    fields: list[BoundField]
    template: str = "casestudies/_part_fields.html"
    is_required: bool = False
    is_done: bool = False
    is_open: bool = False
    example: str = ""
    has_errors: bool = False
    next: "Part | None" = None


def parts_of(form: CaseForm, authors: AuthorsFormSet, draft: CaseStudy, *, opened: str = "") -> list[Part]:
    """All parts. Open is the one asked for, those with refused fields, or else the first that is still needed."""

    def fields(*names: str) -> list[BoundField]:
        return [form[name] for name in names if name in form.fields]

    def topics(*schemes: str) -> list[BoundField]:
        return [form[f"topics_{scheme}"] for scheme in schemes]

    scheme = Topic.Scheme
    chosen = {topic.scheme for topic in draft.topics.all()}
    parts = [
        Part(
            "about",
            _("About the case"),
            fields("title", "kind", "language", "abstract", "keywords"),
            template="casestudies/_part_about.html",
            is_required=True,
            is_done=bool(draft.title and draft.abstract),
        ),
        *(
            Part(
                name,
                CaseStudy.section_title(name),
                fields(name),
                template="casestudies/_part_section.html",
                is_required=name in CaseStudy.REQUIRED_SECTIONS,
                is_done=bool(getattr(draft, name)),
                example=str(GUIDANCE[name].example),
            )
            for name in CaseStudy.SECTIONS
        ),
        Part(
            "people",
            _("Authors and agencies"),
            fields("partners", "research_partners", "funders", "co_writers"),
            template="casestudies/_part_people.html",
            is_required=True,
            is_done=bool(draft.authors.all()),
            has_errors=bool(authors.total_error_count()) if authors.is_bound else False,
        ),
        Part(
            "topics",
            _("Topics"),
            topics(scheme.POPULATION, scheme.AGE, scheme.MIGRATION, scheme.SERVICE, scheme.METHOD, scheme.SETTING, scheme.COLLABORATION),
            template="casestudies/_part_topics.html",
            is_required=True,
            is_done=bool(chosen),
        ),
        Part(
            "who",
            _("Where and when"),
            fields("division", "started_on", "ended_on", "work_status"),
            is_done=bool(draft.division_id and draft.started_on),
        ),
        Part(
            "reach",
            _("Reach and resources"),
            [*form.number_fields, *fields("cost_band", "funding_note"), *topics(scheme.FUNDING)],
            template="casestudies/_part_reach.html",
            is_done=draft.people_reached is not None,
        ),
        Part(
            "evidence",
            _("Evidence"),
            fields("evidence_level", "evidence_basis", "maturity", "participation", "participation_note"),
            template="casestudies/_part_evidence.html",
            is_done=bool(draft.evidence_basis),
        ),
        Part(
            "ethics",
            _("Consent and ethics"),
            fields("consent", "has_children_under_14", "consent_note", "ethics_statement", "ethics_approval"),
            is_required=draft.needs_guardian_consent,
            is_done=bool(draft.consent),
        ),
        Part(
            "second",
            _("In the second language"),
            [*form.second_language, *fields("translation")],
            template="casestudies/_part_second.html",
            is_done=bool(draft.second_title),
        ),
        Part("licence", _("Licence"), fields("licence"), is_done=True),
    ]  # fmt: skip
    for part, following in pairwise(parts):
        part.next = following
    for part in parts:
        part.has_errors = part.has_errors or any(field.errors for field in part.fields)
        part.is_open = part.has_errors or part.name == opened
    if not any(part.is_open for part in parts):
        wanting = [part for part in parts if part.is_required and not part.is_done]
        (wanting or parts)[0].is_open = True
    return parts
