"""The feedback form: three ratings and two texts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from events.models import Feedback
from events.models.feedback import RATINGS

WORDS = [
    (5, _("5, fully")),
    (4, _("4, mostly")),
    (3, _("3, half and half")),
    (2, _("2, rather not")),
    (1, _("1, not at all")),
]


class FeedbackForm(forms.ModelForm):
    class Meta:
        model = Feedback
        fields = [*RATINGS, "differently", "comment"]
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in ("differently", "comment")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for rating in RATINGS:
            label = Feedback._meta.get_field(rating).verbose_name
            self.fields[rating] = forms.TypedChoiceField(
                label=label, choices=WORDS, coerce=int, widget=forms.RadioSelect
            )
