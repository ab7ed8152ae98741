"""The forms of research interests: what an agency looks for, and a researcher's answer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casestudies.forms.fields import BroadTopicsField
from casestudies.models import CaseStudy, ResearchAnswer, ResearchInterest
from orgs.division_field import DivisionField


class InterestForm(forms.ModelForm):
    """`agency` is the one that looks."""

    division = DivisionField(label=_("Place"), required=False)
    topics = BroadTopicsField(label=_("Topics"))

    class Meta:
        model = ResearchInterest
        fields = ["question", "about", "data", "case", "topics", "division", "until"]
        widgets = {
            "about": forms.Textarea({"rows": 5}),
            "data": forms.Textarea({"rows": 4}),
            "until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {
            "question": _("One sentence. For example: do children stay in school longer after our groups?"),
            "data": _("For example: attendance of 60 children over two years, interviews with parents."),
            "until": _("It closes by itself after this day."),
        }

    def __init__(self, *args, agency, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["case"].queryset = CaseStudy.objects.published().filter(agency=agency)
        if self.instance.pk:
            self.initial["division"] = self.instance.division

    def _post_clean(self):
        """The rule writes the fields, so a refused form changes no object."""


class ResearchAnswerForm(forms.ModelForm):
    class Meta:
        model = ResearchAnswer
        fields = ["institution", "message"]
        widgets = {"message": forms.Textarea({"rows": 6})}
        help_texts = {
            "message": _("Those who lead the agency read it. If they say yes, each gets the other's e-mail.")
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["message"].required = True

    def _post_clean(self):
        """The rule writes the fields."""
