"""A service: what, for whom, how and where."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.division_field import DivisionsField
from orgs.forms.choices import Choices
from orgs.models import Service
from portal.models import Topic

#: The vocabularies that describe a service.
TERMS = ("types", "populations", "methods", "languages")
OLDEST = 120
SECTIONS = (
    ("what", gettext_lazy("What it is"), ["name_zh", "name_en", "summary", "types", "methods"]),
    ("whom", gettext_lazy("For whom"), ["populations", "eligibility", "min_age", "max_age", "languages"]),
    ("where", gettext_lazy("Where and how"), ["locations", "areas", "delivery", "fees", "is_offered"]),
)


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
            "languages",
            "locations",
            "areas",
            "delivery",
            "fees",
            "eligibility",
            "min_age",
            "max_age",
            "is_offered",
        ]
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 4}),
            "types": Choices,
            "populations": Choices,
            "methods": Choices,
            "languages": Choices,
            "locations": Choices,
        }
        help_texts = {
            "eligibility": gettext_lazy(
                "In a sentence, such as: everybody who lives here, whatever the hukou."
            ),
            "languages": gettext_lazy("In which people can speak with you."),
            "locations": gettext_lazy("The places of your agency to which people come for it."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in TERMS:
            field = self.fields[name]
            chosen = getattr(self.instance, name).all() if self.instance.pk else Topic.objects.none()
            # A narrower term that an import brought stays a choice: saving must not lose it.
            field.queryset = field.queryset.filter(Q(parent=None, is_active=True) | Q(pk__in=chosen))

        places = self.instance.agency.locations.all()
        if places:
            self.fields["locations"].queryset = places
        else:
            del self.fields["locations"]  # nothing to choose from

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("name_zh") and not cleaned.get("name_en"):
            self.add_error("name_zh", _("Please give the service a name, in Chinese or in English."))
        youngest, oldest = cleaned.get("min_age"), cleaned.get("max_age")
        for name in ("min_age", "max_age"):
            if (cleaned.get(name) or 0) > OLDEST:
                self.add_error(name, _("Nobody is that old."))
        if youngest is not None and oldest is not None and youngest > oldest:
            self.add_error("max_age", _("This is younger than the age from which it begins."))
        return cleaned

    @property
    def sections(self) -> list[dict]:
        """The form as it is shown, in parts."""
        return [
            {
                "key": key,
                "title": title,
                "rows": [{"field": self[name]} for name in names if name in self.fields],
            }
            for key, title, names in SECTIONS
        ]

    @property
    def refused(self) -> list:
        """The fields with a refusal, to be named on top of the long form."""
        return [field for field in self if field.errors]
