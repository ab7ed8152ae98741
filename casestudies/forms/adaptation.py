"""The form in which an agency says that it tried something."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casestudies.models import Adaptation, CaseStudy
from orgs.division_field import DivisionField


class AdaptationForm(forms.ModelForm):
    """All that an adaptation says. `agency` is the one that tried it."""

    division = DivisionField(label=_("Place"), required=False)

    class Meta:
        model = Adaptation
        fields = [
            "context",
            "division",
            "started_on",
            "ended_on",
            "changes",
            "changed_content",
            "changed_context",
            "changed_training",
            "reasons",
            "was_planned",
            "decided_by",
            "fidelity",
            "result",
            "result_text",
            "case",
        ]
        widgets = {
            "context": forms.Textarea({"rows": 4}),
            "changes": forms.Textarea({"rows": 5}),
            "reasons": forms.Textarea({"rows": 3}),
            "result_text": forms.Textarea({"rows": 5}),
            "started_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ended_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "result": forms.RadioSelect,
            "fidelity": forms.RadioSelect,
        }
        help_texts = {
            "changes": _("For example: two evenings instead of five, parents as volunteers, no home visits."),
            "result_text": _(
                "What did not work helps others as much. Write nothing that points to a person."
            ),
            "case": _("It then stands in the family tree, and others can adapt it in turn."),
        }

    def __init__(self, *args, agency, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("fidelity", "result"):  # a list of buttons has none for "nothing chosen"
            field = self.fields[name]
            field.choices = [choice for choice in field.choices if choice[0]]
        self.fields["case"].queryset = CaseStudy.objects.published().filter(agency=agency)
        if self.instance.pk:
            self.initial["division"] = self.instance.division

    def clean(self):
        cleaned = super().clean()
        began, ended = cleaned.get("started_on"), cleaned.get("ended_on")
        if began and ended and ended < began:
            self.add_error("ended_on", _("It ends before it begins."))
        return cleaned

    def _post_clean(self):
        """The rule writes the fields, so a refused form changes no object."""
