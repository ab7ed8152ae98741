"""What a person says about themselves."""

from django import forms
from django.utils.translation import gettext_lazy

from orgs.models import User


class AccountForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "occupation", "language"]


class CloseAccountForm(forms.Form):
    """That one really means it."""

    is_sure = forms.BooleanField(label=gettext_lazy("Yes, close my account for good"))
