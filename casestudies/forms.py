"""The forms of the member console for case studies. They check; the rules in `casestudies.authoring` decide."""

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casestudies import report, rich_text
from casestudies.guidance import GUIDANCE
from casestudies.models import CaseAuthor, CaseStudy
from orgs.agency_field import AgenciesField
from orgs.division_field import DivisionField
from portal.models import Topic

SECTION_LONGEST = 40_000  # characters
KEYWORDS_MOST = 10
AUTHORS_MOST = 6
#: The vocabularies that a case study is filed under.
SCHEMES = (Topic.Scheme.POPULATION, Topic.Scheme.SERVICE, Topic.Scheme.METHOD, Topic.Scheme.COLLABORATION)


class StartForm(forms.ModelForm):
    """The two things needed to begin."""

    class Meta:
        model = CaseStudy
        fields = ["title", "kind", "language"]


class ReportForm(forms.Form):
    """A report to take apart. `cleaned_data["report"]` is the Report that was read from it."""

    file = forms.FileField(
        label=gettext_lazy("Your report"),
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.md,.txt"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "A Word file (.docx), Markdown or plain text of at most %(size)s. Pictures are left out."
        ) % {"size": filesizeformat(settings.UPLOAD_MAX_BYTES)}

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MAX_BYTES:
            raise forms.ValidationError(
                _("This file is larger than %(size)s. Take the pictures out and try again.")
                % {"size": filesizeformat(settings.UPLOAD_MAX_BYTES)}
            )
        try:
            self.cleaned_data["report"] = report.read(file.name, file.read())
        except report.Unreadable as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return file


class MarkdownField(forms.CharField):
    """A section as Markdown in a plain text area. Gives clean HTML."""

    def __init__(self, **kwargs):
        super().__init__(widget=forms.Textarea, required=False, max_length=SECTION_LONGEST, **kwargs)

    def clean(self, value):
        return rich_text.from_markdown(super().clean(value))


class KeywordsField(forms.CharField):
    """Words separated by commas of any kind. Gives a list."""

    def prepare_value(self, value):
        return "，".join(value) if isinstance(value, list) else value

    def clean(self, value):
        words = (
            super().clean(value).replace("，", ",").replace("、", ",").replace("；", ",").replace(";", ",")
        )
        keywords = list(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))
        if len(keywords) > KEYWORDS_MOST or any(len(keyword) > 40 for keyword in keywords):
            raise forms.ValidationError(_("Give at most ten keywords, separated by commas."))
        return keywords


class TopicsField(forms.ModelMultipleChoiceField):
    """The terms of one vocabulary as check boxes, narrower terms under their broader ones."""

    def __init__(self, scheme: str, **kwargs):
        super().__init__(
            queryset=Topic.objects.of(scheme),
            to_field_name="code",
            required=False,
            label=Topic.Scheme(scheme).label,
            widget=forms.CheckboxSelectMultiple(attrs={"class": "choices"}),
            **kwargs,
        )

    def clean(self, value):
        return super().clean([code for code in value or () if "\x00" not in code])

    def label_from_instance(self, topic):
        return f"— {topic.name}" if topic.parent_id else topic.name


class CaseForm(forms.ModelForm):
    """Everything of a case study but its authors. Bound to the newest draft, which it never saves."""

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
        help_text=gettext_lazy(
            "Agencies that took part or wrote along, one on each line, by their full name."
        ),
    )
    began_from = forms.IntegerField(required=False, min_value=0, max_value=2**62, widget=forms.HiddenInput)

    class Meta:
        model = CaseStudy
        fields = [
            "title",
            "title_en",
            "kind",
            "language",
            "abstract",
            "abstract_en",
            "started_on",
            "ended_on",
            "people_reached",
            "evidence_level",
            "licence",
        ]
        widgets = {
            "abstract": forms.Textarea(attrs={"rows": 6}),
            "abstract_en": forms.Textarea(attrs={"rows": 6}),
            "started_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ended_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "evidence_level": forms.RadioSelect,
        }
        help_texts = {
            "title": gettext_lazy("Say what was done with whom, not how good it was."),
            "abstract": gettext_lazy("150 to 300 characters: who, what, what came of it."),
            "people_reached": gettext_lazy("How many people took part or were served."),
            "ended_on": gettext_lazy("Leave it empty while the work goes on."),
        }

    def __init__(self, *args, instance: CaseStudy, **kwargs):
        self.stored = {name: getattr(instance, name) for name in CaseStudy.SECTIONS}
        self.written = {name: rich_text.to_markdown(html) for name, html in self.stored.items()}
        chosen = list(instance.topics.all())
        initial = {
            **self.written,
            "division": instance.division,
            "keywords": instance.keywords,
            "partners": [partner.agency for partner in instance.partners.all()],
            "began_from": instance.latest_revision_id or 0,
            **{
                f"topics_{scheme}": [topic for topic in chosen if topic.scheme == scheme]
                for scheme in SCHEMES
            },
            **kwargs.pop("initial", {}),
        }
        self.other_topics = [topic for topic in chosen if topic.scheme not in SCHEMES or not topic.is_active]
        super().__init__(*args, instance=instance, initial=initial, **kwargs)
        for name in CaseStudy.SECTIONS:
            self.fields[name] = MarkdownField(
                label=CaseStudy._meta.get_field(name).verbose_name, help_text=GUIDANCE[name].asks
            )
            self.fields[name].widget.attrs["rows"] = 14 if name == "process" else 8
        for scheme in SCHEMES:
            self.fields[f"topics_{scheme}"] = TopicsField(scheme)

    def clean_people_reached(self):
        people = self.cleaned_data["people_reached"]
        if people is not None and people > 10_000_000:
            raise forms.ValidationError(
                _("This is more people than one agency reaches. Please check the number.")
            )
        return people

    def clean(self):
        cleaned = super().clean()
        for name in CaseStudy.SECTIONS:
            typed = (self.data.get(self.add_prefix(name)) or "").replace("\r\n", "\n").strip()
            if typed == self.written[name]:
                cleaned[name] = self.stored[name]  # nobody touched it: not a letter of it changes
        began, ended = cleaned.get("started_on"), cleaned.get("ended_on")
        if began and ended and ended < began:
            self.add_error("ended_on", _("The work cannot end before it began."))
        return cleaned

    def _get_validation_exclusions(self):
        # The draft's constraints are said above in words; sections are cleaned by the model.
        return super()._get_validation_exclusions() | {"agency", "external_id"}

    def changes(self) -> dict:
        """What the author wrote, as `authoring.save_draft` takes it."""
        data = self.cleaned_data
        topics = [topic for scheme in SCHEMES for topic in data[f"topics_{scheme}"]]
        names = [*self.Meta.fields, *CaseStudy.SECTIONS, "division", "keywords", "partners"]
        return {**{name: data[name] for name in names}, "topics": [*topics, *self.other_topics]}

    def as_words(self) -> dict[str, str]:
        """Every field as people read it: what was typed into a bound form, what is stored in an unbound one."""
        words = {}
        for name, field in self.fields.items():
            if name == "began_from":
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


class AuthorForm(forms.Form):
    """One author. An empty name is no author."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=CaseAuthor.Role, required=False)


class AuthorsFormSet(
    forms.formset_factory(
        AuthorForm, extra=2, max_num=AUTHORS_MOST, validate_max=True, absolute_max=AUTHORS_MOST + 4
    )
):
    def __init__(self, *args, case: CaseStudy, **kwargs):
        initial = [{"name": author.name, "role": author.role} for author in case.authors.all()]
        super().__init__(*args, initial=initial, prefix="authors", **kwargs)

    def pairs(self) -> list[tuple[str, str]]:
        """Name and role of each author, in order."""
        return [
            (form.cleaned_data["name"], form.cleaned_data.get("role") or CaseAuthor.Role.PRACTITIONER)
            for form in self.forms
            if form.cleaned_data.get("name")
        ]
