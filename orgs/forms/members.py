"""Joining, answering, and what happens to memberships."""

from django import forms
from django.utils.translation import gettext_lazy

from orgs.models import JoinRequest, Membership


class JoinForm(forms.ModelForm):
    class Meta:
        model = JoinRequest
        fields = ["message"]
        widgets = {"message": forms.Textarea(attrs={"rows": 2})}
        help_texts = {"message": gettext_lazy("A line by which your colleagues know you.")}


class DecisionForm(forms.Form):
    """Yes or no to a person who asks to join."""

    answer = forms.ChoiceField(choices=[("accept", "accept"), ("decline", "decline")])
    reason = forms.CharField(max_length=500, required=False)


class MembershipActionForm(forms.Form):
    """What an owner or manager does with a membership."""

    action = forms.ChoiceField(choices=[(name, name) for name in ("remove", "suspend", "restore", "role")])
    role = forms.ChoiceField(choices=Membership._meta.get_field("role").choices, required=False)


class ShownForm(forms.ModelForm):
    """Whether and how one is named on the agency's page."""

    class Meta:
        model = Membership
        fields = ["title", "is_shown"]
