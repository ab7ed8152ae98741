"""What people fill in about agencies, services and themselves. Forms check; the rules decide."""

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.agency_field import AgenciesField
from orgs.division_field import DivisionField, DivisionsField
from orgs.models import Agency, AgencyText, JoinRequest, Membership, Service, User
from portal.bilingual import CHINESE, ENGLISH
from portal.models import Topic

TEXTS = ("mission", "description", "how_to_get_help")


class Choices(forms.CheckboxSelectMultiple):
    """Check boxes side by side."""

    def __init__(self, attrs=None):
        super().__init__({"class": "choices", **(attrs or {})})


class AgencyFactsForm(forms.ModelForm):
    """The facts of an agency, as its people or an applicant state them."""

    division = DivisionField(
        label=gettext_lazy("Seat"),
        required=False,
        help_text=gettext_lazy("The district where you are, such as 东莞市东城街道 or 深圳市宝安区."),
    )
    website = forms.URLField(
        label=gettext_lazy("Website"), required=False, max_length=200, assume_scheme="https"
    )

    class Meta:
        model = Agency
        fields = [
            "legal_name",
            "short_name",
            "name_en",
            "org_type",
            "division",
            "address",
            "founded_on",
            "migrant_focus",
            "staff_band",
            "website",
            "public_email",
            "public_phone",
            "funding",
        ]
        widgets = {
            "founded_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "funding": Choices,
        }
        help_texts = {
            "legal_name": gettext_lazy(
                "As on your registration certificate, or the name your group goes by."
            ),
            "short_name": gettext_lazy("What colleagues call you, at best in six characters."),
        }

    def clean_founded_on(self):
        founded_on = self.cleaned_data["founded_on"]
        if founded_on and founded_on > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come."))
        return founded_on

    def clean_legal_name(self):
        return " ".join(self.cleaned_data["legal_name"].split())


class AgencyForm(AgencyFactsForm):
    """Facts and prose, in one form; the prose once per language."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        existing = {text.language: text for text in self.instance.texts.all()}
        for language, suffix, name in ((CHINESE, "zh", "简体中文"), (ENGLISH, "en", "English")):
            for part in TEXTS:
                field = AgencyText._meta.get_field(part).formfield(
                    required=(part == "mission" and language == CHINESE),
                    label=_("%(text)s (%(language)s)")
                    % {"text": AgencyText._meta.get_field(part).verbose_name, "language": name},
                    widget=forms.Textarea(attrs={"rows": 3, "lang": language}),
                    initial=getattr(existing.get(language), part, ""),
                )
                self.fields[f"{part}_{suffix}"] = field

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("mission_en") and (
            cleaned.get("description_en") or cleaned.get("how_to_get_help_en")
        ):
            self.add_error("mission_en", _("Please write these three lines too: they stand above the rest."))
        return cleaned

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        """The prose as `profile.change` takes it."""
        return {
            language: {part: self.cleaned_data.get(f"{part}_{suffix}", "") for part in TEXTS}
            for language, suffix in ((CHINESE, "zh"), (ENGLISH, "en"))
        }


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


class ServiceForm(forms.ModelForm):
    areas = DivisionsField(
        label=gettext_lazy("Areas served"),
        required=False,
        help_text=gettext_lazy(
            "One district on each line, such as 东莞市. Leave it empty when you serve where you sit."
        ),
    )
    delivery = forms.MultipleChoiceField(
        label=gettext_lazy("Delivery"), choices=Service.Delivery, required=False, widget=Choices
    )

    class Meta:
        model = Service
        fields = [
            "name_zh",
            "name_en",
            "summary",
            "types",
            "populations",
            "methods",
            "areas",
            "delivery",
            "fees",
            "is_offered",
        ]
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 4}),
            "types": Choices,
            "populations": Choices,
            "methods": Choices,
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("types", "populations", "methods"):
            field = self.fields[name]
            chosen = getattr(self.instance, name).all() if self.instance.pk else Topic.objects.none()
            # A narrower term that an import brought stays a choice: saving must not lose it.
            field.queryset = field.queryset.filter(Q(parent=None, is_active=True) | Q(pk__in=chosen))

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("name_zh") and not cleaned.get("name_en"):
            self.add_error("name_zh", _("Please give the service a name, in Chinese or in English."))
        return cleaned


class JoinForm(forms.ModelForm):
    class Meta:
        model = JoinRequest
        fields = ["message"]
        widgets = {"message": forms.Textarea(attrs={"rows": 2})}
        help_texts = {"message": gettext_lazy("A line by which your colleagues know you.")}


class DecisionForm(forms.Form):
    """Yes or no to a person who asks to join."""

    answer = forms.ChoiceField(choices=[("accept", "accept"), ("decline", "decline")])
    reason = forms.CharField(max_length=500, required=False)


class MembershipActionForm(forms.Form):
    """What an owner or manager does with a membership."""

    action = forms.ChoiceField(choices=[(name, name) for name in ("remove", "suspend", "restore", "role")])
    role = forms.ChoiceField(choices=Membership._meta.get_field("role").choices, required=False)


class ShownForm(forms.ModelForm):
    """Whether and how one is named on the agency's page."""

    class Meta:
        model = Membership
        fields = ["title", "is_shown"]


class AccountForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "occupation", "language"]


class NameSearchForm(forms.Form):
    """Words to look for in names."""

    q = forms.CharField(label=gettext_lazy("Name of the agency"), max_length=100, required=False)


class PartnershipForm(forms.Form):
    """A proposal to show that agencies work together."""

    partners = AgenciesField(
        label=gettext_lazy("With which agencies?"),
        help_text=gettext_lazy("Full names as in the directory, one on each line. Each is asked to confirm."),
    )
    kind = forms.ModelChoiceField(
        Topic.objects.of(Topic.Scheme.COLLABORATION), label=gettext_lazy("What kind of partnership?")
    )
    title = forms.CharField(label=gettext_lazy("A name for it"), max_length=120)
    summary = forms.CharField(
        label=gettext_lazy("What you do together"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    started_on = forms.DateField(
        label=gettext_lazy("Since when?"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
