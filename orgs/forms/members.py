"""Joining, inviting, answering, and what happens to memberships."""

from django import forms
from django.utils.translation import gettext_lazy

from orgs import ownership
from orgs.models import Agency, Invitation, JoinRequest, Membership, Role
from orgs.permissions import roles_to_give


class JoinForm(forms.ModelForm):
    class Meta:
        model = JoinRequest
        fields = ["message"]
        widgets = {"message": forms.Textarea(attrs={"rows": 2})}
        help_texts = {"message": gettext_lazy("A line by which your colleagues know you.")}


class InvitationForm(forms.ModelForm):
    """An address, a role that the sender may give, and a line."""

    class Meta:
        model = Invitation
        fields = ["email", "role", "message"]
        widgets = {
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
            "message": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "email": gettext_lazy("They need an account with this address; the mail says how."),
            "message": gettext_lazy("A line by which they know that it is you."),
        }

    def __init__(self, *args, agency: Agency, by, **kwargs):
        super().__init__(*args, **kwargs)
        given = roles_to_give(by, agency)
        self.fields["role"].choices = [
            (role, Role(role).label) for role in sorted(given, key=Role.values.index, reverse=True)
        ]


class InvitationActionForm(forms.Form):
    """What becomes of an invitation that was sent."""

    action = forms.ChoiceField(choices=[(name, name) for name in ("resend", "revoke")])


class AnswerForm(forms.Form):
    """Yes or no, for oneself."""

    answer = forms.ChoiceField(choices=[(name, name) for name in ("accept", "decline")])


class OwnershipForm(forms.Form):
    """To whom the agency is offered."""

    taker = forms.ModelChoiceField(
        queryset=None,
        label=gettext_lazy("New owner"),
        empty_label=gettext_lazy("Choose a person"),
        help_text=gettext_lazy("Somebody of your agency with a confirmed e-mail address."),
    )

    def __init__(self, *args, agency: Agency, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["taker"].queryset = ownership.possible_takers(agency)


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
