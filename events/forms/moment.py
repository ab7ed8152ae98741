"""A day and a time as people type it."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

YEARS_AWAY = 10


class Moment(forms.DateTimeField):
    """A day and a time, in one native control. Refuses what is more than ten years away: a slip of the finger."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value):
        try:
            moment = super().to_python(value)
            if moment is not None and abs(moment - timezone.now()) > timedelta(days=366 * YEARS_AWAY):
                raise ValidationError(_("This is more than ten years away. Check the year."))
        except OverflowError:
            raise ValidationError(_("This is more than ten years away. Check the year."))
        return moment
