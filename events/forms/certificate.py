"""What people type about certificates: a number, a name, a reason, a share."""

from django import forms
from django.utils.translation import gettext_lazy

from events.models import CertificateRule
from orgs.names import seen_as_written


class NumberForm(forms.Form):
    """The number on the paper."""

    number = forms.CharField(
        label=gettext_lazy("Number of the certificate"),
        max_length=60,
        help_text=gettext_lazy("It stands at the top of the certificate, such as 7K3M9-QWD4P."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class NameForm(forms.Form):
    """The full name of the person, by somebody who checks the certificate."""

    name = forms.CharField(
        label=gettext_lazy("Full name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class CertifiedNameForm(forms.Form):
    """How a person wants to be called on their certificate."""

    certificate_name = forms.CharField(
        label=gettext_lazy("Name on the certificate"), max_length=60, validators=[seen_as_written]
    )


class ShareForm(forms.ModelForm):
    class Meta:
        model = CertificateRule
        fields = ("share",)
        labels = {"share": gettext_lazy("A certificate for who attended at least (per cent)")}


class CertificateActionForm(forms.Form):
    """What the host does with one person's certificate."""

    action = forms.ChoiceField(
        choices=[("issue", "issue"), ("revoke", "revoke"), ("issue_anew", "issue_anew")]
    )
    name = forms.CharField(max_length=60, required=False, validators=[seen_as_written])
    reason = forms.CharField(max_length=300, required=False)
