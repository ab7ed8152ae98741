"""What an agency says about itself: facts once, prose once per language, and beside a field who sees it."""

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs import applying, uscc, visibility
from orgs.division_field import DivisionField
from orgs.forms.choices import Choices
from orgs.models import Agency, AgencyText, Audience
from portal.bilingual import CHINESE, ENGLISH

TEXTS = ("mission", "description", "how_to_get_help")
LANGUAGES = ((CHINESE, "zh", "简体中文"), (ENGLISH, "en", "English"))
FORMER_NAMES = 12
FIRST_GRADES = 2007  # the ministry's first guideline on grading social organisations
#: The parts of the long form: anchor, title, fields. A text field stands once per language.
SECTIONS = (
    ("names", gettext_lazy("Names"), ["legal_name", "short_name", "name_en", "former_names", "org_type"]),
    (
        "words-zh",
        gettext_lazy("About us, in Chinese"),
        [f"{part}_zh" for part in TEXTS],
    ),
    (
        "words-en",
        gettext_lazy("About us, in English"),
        [f"{part}_en" for part in TEXTS],
    ),
    (
        "contact",
        gettext_lazy("How to reach you"),
        [
            "division",
            "address",
            "public_phone",
            "hotline",
            "public_email",
            "wechat_account",
            "website",
        ],
    ),
    ("facts", gettext_lazy("Facts"), ["migrant_focus", "founded_on", "staff_band", "funding"]),
    (
        "registration",
        gettext_lazy("Registration and grade"),
        ["uscc", "supervising_unit", "rating", "rating_year"],
    ),
)


class FormerNamesField(forms.CharField):
    """Names that the agency had before, one a line. Its value is a list."""

    widget = forms.Textarea(attrs={"rows": 2})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value):
        names = [" ".join(line.split()) for line in super().clean(value).splitlines()]
        names = list(dict.fromkeys(name for name in names if name))
        longest = Agency._meta.get_field("legal_name").max_length
        if any(len(name) > longest for name in names):
            raise forms.ValidationError(
                _("A name has at most %(count)s characters. Please write each name on its own line."),
                params={"count": longest},
            )
        if len(names) > FORMER_NAMES:
            raise forms.ValidationError(
                _("Please name the last %(count)s names only."), params={"count": FORMER_NAMES}
            )
        return names


class AgencyFactsForm(forms.ModelForm):
    """The facts of an agency, as its people or an applicant state them."""

    code_of_another: str | None = None
    has_malformed_code = False

    division = DivisionField(
        label=gettext_lazy("Seat"),
        required=False,
        help_text=gettext_lazy("The district where you are, such as 东莞市东城街道 or 深圳市宝安区."),
    )
    website = forms.URLField(
        label=gettext_lazy("Website"), required=False, max_length=200, assume_scheme="https"
    )

    uscc = forms.CharField(
        label=gettext_lazy("Unified social credit code"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("The 18 characters on your certificate. Leave it empty if you have none."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    class Meta:
        model = Agency
        fields = [
            "legal_name",
            "short_name",
            "name_en",
            "org_type",
            "uscc",
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
            "public_phone": forms.TextInput(attrs={"type": "tel"}),
            "hotline": forms.TextInput(attrs={"type": "tel"}),
        }
        help_texts = {
            "legal_name": gettext_lazy(
                "As on your registration certificate, or the name your group goes by."
            ),
            "short_name": gettext_lazy("What colleagues call you, at best in six characters."),
            "hotline": gettext_lazy("The number that people in need call, if it is another one."),
            "supervising_unit": gettext_lazy("业务主管单位, if your registration names one."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.division_id:
            self.initial["division"] = self.instance.division  # in words: Django would write its key

    def clean_founded_on(self):
        founded_on = self.cleaned_data["founded_on"]
        if founded_on and founded_on > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come."))
        return founded_on

    def clean_uscc(self):
        """The code as it is kept; a doubtful one too. What cannot be a code is not, but nobody is turned away for it."""
        self.code_of_another = None
        code = self.cleaned_data["uscc"]
        if not code or "without_code" in self.data:
            return None
        verdict = uscc.check(code)
        if verdict.answer == uscc.Answer.MALFORMED:
            self.has_malformed_code = True
            raise forms.ValidationError(
                [
                    verdict.sentence,
                    _("Correct it, or leave it empty and upload the certificate instead."),
                ]
            )
        if applying.has_code_of_another(verdict.code, than=self.instance):
            self.code_of_another = verdict.code
            raise forms.ValidationError(applying.SAME_CODE)
        return verdict.code

    def clean_legal_name(self):
        return " ".join(self.cleaned_data["legal_name"].split())


class AgencyForm(AgencyFactsForm):
    """Facts and prose, in one form of several sections; the prose once per language."""

    former_names = FormerNamesField(
        label=gettext_lazy("Former names"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("One on each line. People who know the old name find you."),
    )

    class Meta(AgencyFactsForm.Meta):
        fields = [
            *AgencyFactsForm.Meta.fields,
            "former_names",
            "hotline",
            "wechat_account",
            "supervising_unit",
            "rating",
            "rating_year",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        existing = {text.language: text for text in self.instance.texts.all()}
        for language, suffix, name in LANGUAGES:
            for part in TEXTS:
                field = AgencyText._meta.get_field(part).formfield(
                    required=(part == "mission" and language == CHINESE),
                    label=_("%(text)s (%(language)s)")
                    % {"text": capfirst(AgencyText._meta.get_field(part).verbose_name), "language": name},
                    widget=forms.Textarea(attrs={"rows": 3, "lang": language}),
                    initial=getattr(existing.get(language), part, ""),
                )
                self.fields[f"{part}_{suffix}"] = field
        restricted = visibility.restrictions(self.instance)
        for name in (*visibility.HIDEABLE, *visibility.HIDEABLE_LISTS):
            if name in self.fields:
                self.fields[f"shown_to_{name}"] = forms.ChoiceField(
                    label=_("Who sees “%(field)s”") % {"field": self.fields[name].label},
                    choices=Audience,
                    initial=restricted.get(name, Audience.PUBLIC),
                    required=False,
                )

    @property
    def sections(self) -> list[dict]:
        """The form as it is shown: sections of fields, each with the control that says who sees it, if it has one."""
        return [
            {
                "key": key,
                "title": title,
                "rows": [
                    {
                        "field": self[name],
                        "shown_to": self[f"shown_to_{name}"] if f"shown_to_{name}" in self.fields else None,
                    }
                    for name in names
                    if name in self.fields
                ],
            }
            for key, title, names in SECTIONS
        ]

    @property
    def refused(self) -> list:
        """The fields with a refusal, to be named on top of the long form."""
        return [field for field in self if field.errors]

    def clean_rating_year(self):
        year = self.cleaned_data["rating_year"]
        if year is not None and not FIRST_GRADES <= year <= timezone.localdate().year:
            raise forms.ValidationError(_("Please write the year of the grade, such as 2024."))
        return year

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("mission_en") and (
            cleaned.get("description_en") or cleaned.get("how_to_get_help_en")
        ):
            self.add_error("mission_en", _("Please write these three lines too: they stand above the rest."))
        if cleaned.get("rating_year") and not cleaned.get("rating"):
            self.add_error("rating", _("Which grade did you get in that year?"))
        return cleaned

    def _post_clean(self):
        super()._post_clean()
        # A browser always sends the choice. Where it is missing the field stays as hidden as it was.
        visibility.restrict(
            self.instance,
            {
                name.removeprefix("shown_to_"): value
                for name, value in self.cleaned_data.items()
                if name.startswith("shown_to_") and value
            },
        )

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        """The prose as `profile.change` takes it."""
        return {
            language: {part: self.cleaned_data.get(f"{part}_{suffix}", "") for part in TEXTS}
            for language, suffix, _name in LANGUAGES
        }
