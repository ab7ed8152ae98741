"""What a host answers to a person."""

from django import forms


class HostDecisionForm(forms.Form):
    """The host's yes or no to one person, with a reason that the person reads."""

    answer = forms.ChoiceField(choices=[("approve", "approve"), ("turn_down", "turn_down")])
    reason = forms.CharField(max_length=300, required=False)
