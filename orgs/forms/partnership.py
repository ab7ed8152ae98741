"""A proposal to show that agencies work together."""

from django import forms
from django.utils.translation import gettext_lazy

from orgs.agency_field import AgenciesField
from orgs.names import seen_as_written
from portal.models import Topic


class PartnershipForm(forms.Form):
    """A proposal to show that agencies work together."""

    partners = AgenciesField(
        label=gettext_lazy("With which agencies?"),
        help_text=gettext_lazy("Full names as in the directory, one on each line. Each is asked to confirm."),
    )
    kind = forms.ModelChoiceField(
        Topic.objects.of(Topic.Scheme.COLLABORATION), label=gettext_lazy("What kind of partnership?")
    )
    title = forms.CharField(label=gettext_lazy("A name for it"), max_length=120, validators=[seen_as_written])
    summary = forms.CharField(
        label=gettext_lazy("What you do together"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    started_on = forms.DateField(
        label=gettext_lazy("Since when?"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
