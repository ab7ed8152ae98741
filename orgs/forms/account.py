"""What a person says about themselves."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.models import User
from portal import zones


class AccountForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "occupation", "language", "time_zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [("", _("As on my device")), *zones.choices(self.instance.time_zone)]
        help_text = self.fields["time_zone"].help_text
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"), choices=choices, required=False, help_text=help_text
        )


class CloseAccountForm(forms.Form):
    """That one really means it."""

    is_sure = forms.BooleanField(label=gettext_lazy("Yes, close my account for good"))
