"""A place where people find the agency."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.models import Location


class LocationForm(forms.ModelForm):
    class Meta:
        model = Location
        fields = ["name_zh", "name_en", "address", "phone", "shown_to", "latitude", "longitude"]
        widgets = {
            "phone": forms.TextInput(attrs={"type": "tel"}),
            "latitude": forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
            "longitude": forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        }
        help_texts = {
            "shown_to": gettext_lazy("A shelter or a private home is best kept to your own people."),
            "latitude": gettext_lazy("In degrees, such as 23.0207."),
            "longitude": gettext_lazy("In degrees, such as 113.7518."),
        }

    @property
    def words(self) -> list:
        return [self[name] for name in ("name_zh", "name_en", "address", "phone", "shown_to")]

    @property
    def coordinates(self) -> list:
        return [self["latitude"], self["longitude"]]

    @property
    def has_coordinates(self) -> bool:
        """Whether the part with the coordinates stands open: when there is something to see or to correct in it."""
        return any(field.value() not in (None, "") or field.errors for field in self.coordinates)

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("name_zh") and not cleaned.get("name_en"):
            self.add_error("name_zh", _("Please give the place a name, in Chinese or in English."))
        for name, widest in (("latitude", 90), ("longitude", 180)):
            value = cleaned.get(name)
            if value is not None and not abs(value) <= widest:
                self.add_error(name, _("This lies between -%(widest)s and %(widest)s.") % {"widest": widest})
        given = {name for name in ("latitude", "longitude") if cleaned.get(name) is not None}
        if len(given) == 1 and not self.errors.keys() & {"latitude", "longitude"}:
            (missing,) = {"latitude", "longitude"} - given
            self.add_error(missing, _("Latitude and longitude are needed together."))
        return cleaned
