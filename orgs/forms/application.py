"""What a person fills in to get an agency onto the portal, to claim its entry, or to have it verified."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs import duplicates, verification
from orgs.forms.evidence import EvidenceField
from orgs.forms.profile import AgencyFactsForm
from orgs.models import AgencyText, Application, Verification


class ApplicationForm(AgencyFactsForm):
    """The short form by which a person applies for their agency."""

    mission = AgencyText._meta.get_field("mission").formfield(
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For whom you are there, what you do and where."),
    )
    evidence = EvidenceField(label=gettext_lazy("Registration certificate"))
    message = forms.CharField(
        label=gettext_lazy("Message to the staff"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    class Meta(AgencyFactsForm.Meta):
        fields = [
            "legal_name",
            "short_name",
            "name_en",
            "org_type",
            "uscc",
            "division",
            "migrant_focus",
            "website",
            "public_email",
            "public_phone",
        ]

    @property
    def facts(self) -> dict:
        """The fields of the agency as `applying.apply_for_agency` takes them."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def likely_duplicates(self, user) -> list[duplicates.Duplicate]:
        """Agencies that are probably the same as the one described, as far as the description can be read."""
        said = self.cleaned_data
        return duplicates.likely(
            names=[said.get("legal_name", ""), said.get("short_name", ""), said.get("name_en", "")],
            uscc=said.get("uscc") or self.code_of_another,
            division=said.get("division"),
            phones=[said.get("public_phone", "")],
            website=said.get("website", ""),
            user=user,
        )

    @property
    def is_another(self) -> bool:
        """Whether the person has seen the likely duplicates and says that theirs is none of them."""
        return "is_another" in self.data


class NameSearchForm(forms.Form):
    """Words to look for in names."""

    q = forms.CharField(label=gettext_lazy("Name of the agency"), max_length=100, required=False)


class ClaimForm(forms.ModelForm):
    """Why the entry should be given to this person."""

    evidence = EvidenceField(
        label=gettext_lazy("What shows that you work there"),
        help_text=gettext_lazy(
            "A letter with the agency's stamp, your staff card or the registration certificate: PDF or photo (JPEG, "
            "PNG, WebP), at most 5 files of 10 MB each. Only the portal's staff see them; they are deleted 90 days "
            "after the decision."
        ),
    )

    class Meta:
        model = Application
        fields = ["message"]
        widgets = {"message": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"message": gettext_lazy("Who you are in the agency, and how we can check it by phone.")}


class MoreEvidenceForm(forms.Form):
    """Further files for a question that waits."""

    evidence = EvidenceField(required=True, label=gettext_lazy("Add files"))


class VerificationForm(forms.ModelForm):
    """Which level an agency asks for, and what it sends along."""

    level = forms.TypedChoiceField(label=gettext_lazy("Level"), coerce=int)
    evidence = EvidenceField()

    class Meta:
        model = Application
        fields = ["level", "message"]
        widgets = {"message": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "message": gettext_lazy(
                "What helps the staff: whom to call and when, or where you are registered."
            )
        }

    def __init__(self, *args, agency, **kwargs):
        super().__init__(*args, **kwargs)
        reachable = verification.reachable(agency)
        self.fields["level"].choices = [
            (value, words) for value, words in Verification.Level.choices if value in reachable
        ]

    def clean(self):
        cleaned = super().clean()
        needs_scan = cleaned.get("level") == Verification.Level.CERTIFICATE
        if needs_scan and "evidence" in cleaned and not cleaned["evidence"]:
            self.add_error("evidence", _("Please add a scan or photo of your registration certificate."))
        return cleaned


class AskAgainForm(forms.Form):
    """After a no: what was corrected, with further files."""

    message = forms.CharField(
        label=gettext_lazy("What you changed, or your answer"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    evidence = EvidenceField()
