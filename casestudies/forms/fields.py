"""Fields that only case studies have: a section, keywords, the terms of a vocabulary."""

from itertools import groupby

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext as _

from casestudies import rich_text
from portal.models import Topic

SECTION_LONGEST = (
    200_000  # characters: a whole report of 200 pages fits in one section until its writer divides it
)
KEYWORDS_MOST = 10


class SectionInput(forms.Textarea):
    """A text area with Markdown, on which a browser that can puts an editor. The editor sends HTML, and says so."""

    template_name = "casestudies/widgets/section.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["html"] = rich_text.from_markdown(value or "")
        return context

    def value_from_datadict(self, data, files, name):
        """The Markdown of what was sent, by whichever hand."""
        value = data.get(name)
        if value and data.get(f"{name}-as") == "html" and len(value) <= 4 * SECTION_LONGEST:
            return rich_text.to_markdown(rich_text.clean(value))
        return value


class SectionField(forms.CharField):
    """A section: Markdown in, clean HTML out."""

    def __init__(self, **kwargs):
        super().__init__(widget=SectionInput, required=False, max_length=SECTION_LONGEST, **kwargs)

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


class ByVocabulary(ModelChoiceIterator):
    """Topics under the names of their vocabularies."""

    def __iter__(self):
        for scheme, topics in groupby(self.queryset, key=lambda topic: topic.scheme):
            yield Topic.Scheme(scheme).label, [self.choice(topic) for topic in topics]


class FoldedChoices(forms.CheckboxSelectMultiple):
    """Check boxes, folded by group: open where something is chosen."""

    template_name = "casestudies/widgets/folded_choices.html"


class BroadTopicsField(forms.ModelMultipleChoiceField):
    """The broad terms for people served, services and methods: what somebody knows about, or looks for."""

    iterator = ByVocabulary
    SCHEMES = (Topic.Scheme.POPULATION, Topic.Scheme.SERVICE, Topic.Scheme.METHOD)

    def __init__(self, **kwargs):
        broad = Topic.objects.filter(scheme__in=self.SCHEMES, parent=None).order_by("scheme", "position")
        super().__init__(queryset=broad, required=False, widget=FoldedChoices, **kwargs)

    def label_from_instance(self, topic):
        return str(topic.name)
