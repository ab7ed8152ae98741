"""Recommending another agency."""

from django import forms
from django.utils.translation import gettext_lazy

from orgs.agency_field import AgenciesField
from orgs.models import Recommendation
from orgs.signup import Suggestions, listed_names


class ListedAgencyField(forms.CharField):
    """One listed agency by its name. Its value is the Agency."""

    def __init__(self, **kwargs):
        super().__init__(max_length=160, widget=Suggestions(listed_names), **kwargs)

    def clean(self, value):
        return AgenciesField.find(super().clean(value))


class RecommendationForm(forms.ModelForm):
    """Which agency one knows, and how."""

    agency = ListedAgencyField(
        label=gettext_lazy("Agency"),
        help_text=gettext_lazy("Its name as in the directory."),
        error_messages={"required": gettext_lazy("Please name an agency.")},
    )

    class Meta:
        model = Recommendation
        fields = ["agency", "words"]
        help_texts = {
            "words": gettext_lazy(
                "Such as: we have referred families to each other since 2019. The agency reads it."
            )
        }
