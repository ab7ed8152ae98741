"""The questions of an event as fields of a form, and what was typed into them as answers in words."""

from collections.abc import Iterable, Mapping

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from events.models import Event, Question
from portal.bilingual import CHINESE, ENGLISH
from portal.templatetags.portal import spoken

LONGEST_SHORT, LONGEST_LONG = 200, 2000
MOST_BESIDE = 8  # more choices than that are a list to unfold


def name_of(question: Question) -> str:
    """What its field is called."""
    return f"question_{question.pk}"


def field_for(question: Question) -> forms.Field:
    """A field for the question. Whether it must be filled depends on the others, so the browser does not insist."""
    kind = Question.Kind
    said = {
        "label": spoken(question.label),
        "required": question.is_required,
        "help_text": explanation(question),
    }
    choices = [(choice, choice) for choice in question.choices]
    match question.kind:
        case kind.LONG:
            field = forms.CharField(max_length=LONGEST_LONG, widget=forms.Textarea(attrs={"rows": 4}), **said)
        case kind.ONE if len(choices) > MOST_BESIDE:
            field = forms.ChoiceField(choices=[("", _("Please choose")), *choices], **said)
        case kind.ONE:
            field = forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **said)
        case kind.SEVERAL:
            field = forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **said)
        case kind.YES_NO:
            yes_no = [(Question.YES, pgettext("answer", "Yes")), (Question.NO, pgettext("answer", "No"))]
            field = forms.ChoiceField(choices=yes_no, widget=forms.RadioSelect, **said)
        case kind.NUMBER:
            any_step = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})
            field = forms.DecimalField(max_digits=15, decimal_places=4, widget=any_step, **said)
        case kind.DATE:
            day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            field = forms.DateField(widget=day, **said)
        case _short:
            field = forms.CharField(max_length=LONGEST_SHORT, **said)
    if question.only_if:
        field.widget.attrs |= {
            "data-only-if": name_of(question.only_if),
            "data-only-answer": question.only_if_answer,
        }
        field.widget.use_required_attribute = lambda _initial: False
    return field


def explanation(question: Question) -> str:
    """The host's own words, after the condition under which the question is meant."""
    if question.only_if is None:
        return question.help_text
    condition = _("Only if you answered “%(answer)s” to “%(question)s”.") % {
        "answer": answer_in_words(question.only_if, question.only_if_answer),
        "question": question.only_if,
    }
    return f"{condition} {question.help_text}".strip()


def answer_in_words(question: Question, answer: str) -> str:
    """A choice as people read it."""
    if question.kind == Question.Kind.YES_NO:
        return pgettext("answer", "Yes") if answer == Question.YES else pgettext("answer", "No")
    return answer


def asked_at(event: Event) -> list[Question]:
    """What the form asks now, in its order. No query when the event asks nothing of its own."""
    questions = list(event.questions.asked().select_related("only_if")) if event.has_questions else []
    for question in questions:
        question.event = event
    return questions


class AnswersForm(forms.Form):
    """The questions alone, for somebody who has a place: those to which there is no answer yet.

    What was answered is not shown: a personal link is known to a colleague too. `given` are those answers, by the key of
    their question.
    """

    def __init__(self, *args, event: Event, given: Mapping[int, str] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.said: dict[int, set] = {}
        self.questions: list[Question] = []
        for question in asked_at(event):
            if given and question.pk in given:
                self.said[question.pk] = said_before(question, given[question.pk])
            elif question.only_if_id in self.said:
                if question.only_if_answer in self.said[question.only_if_id]:
                    self.ask(question, is_decided=True)
            elif question.only_if_id is None or question.only_if_id in self.keys:
                self.ask(question)

    def ask(self, question: Question, *, is_decided: bool = False) -> None:
        """`is_decided`: what it depends on was answered before, so it is shown whatever is chosen here."""
        field = field_for(question)
        if is_decided:
            del field.widget.attrs["data-only-if"], field.widget.attrs["data-only-answer"]
        self.fields[name_of(question)] = field
        self.questions.append(question)

    @property
    def keys(self) -> set[int]:
        return {question.pk for question in self.questions}

    @property
    def is_lacking(self) -> bool:
        """Whether something that must be answered is not, whatever else is chosen."""
        return any(one.is_required and one.only_if_id not in self.keys for one in self.questions)

    def clean(self):
        cleaned = super().clean()
        cleaned["answers"] = read(self, self.questions, self.said)
        return cleaned


def said_before(question: Question, text: str) -> set[str]:
    """What another question may depend on, out of an answer in words: `in_words` backwards."""
    if question.kind == Question.Kind.SEVERAL:
        return {part.strip() for part in text.replace("；", ";").split(";")} | {text}
    if question.kind == Question.Kind.YES_NO:
        for language in (CHINESE, ENGLISH):
            with override(language):
                for answer in (Question.YES, Question.NO):
                    if answer_in_words(question, answer) == text:
                        return {answer}
    return {text}


def read(
    form: forms.Form, questions: Iterable[Question], before: Mapping[int, set] | None = None
) -> dict[Question, str]:
    """The answers in the host's language, taken out of the form's cleaned data.

    A question that was not meant for this person is not answered and not missing, whatever the browser sent.
    `before` is what was answered earlier, by the key of the question.
    """
    said: dict[int, set] = dict(before or {})
    answers = {}
    for question in questions:
        name = name_of(question)
        value = form.cleaned_data.pop(name, None)
        if question.only_if_id and question.only_if_answer not in said.get(question.only_if_id, ()):
            form.errors.pop(name, None)
            continue
        said[question.pk] = set(value if isinstance(value, list) else [value])
        if text := in_words(question, value):
            answers[question] = text
    return answers


def in_words(question: Question, value) -> str:
    """A cleaned value as text, in the language of the event."""
    if value in (None, "", []):
        return ""
    match question.kind:
        case Question.Kind.YES_NO:
            with override(question.event.language):
                return answer_in_words(question, value)
        case Question.Kind.SEVERAL:
            return ("; " if question.event.language == "en" else "；").join(value)
        case Question.Kind.NUMBER:
            return f"{value.normalize():f}"
        case Question.Kind.DATE:
            return value.isoformat()
    return value
