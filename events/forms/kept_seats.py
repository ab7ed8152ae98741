"""A form field for seats that are kept for agencies: one agency and one number on each line."""

import re

from django import forms
from django.utils.translation import gettext as _

from orgs.agency_field import AgenciesField
from orgs.models import Agency

MOST_LINES = 50
LINE = re.compile(
    r"(?P<name>.*[^\d\s,，:：、×x*])[\s,，:：、×x*]*(?P<number>\d{1,5})\s*(?:个|名|人|席|seats?)?\s*$"
)


class KeptSeatsField(forms.CharField):
    """Text such as 东莞市东城同心社会工作服务中心 5. Its value is {Agency: number of seats}."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value):
        if isinstance(value, dict):
            return "\n".join(f"{agency.legal_name} {number}" for agency, number in value.items())
        return value

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value) -> dict[Agency, int]:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(
                _("That is more than 50 lines. Please keep seats for fewer agencies.")
            )
        kept: dict[Agency, int] = {}
        for line in lines:
            found = LINE.match(line)
            if not found:
                raise forms.ValidationError(
                    _("“%(line)s” has no number at its end. Write the agency and how many seats."),
                    params={"line": line[:60]},
                )
            [agency] = AgenciesField().clean(found["name"].strip())
            if agency in kept:
                raise forms.ValidationError(_("%(agency)s stands here twice."), params={"agency": agency})
            kept[agency] = int(found["number"])
        return kept
