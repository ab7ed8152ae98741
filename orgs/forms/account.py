"""What a person says about themselves."""

from django import forms

from orgs.models import User


class AccountForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "occupation", "language"]
