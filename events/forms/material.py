"""A file for those who take part, and who gets it when."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from events.hosting import materials
from events.models import Material


class ReleaseForm(forms.Form):
    audience = forms.ChoiceField(
        label=gettext_lazy("Who gets it"),
        choices=Material.Audience.choices,
        initial=Material.Audience.BEFORE,
    )


class MaterialForm(ReleaseForm):
    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=400,
        help_text=gettext_lazy(
            "PDF, Word, PowerPoint, Excel (docx, pptx, xlsx), PNG, JPG or ZIP, at most 20 MB."
        ),
        widget=forms.FileInput(attrs={"accept": ",".join([*materials.ENDINGS.values(), ".jpeg"])}),
    )

    field_order = ("file", "audience")

    def clean_file(self) -> materials.Handout:
        try:
            return materials.examine(self.cleaned_data["file"])
        except materials.MaterialError as no:
            raise ValidationError(str(no))
