"""A day and a time as people type it, on the clocks of the event."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import zones

YEARS_AWAY = 10


class Moment(forms.DateTimeField):
    """A day and a time, in one native control, on the clocks of `zone`.

    Refuses what is more than ten years away, a slip of the finger, and times that the zone does not have or has twice.
    """

    zone = ZoneInfo(zones.DEFAULT)

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value):
        try:
            with timezone.override(self.zone):
                moment = super().to_python(value)
            if moment is not None and abs(moment - timezone.now()) > timedelta(days=366 * YEARS_AWAY):
                raise ValidationError(_("This is more than ten years away. Check the year."))
        except ValidationError as refusal:
            clock = (refusal.params or {}).get("datetime")
            if refusal.code != "ambiguous_timezone" or abs(clock.year - timezone.now().year) > YEARS_AWAY:
                raise
            raise ValidationError(zones.why_not(clock, self.zone))
        except OverflowError:
            raise ValidationError(_("This is more than ten years away. Check the year."))
        return moment

    def prepare_value(self, value):
        with timezone.override(self.zone):
            return super().prepare_value(value)
