"""What is sent at the door by people without JavaScript, or with a single press."""

from django import forms
from django.utils.translation import gettext_lazy as _

from events.models import Event

WAYS = [("in", _("In")), ("out", _("Out"))]
DEEDS = [
    *WAYS,
    ("void", _("Take back")),
    ("let_in", _("Let in")),
    ("chair", _("Let in, with one more chair")),
]


class DoorForm(forms.Form):
    """One press beside a name."""

    session = forms.ModelChoiceField(None)
    deed = forms.ChoiceField(choices=DEEDS)

    def __init__(self, *args, event: Event, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["session"].queryset = event.sessions.all()


class CodeForm(DoorForm):
    """Six digits, or what a scanner read out of a QR code."""

    deed = forms.ChoiceField(choices=WAYS)
    code = forms.CharField(max_length=300)
