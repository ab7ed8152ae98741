"""Finding the agencies that hold an event together: a field to look for them, and those to tick.

A list of all agencies has no end, so the server narrows it. Looking is no saving: nothing that was typed is refused.
"""

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs import directory
from orgs.forms.choices import Choices
from orgs.models import Agency

#: The button that looks, as the browser sends it.
FIND = "find_co_hosts"
MOST_OFFERED = 12


class FindInput(forms.TextInput):
    input_type = "search"
    template_name = "events/widgets/find.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["find"] = FIND
        return context


class RefusesNothingWhileLooking(forms.BaseForm):
    """A form that is only sent to look for agencies keeps what was typed, and says nothing about it."""

    @property
    def is_looking(self) -> bool:
        return self.is_bound and FIND in self.data

    def full_clean(self):
        if self.is_looking:
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()


class CoHostFields(RefusesNothingWhileLooking, forms.Form):
    co_host_words = forms.CharField(
        label=gettext_lazy("Find agencies that hold it with you"),
        required=False,
        max_length=directory.LONGEST_QUESTION,
        widget=FindInput,
        help_text=gettext_lazy(
            "A part of the name is enough. An agency is shown as a host when it has said yes."
        ),
    )
    co_hosts = forms.ModelMultipleChoiceField(
        Agency.objects.none(), label=gettext_lazy("Held together with"), required=False, widget=Choices
    )

    def offer_co_hosts(self, *, host: Agency) -> None:
        """Make those to tick: who is ticked already, and who was found."""
        self.fields["co_hosts"].queryset = others = Agency.objects.listed().exclude(pk=host.pk)
        words = str(self["co_host_words"].value() or "").strip()[: directory.LONGEST_QUESTION]
        ticked = [int(pk) for pk in self["co_hosts"].value() or () if str(pk).isdecimal()]
        self.found = [pk for pk in directory.named(words) if pk != host.pk][:MOST_OFFERED] if words else []
        offered = others.in_bulk([*ticked, *self.found])
        self.fields["co_hosts"].choices = [
            (pk, offered[pk].label) for pk in dict.fromkeys([*ticked, *self.found]) if pk in offered
        ]
        if self.is_looking and not self.found:
            self.full_clean()
            self.add_error("co_host_words", _("No agency of this name"))

    def clean_co_host_words(self) -> str:
        """Whoever looked for an agency and then forgot to tick it should not find out later."""
        words = self.cleaned_data["co_host_words"]
        ticked = self["co_hosts"].value() or ()
        if words and not {str(pk) for pk in self.found} & {str(pk) for pk in ticked}:
            raise forms.ValidationError(_("Tick the agency that you mean, or empty this field."))
        return words
