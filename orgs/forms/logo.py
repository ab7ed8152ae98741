"""The logo of an agency: a picture, and what it shows."""

from django import forms
from django.utils.translation import gettext_lazy

from orgs.logo import ACCEPTED, LONGEST_DESCRIPTION


class LogoForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Picture"),
        max_length=200,
        help_text=gettext_lazy("PNG, JPG or WebP, at most 2 MB and 4000 pixels on a side."),
        widget=forms.FileInput(attrs={"accept": ",".join(f"image/{kind.lower()}" for kind in ACCEPTED)}),
    )
    description = forms.CharField(
        label=gettext_lazy("What it shows"),
        required=False,
        max_length=LONGEST_DESCRIPTION,
        help_text=gettext_lazy("Read to people who do not see it, such as: two people walking side by side."),
    )
