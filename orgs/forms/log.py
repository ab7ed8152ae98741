"""What somebody looks for in the log."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.models import AuditEntry


class LogForm(forms.Form):
    """Which entries are shown. What is wrong narrows nothing. People are chosen, never typed: names stand in no address."""

    action = forms.ChoiceField(
        label=gettext_lazy("What was done"),
        choices=[("", gettext_lazy("Everything")), *AuditEntry.Action.choices],
        required=False,
    )
    person = forms.TypedChoiceField(label=gettext_lazy("Person"), coerce=int, required=False)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput({"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput({"type": "date"})
    )

    def __init__(self, data, *, people):
        super().__init__(data)
        self.fields["person"].choices = [
            ("", _("Everybody")),
            *((person.pk, str(person)) for person in people),
        ]

    @property
    def chosen(self) -> dict:
        """What was asked for and could be read."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
