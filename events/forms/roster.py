"""What a host changes on the roster: the number of seats, and people added by hand."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.forms.nomination import as_nominee, read_one
from events.nominating.guests import Nominee
from events.registering.seats import MOST_SEATS
from orgs.signup import AgencyNameField


class AddPersonForm(forms.Form):
    line = forms.CharField(
        label=gettext_lazy("Name with telephone or e-mail"),
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": "张三 13812345678"}),
    )
    agency = AgencyNameField(label=gettext_lazy("Agency"), required=False)
    one_more_chair = forms.BooleanField(
        label=gettext_lazy("One more chair, if the room is full"),
        required=False,
        help_text=gettext_lazy("The room gets a seat more, for this person. The log says that you did it."),
    )

    def clean_line(self):
        line = read_one(self.cleaned_data["line"])
        if line is None:
            raise ValidationError(_("There is no name in this line."))
        return line

    @property
    def nominee(self) -> Nominee:
        return as_nominee(self.cleaned_data["line"])


class SeatsForm(forms.Form):
    """The number of seats of one pool."""

    capacity = forms.IntegerField(label=gettext_lazy("Seats"), min_value=0, max_value=MOST_SEATS)
