"""What is sent at the door by people without JavaScript, or with a single press."""

from django import forms
from django.utils.translation import gettext_lazy as _

from events.forms.moment import Moment
from events.models import Event

WAYS = [("in", _("In")), ("out", _("Out"))]
DEEDS = [
    *WAYS,
    ("void", _("Take back")),
    ("let_in", _("Let in")),
    ("chair", _("Let in, with one more chair")),
    ("came", _("Was there")),
]


class SessionForm(forms.Form):
    """Which session it is about."""

    session = forms.ModelChoiceField(None)

    def __init__(self, *args, event: Event, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["session"].queryset = event.sessions.all()


class DoorForm(SessionForm):
    """One press beside a name. The times belong to "Was there" and may be left out."""

    deed = forms.ChoiceField(choices=DEEDS)
    came_at = Moment(required=False)
    went_at = Moment(required=False)

    def __init__(self, *args, event: Event, **kwargs):
        super().__init__(*args, event=event, **kwargs)
        for name in ("came_at", "went_at"):
            self.fields[name].zone = event.zone


class CodeForm(SessionForm):
    """Six digits, or what a scanner read out of a QR code."""

    deed = forms.ChoiceField(choices=WAYS)
    code = forms.CharField(max_length=300)
