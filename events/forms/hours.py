"""What people and hosts say about hours."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import HoursRole
from orgs.models import Division

OLDEST = 10  # years: no registration period is longer


class ProfessionForm(forms.Form):
    """The role, the province and the start of the period. The number of a licence is not asked for."""

    role = forms.ChoiceField(label=gettext_lazy("I am"), choices=HoursRole)
    division = forms.ModelChoiceField(
        label=gettext_lazy("Province"),
        queryset=Division.objects.none(),
        required=False,
        empty_label=gettext_lazy("the whole country"),
        help_text=gettext_lazy("Some provinces have rules of their own."),
    )
    registered_on = forms.DateField(
        label=gettext_lazy("My licence was registered on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The start of your current registration period, as on your licence."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        provinces = Division.objects.current().filter(level=Division.Level.PROVINCE)
        self.fields["division"].queryset = provinces
        self.fields["division"].label_from_instance = lambda division: str(division.name)

    def clean_registered_on(self):
        day = self.cleaned_data["registered_on"]
        today = timezone.localdate()
        if day and day > today:
            raise forms.ValidationError(_("This day is still to come. Look at your licence."))
        if day and day.year < today.year - OLDEST:
            raise forms.ValidationError(
                _("This is more than ten years ago. Give the start of the current period.")
            )
        return day


class CorrectionForm(forms.Form):
    """Minutes more or fewer for one person, and why."""

    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"),
        min_value=-10000,
        max_value=10000,
        help_text=gettext_lazy("Such as 30, or -30 to take away."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("The person reads it.")
    )
