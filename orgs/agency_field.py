"""A form field for other agencies: their names, one on each line, as people paste them."""

from django import forms
from django.utils.translation import gettext as _

from orgs.models import Agency

MOST = 10


class AgenciesField(forms.CharField):
    """Listed agencies by name, one on each line. Gives a list of agencies."""

    def __init__(self, **kwargs):
        super().__init__(widget=forms.Textarea(attrs={"rows": 2}), max_length=2000, **kwargs)

    def prepare_value(self, value):
        return "\n".join(agency.legal_name for agency in value) if isinstance(value, list) else value

    def clean(self, value):
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST:
            raise forms.ValidationError(_("Name at most ten partner agencies."))
        return list({agency.pk: agency for agency in map(self.find, lines)}.values())

    @staticmethod
    def find(name: str) -> Agency:
        for field in ("legal_name", "short_name", "name_en__iexact"):
            found = Agency.objects.listed().filter(**{field: name})[:2]
            if len(found) == 1:
                return found[0]
        near = Agency.objects.listed().filter(legal_name__contains=name)[:2]
        if len(near) == 1:
            return near[0]
        raise forms.ValidationError(
            _("No listed agency is called “%(name)s”. Write its full name as in the directory.")
            % {"name": name}
        )
