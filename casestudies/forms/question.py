"""The forms of questions to the authors: asking, and answering."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casestudies.models import CaseQuestion


class AskForm(forms.Form):
    text = forms.CharField(
        label=_("Your question"),
        max_length=CaseQuestion.LONGEST,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Write nothing by which somebody who was served could be known."),
    )
    may_be_public = forms.BooleanField(
        label=_("The question and its answer may be shown below the case study, without my name"),
        required=False,
        initial=True,
    )


class AnswerForm(forms.Form):
    """`may_be_public`: whether the asker agreed to a public answer."""

    text = forms.CharField(
        label=_("Your answer"), max_length=CaseQuestion.LONGEST_ANSWER, widget=forms.Textarea({"rows": 8})
    )
    is_public = forms.BooleanField(
        label=_("Show question and answer below the case study"), required=False, initial=True
    )

    def __init__(self, *args, may_be_public: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not may_be_public:
            del self.fields["is_public"]
