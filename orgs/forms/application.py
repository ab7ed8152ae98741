"""What a person fills in to get an agency onto the portal."""

from django import forms
from django.utils.translation import gettext_lazy

from orgs.forms.profile import AgencyFactsForm
from orgs.models import AgencyText


class ApplicationForm(AgencyFactsForm):
    """The short form by which a person applies for their agency."""

    mission = AgencyText._meta.get_field("mission").formfield(
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For whom you are there, what you do and where."),
    )

    class Meta(AgencyFactsForm.Meta):
        fields = [
            "legal_name",
            "short_name",
            "name_en",
            "org_type",
            "division",
            "migrant_focus",
            "website",
            "public_email",
        ]


class NameSearchForm(forms.Form):
    """Words to look for in names."""

    q = forms.CharField(label=gettext_lazy("Name of the agency"), max_length=100, required=False)
