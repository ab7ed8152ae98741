"""What an agency says about itself."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.division_field import DivisionField
from orgs.forms.choices import Choices
from orgs.models import Agency, AgencyText
from portal.bilingual import CHINESE, ENGLISH

TEXTS = ("mission", "description", "how_to_get_help")


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
