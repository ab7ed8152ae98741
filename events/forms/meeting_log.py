"""Uploading the log of a meeting, and saying whose a row is."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.attending.meeting_log_file import MAX_BYTES
from events.models import Event, Registration


class MeetingLogForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Log of the meeting"),
        max_length=200,
        help_text=gettext_lazy(
            "The list of participants with times, as Tencent Meeting, Zoom, Teams, DingTalk or Feishu export it: CSV or "
            "Excel, at most 10 MB. Times are read as Beijing time."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(
                _("“%(name)s” is larger than %(limit)d MB. Export one meeting at a time.")
                % {"name": file.name, "limit": MAX_BYTES // 1024 // 1024}
            )
        return file


class PersonOfTheEvent(forms.ModelChoiceField):
    def label_from_instance(self, one: Registration) -> str:
        return f"{one.known_as} · {one.agency.label}" if one.agency else str(one.known_as)


class AssignForm(forms.Form):
    """Whose a row is; nobody's when left empty."""

    registration = PersonOfTheEvent(
        None, required=False, to_field_name="public_id", empty_label=gettext_lazy("nobody with a seat")
    )

    def __init__(self, *args, event: Event, **kwargs):
        super().__init__(*args, **kwargs)
        seated = event.registrations.filter(status=Registration.Status.CONFIRMED)
        self.fields["registration"].queryset = seated.select_related("user", "agency").prefetch_related(
            "nominations"
        )
