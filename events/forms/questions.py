"""The questions of an event as its host writes them, a row for each."""

from collections.abc import Iterator

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.forms.answers import answer_in_words
from events.models import Event, Question
from events.registering.questions import MOST_QUESTIONS, PlannedQuestion

NEW_ROWS = 3
KEPT_DAYS = (7, 30, 90, 180, 365)


class QuestionForm(forms.Form):
    """One question. A row without words is none."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    label = forms.CharField(label=gettext_lazy("Question"), required=False, max_length=300)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of answer"), choices=Question.Kind.choices)
    choices = forms.CharField(
        label=gettext_lazy("Choices"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line. Only for questions with choices."),
    )
    is_required = forms.BooleanField(label=gettext_lazy("Must be answered"), required=False)
    help_text = forms.CharField(label=gettext_lazy("Explanation"), required=False, max_length=300)
    only_if = forms.ChoiceField(
        label=gettext_lazy("Ask"),
        required=False,
        help_text=gettext_lazy("Save a question with choices first; then others can depend on it."),
    )
    position = forms.IntegerField(
        label=gettext_lazy("Place in the order"), required=False, min_value=1, max_value=999
    )
    is_removed = forms.BooleanField(label=gettext_lazy("Take this question out"), required=False)

    def __init__(self, *args, event: Event, asked: list[Question], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["only_if"].choices = [("", _("Everybody"))] + [
            (
                f"{question.pk}:{answer}",
                _("Only who answered “%(answer)s” to “%(question)s”")
                % {"answer": answer_in_words(question, answer), "question": question},
            )
            for question in asked
            for answer in question.answers_to_depend_on
        ]
        if not self.initial:
            del self.fields["is_removed"]

    @property
    def is_blank(self) -> bool:
        """Nothing to ask: a new row without words, or a question that is taken out."""
        cleaned = self.cleaned_data
        is_new = not (cleaned.get("label") or cleaned.get("choices") or cleaned.get("pk"))
        return is_new or cleaned.get("is_removed", False)

    def clean_choices(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.cleaned_data["choices"].splitlines() if line.strip())

    def clean_only_if(self) -> tuple[int, str] | None:
        pk, _colon, answer = self.cleaned_data["only_if"].partition(":")
        return (int(pk), answer) if pk else None

    @property
    def plan(self) -> PlannedQuestion:
        names = ("pk", "label", "kind", "choices", "is_required", "help_text", "only_if")
        return PlannedQuestion(**{name: self.cleaned_data[name] for name in names})


class BaseQuestionFormSet(forms.BaseFormSet):
    def in_order(self) -> Iterator[QuestionForm]:
        """The rows that are asked, by the number that the host gave them; without one, where they stand.

        A row that was moved to the number of another one comes before it on its way up, behind it on its way down.
        """
        order = {}
        for number, form in enumerate(self.forms, 1):
            if not form.is_blank:
                position = form.cleaned_data.get("position") or number
                order[form] = (position, (position > number) - (position < number), number)
        yield from sorted(order, key=lambda form: order[form])

    @property
    def has_errors(self) -> bool:
        return any(form.errors for form in self.forms)


def question_rows(event: Event, data=None) -> BaseQuestionFormSet:
    """A row for each question, and some for new ones."""
    asked = list(event.questions.asked())
    rows = min(len(asked) + NEW_ROWS, MOST_QUESTIONS + NEW_ROWS)
    form_set = forms.formset_factory(
        QuestionForm, formset=BaseQuestionFormSet, extra=rows - len(asked), max_num=rows, absolute_max=rows
    )
    initial = [
        {
            "pk": question.pk,
            "label": question.label,
            "kind": question.kind,
            "choices": "\n".join(question.choices),
            "is_required": question.is_required,
            "help_text": question.help_text,
            "only_if": f"{question.only_if_id}:{question.only_if_answer}" if question.only_if_id else "",
            "position": number,
        }
        for number, question in enumerate(asked, 1)
    ]
    return form_set(data, initial=initial, prefix="questions", form_kwargs={"event": event, "asked": asked})


class RetentionForm(forms.Form):
    """How long the answers are kept."""

    answers_kept_days = forms.TypedChoiceField(label=gettext_lazy("Answers are deleted"), coerce=int)

    def __init__(self, *args, event: Event, **kwargs):
        super().__init__(*args, initial={"answers_kept_days": event.answers_kept_days}, **kwargs)
        self.fields["answers_kept_days"].choices = [
            (days, _("%(days)d days after the event") % {"days": days})
            for days in sorted({*KEPT_DAYS, event.answers_kept_days})
        ]
