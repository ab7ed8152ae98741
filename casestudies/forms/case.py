"""Everything of a case study but its authors, in parts: a phone shows one at a time, a desk all of them."""

import json
import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casestudies import rich_text
from casestudies.forms.fields import KeywordsField, SectionField, TopicsField
from casestudies.models import CasePartner, CaseStudy
from casestudies.writing import draft_merge
from casestudies.writing.guidance import GUIDANCE
from casestudies.writing.people import Partner
from orgs.agency_field import AgenciesField
from orgs.division_field import DivisionField
from portal.models import Topic

Scheme = Topic.Scheme
#: The vocabularies that a case study is filed under.
SCHEMES = (
    Scheme.POPULATION,
    Scheme.AGE,
    Scheme.MIGRATION,
    Scheme.SERVICE,
    Scheme.METHOD,
    Scheme.SETTING,
    Scheme.COLLABORATION,
    Scheme.FUNDING,
)
#: Numbers, and the most of each that one agency can mean.
NUMBERS = {
    "people_reached": 10_000_000,
    "sessions_held": 1_000_000,
    "service_hours": 10_000_000,
    "staff_involved": 100_000,
    "volunteers_involved": 1_000_000,
}
PARTNER_FIELDS = ("partners", "research_partners", "funders", "co_writers")


class CaseForm(forms.ModelForm):
    """Bound to the newest draft, which it never saves. `is_led`: whether the writer is of the lead agency."""

    division = DivisionField(
        label=gettext_lazy("Place"),
        required=False,
        help_text=gettext_lazy(
            "The district or city where the work was done, such as 东莞市. Nothing more exact."
        ),
    )
    keywords = KeywordsField(
        label=gettext_lazy("Keywords"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("The words a colleague would search for, separated by commas."),
    )
    partners = AgenciesField(
        required=False,
        label=gettext_lazy("Partner agencies"),
        help_text=gettext_lazy("Agencies that took part, one on each line, by their full name."),
    )
    research_partners = AgenciesField(
        required=False,
        label=gettext_lazy("Research partners"),
        help_text=gettext_lazy(
            "Universities or institutes that studied the work with you, one on each line."
        ),
    )
    funders = AgenciesField(
        required=False,
        label=gettext_lazy("Agencies that paid for it"),
        help_text=gettext_lazy("Funders that are in the directory, one on each line, by their full name."),
    )
    co_writers = AgenciesField(
        required=False,
        label=gettext_lazy("Agencies that write along"),
        help_text=gettext_lazy(
            "Their people see this draft and change it, from now on. Only the lead agency names them and submits."
        ),
    )
    consent = forms.MultipleChoiceField(
        choices=CaseStudy.Consent,
        required=False,
        label=gettext_lazy("How did the people you write about agree?"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices"}),
    )
    began_from = forms.IntegerField(required=False, min_value=0, max_value=2**62, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=8000, widget=forms.HiddenInput)

    class Meta:
        model = CaseStudy
        fields = [
            "title",
            "kind",
            "language",
            "abstract",
            "title_en",
            "abstract_en",
            "title_zh",
            "abstract_zh",
            "translation",
            "started_on",
            "ended_on",
            "work_status",
            *NUMBERS,
            "cost_band",
            "funding_note",
            "evidence_level",
            "evidence_basis",
            "maturity",
            "participation",
            "participation_note",
            "has_children_under_14",
            "consent_note",
            "ethics_statement",
            "ethics_approval",
            "licence",
        ]
        widgets = {
            "abstract": forms.Textarea(attrs={"rows": 6}),
            "abstract_en": forms.Textarea(attrs={"rows": 6, "lang": "en"}),
            "abstract_zh": forms.Textarea(attrs={"rows": 6, "lang": "zh-Hans"}),
            "title_en": forms.TextInput(attrs={"lang": "en"}),
            "title_zh": forms.TextInput(attrs={"lang": "zh-Hans"}),
            "started_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ended_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "evidence_level": forms.RadioSelect,
            "evidence_basis": forms.Textarea(attrs={"rows": 3}),
            "participation_note": forms.Textarea(attrs={"rows": 2}),
            "consent_note": forms.Textarea(attrs={"rows": 2}),
            "ethics_statement": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "title": gettext_lazy("Say what was done with whom, not how good it was."),
            "abstract": gettext_lazy("150 to 300 characters: who, what, what came of it."),
            "people_reached": gettext_lazy("How many people took part or were served."),
            "ended_on": gettext_lazy("Leave it empty while the work goes on."),
            "evidence_basis": gettext_lazy(
                "In your own words: what was counted or asked, with how many, when. Readers see it beside the level."
            ),
            "translation": gettext_lazy("Say honestly where the words in the other language come from."),
            "consent_note": gettext_lazy("Who asked, when, and what was said about reading and citing."),
            "ethics_statement": gettext_lazy(
                "What you did so that nobody is harmed: changed names, left out, read back to the people."
            ),
            "ethics_approval": gettext_lazy("Board and number, if there was one."),
            "has_children_under_14": gettext_lazy("Then a guardian has to agree; the law asks for it."),
            "funding_note": gettext_lazy(
                "As the funder wants to be named. The kind of funding is ticked below."
            ),
        }

    def __init__(self, *args, instance: CaseStudy, is_led: bool = True, **kwargs):
        self.stored = {name: getattr(instance, name) for name in CaseStudy.SECTIONS}
        self.written = {name: rich_text.to_markdown(html) for name, html in self.stored.items()}
        chosen = list(instance.topics.all())
        initial = {
            **self.written,
            **named_partners(instance),
            "division": instance.division,
            "keywords": instance.keywords,
            "consent": instance.consent,
            "began_from": instance.latest_revision_id or 0,
            "seen": json.dumps(draft_merge.seen(instance)),
            **{
                f"topics_{scheme}": [topic for topic in chosen if topic.scheme == scheme]
                for scheme in SCHEMES
            },
            **kwargs.pop("initial", {}),
        }
        self.other_topics = [topic for topic in chosen if topic.scheme not in SCHEMES or not topic.is_active]
        super().__init__(*args, instance=instance, initial=initial, **kwargs)
        for name in CaseStudy.SECTIONS:
            self.fields[name] = SectionField(
                label=CaseStudy.section_title(name), help_text=GUIDANCE[name].asks
            )
            self.fields[name].widget.attrs["rows"] = 14 if name == "process" else 8
        for scheme in SCHEMES:
            self.fields[f"topics_{scheme}"] = TopicsField(scheme)
        for name in ("abstract", *CaseStudy.REQUIRED_SECTIONS):
            self.fields[name].is_needed_later = True  # a draft goes without; what is submitted does not
        self.co_writing = initial["co_writers"]
        if not is_led:
            del self.fields["co_writers"]

    def clean_seen(self):
        """The fingerprints that the form carries; None where they are no such thing."""
        try:
            seen = json.loads(self.cleaned_data["seen"] or "null")
        except (ValueError, RecursionError):
            return None
        if not isinstance(seen, dict) or not all(isinstance(value, str) for value in seen.values()):
            return None
        return seen

    def clean(self):
        cleaned = super().clean()
        for name, most in NUMBERS.items():
            number = cleaned.get(name)
            if number is not None and number > most:
                self.add_error(
                    name, _("This is more people than one agency reaches. Please check the number.")
                )
        for name in CaseStudy.SECTIONS:
            typed = (self[name].data or "").replace("\r\n", "\n").strip()
            if typed == self.written[name]:
                cleaned[name] = self.stored[name]  # nobody touched it: not a letter of it changes
        began, ended = cleaned.get("started_on"), cleaned.get("ended_on")
        if began and ended and ended < began:
            self.add_error("ended_on", _("The work cannot end before it began."))
        if ended and cleaned.get("work_status") == CaseStudy.WorkStatus.ONGOING:
            self.add_error("work_status", _("What still goes on has no end yet."))
        consent = cleaned.get("consent") or []
        if CaseStudy.Consent.NOT_APPLICABLE in consent and len(consent) > 1:
            self.add_error("consent", _("Either nobody is described, or somebody agreed: not both."))
        return cleaned

    def _get_validation_exclusions(self):
        # The draft's constraints are said above in words; sections are cleaned by the model.
        return super()._get_validation_exclusions() | {"agency", "external_id"}

    def changes(self) -> dict:
        """What the author wrote, as `authoring.save_draft` takes it. Of a form with refused fields, the others."""
        data = self.cleaned_data
        names = [*self.Meta.fields, *CaseStudy.SECTIONS, "division", "keywords", "consent"]
        changed = {name: data[name] for name in names if name in data}
        if all(f"topics_{scheme}" in data for scheme in SCHEMES):
            topics = [topic for scheme in SCHEMES for topic in data[f"topics_{scheme}"]]
            changed["topics"] = [*topics, *self.other_topics]
        if all(name in data for name in PARTNER_FIELDS if name in self.fields):
            changed["partners"] = self.partners_named()
        for names in draft_merge.TOGETHER.values():
            if not all(name in data for name in names):
                changed = {name: value for name, value in changed.items() if name not in names}
        return changed

    def partners_named(self) -> list[Partner]:
        """Every agency once: one that is named twice has the stronger role, and writes if any line says so."""
        data = self.cleaned_data
        found = {agency.pk: Partner(agency, CasePartner.Role.FUNDER) for agency in data["funders"]}
        co_writers = data.get("co_writers", self.co_writing)
        for agency in [*data["partners"], *co_writers]:
            found.setdefault(agency.pk, Partner(agency))
        for agency in data["research_partners"]:
            found[agency.pk] = Partner(agency, CasePartner.Role.RESEARCH)
        writing = {agency.pk for agency in co_writers}
        return [Partner(one.agency, one.role, one.agency.pk in writing) for one in found.values()]

    def as_words(self) -> dict[str, str]:
        """Every field as people read it: what was typed into a bound form, what is stored in an unbound one."""
        words = {}
        for name, field in self.fields.items():
            if name in ("began_from", "seen"):
                continue
            value = self.cleaned_data.get(name) if self.is_bound else self.get_initial_for_field(field, name)
            if name in CaseStudy.SECTIONS and self.is_bound:
                value = rich_text.to_markdown(value or "")
            if isinstance(value, (list, tuple)) or hasattr(value, "all"):
                value = "\n".join(sorted(str(one) for one in value))
            choices = dict(getattr(field, "choices", ())) if isinstance(field, forms.ChoiceField) else {}
            words[name] = "" if value is None else str(choices.get(value, value))
        return words

    @property
    def sections(self) -> list[dict]:
        """For the template: each section's field with its guidance."""
        return [
            {
                "field": self[name],
                "example": GUIDANCE[name].example,
                "is_required": name in CaseStudy.REQUIRED_SECTIONS,
            }
            for name in CaseStudy.SECTIONS
        ]

    @property
    def topic_fields(self) -> list:
        return [self[f"topics_{scheme}"] for scheme in SCHEMES]

    @property
    def number_fields(self) -> list:
        return [self[name] for name in NUMBERS]

    @property
    def second_language(self) -> list:
        """Title and abstract in the other language: of a Chinese case the English ones, and the other way round."""
        language = re.sub(r"\W", "", str(self["language"].value() or ""))
        suffix = "zh" if language == "en" else "en"
        return [self[f"title_{suffix}"], self[f"abstract_{suffix}"]]

    @property
    def other_second_language(self) -> list:
        """What the case has no use for in its language; kept in the form, so that a change of language loses nothing."""
        shown = {field.name for field in self.second_language}
        names = ("title_en", "abstract_en", "title_zh", "abstract_zh")
        return [self[name] for name in names if name not in shown]


def named_partners(case: CaseStudy) -> dict[str, list]:
    """The partners of a draft, each under the line of the form that it stands on."""
    rows = list(case.partners.all())
    return {
        "partners": [row.agency for row in rows if row.role == CasePartner.Role.PARTNER and not row.writes],
        "research_partners": [row.agency for row in rows if row.role == CasePartner.Role.RESEARCH],
        "funders": [row.agency for row in rows if row.role == CasePartner.Role.FUNDER],
        "co_writers": [row.agency for row in rows if row.writes],
    }
