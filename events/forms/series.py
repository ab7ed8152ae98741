"""A series as its host writes it; the day of a copy."""

from datetime import timedelta

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.forms.moment import YEARS_AWAY
from events.models import Event, EventSeries
from orgs.models import Agency
from orgs.names import seen_as_written

#: What was over longer ago is not offered any more; what is in the series stays.
OFFERED = timedelta(days=2 * 366)


class EventChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, event: Event) -> str:
        if event.starts_at is None:
            return str(event)
        day = date_format(timezone.localtime(event.starts_at, event.zone), "DATE_FORMAT")
        return f"{day} · {event}"


class SeriesForm(forms.ModelForm):
    events = EventChoices(
        Event.objects.none(),
        label=gettext_lazy("Its events"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("An event belongs to one series at most."),
    )

    class Meta:
        model = EventSeries
        fields = ("title", "summary", "title_en", "language")
        widgets = {"summary": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, host: Agency, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("title", "title_en"):
            self.fields[name].validators.append(seen_as_written)
        free = Q(series=None) & (Q(ends_at=None) | Q(ends_at__gte=timezone.now() - OFFERED))
        own = Q(series=self.instance) if self.instance.pk else Q(pk=None)
        self.fields["events"].queryset = (
            host.hosted_events.filter(free | own).exclude(status=Event.Status.CANCELLED, series=None)
        ).order_by("-starts_at", "pk")
        if self.instance.pk:
            self.initial["events"] = list(self.instance.events.values_list("pk", flat=True))


class CopyForm(forms.Form):
    """The day on which the event takes place again."""

    on = forms.DateField(
        label=gettext_lazy("First day of the copy"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_on(self):
        on = self.cleaned_data["on"]
        if on > timezone.localdate() + timedelta(days=366 * YEARS_AWAY):
            raise forms.ValidationError(_("This is more than ten years away. Check the year."))
        return on
