"""The field of the calendar's filter that looks for a host by a part of its name."""

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from orgs import directory
from orgs.models import Agency


class HostField(forms.CharField):
    """A part of an agency's name, or the end of its page's address. Its value: the keys of the listed agencies meant.

    A list of all hosts to choose from would have no end, and be most of the page.
    """

    def __init__(self, **options):
        super().__init__(
            max_length=directory.LONGEST_QUESTION,
            widget=forms.TextInput(attrs={"type": "search", "data-suggest-fills": ""}),
            **options,
        )
        self.widget.attrs["data-suggest"] = reverse_lazy("suggest", query={"kind": "agency"})

    def clean(self, value) -> list[int]:
        """Raises ValidationError where no agency is called so."""
        words = super().clean(value)
        if not words:
            return []
        by_address = list(Agency.objects.listed().filter(slug=words).values_list("pk", flat=True))
        if not (meant := by_address or directory.named(words)):
            raise forms.ValidationError(_("No agency of this name"))
        return meant

    def bound_data(self, data, initial):
        """What stands in the field: the agency's name, also where the address of the page has another word for it."""
        agency = Agency.objects.listed().filter(slug=data).first() if data else None
        return agency.label if agency else data
