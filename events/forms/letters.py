"""What the host wants to go out by itself around the day."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import LetterPlan
from events.models.reminder import check_hours


class HoursField(forms.CharField):
    """Whole hours however people separate them: "72, 24, 2" or "72、24 小时". Its value is a list, the longest first."""

    def prepare_value(self, value):
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value) -> list[int]:
        text = super().clean(value)
        words = [word for word in re.split(r"[\s,，、;；]+", text) if word]
        hours = []
        for word in words:
            found = re.fullmatch(r"(\d{1,4})(?:小时|h)?", word)
            if not found:
                raise ValidationError(
                    _("“%(word)s” is no number of hours. Write for instance: 72, 24, 2"),
                    params={"word": word[:20]},
                )
            hours.append(int(found[1]))
        hours = sorted(set(hours), reverse=True)
        check_hours(hours)
        return hours


class LetterPlanForm(forms.ModelForm):
    reminder_hours = HoursField(
        label=gettext_lazy("Hours before each session"),
        required=False,
        max_length=80,
        help_text=gettext_lazy(
            "Up to five, separated by commas, for instance: 72, 24, 2. Leave it empty and nobody is reminded."
        ),
    )
    sends_thanks = forms.BooleanField(
        label=gettext_lazy("Thank people on the day after the last session"), required=False
    )
    thanks_hour = forms.TypedChoiceField(
        label=gettext_lazy("At what time"),
        choices=[(hour, f"{hour}:00") for hour in range(7, 22)],
        coerce=int,
    )

    class Meta:
        model = LetterPlan
        fields = ("reminder_hours", "sends_thanks", "thanks_hour", "thanks_words")
        widgets = {"thanks_words": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "thanks_words": gettext_lazy(
                "They stand in the thank-you mail as you write them. The link to feedback and certificate is in it anyway."
            )
        }
