"""The dated parts of an event, a row for each."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from events.forms.co_hosts import FIND, RefusesNothingWhileLooking
from events.forms.moment import Moment
from events.hosting.publishing import PlannedSession
from events.models import Event
from orgs.names import seen_as_written

ROWS_MORE = 8  # empty ones, each time that the form is shown
MOST_SESSIONS = 60  # typed by hand; an imported series may have more


class SessionForm(RefusesNothingWhileLooking, forms.Form):
    """One dated part. An empty row is no session; a row made empty takes its session away."""

    ical_uid = forms.UUIDField(required=False, widget=forms.HiddenInput)
    starts_at = Moment(label=gettext_lazy("Starts"), required=False)
    ends_at = Moment(label=gettext_lazy("Ends"), required=False)
    title = forms.CharField(
        label=gettext_lazy("Title of this part"),
        required=False,
        max_length=200,
        validators=[seen_as_written],
    )
    is_all_day = forms.BooleanField(label=gettext_lazy("All day"), required=False)

    def __init__(self, *args, zone: ZoneInfo, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("starts_at", "ends_at"):
            self.fields[name].zone = zone

    @property
    def is_blank(self) -> bool:
        cleaned = self.cleaned_data
        return not any(cleaned.get(name) for name in ("starts_at", "ends_at", "title"))

    def clean(self):
        cleaned = super().clean()
        if self.is_blank or self.errors:
            return cleaned
        for name in ("starts_at", "ends_at"):
            if not cleaned[name]:
                self.add_error(name, _("A session has a start and an end."))
        if not self.errors and cleaned["ends_at"] <= cleaned["starts_at"]:
            self.add_error("ends_at", _("A session ends after it starts."))
        return cleaned


class BaseSessionFormSet(forms.BaseFormSet):
    default_error_messages = {
        **forms.BaseFormSet.default_error_messages,
        "too_many_forms": ngettext_lazy(
            "An event has at most %(num)d dates. Make a second event, and a series of both.",
            "An event has at most %(num)d dates. Make a second event, and a series of both.",
            "num",
        ),
    }

    def clean(self):
        if not any(self.errors) and FIND not in self.data and not list(self.plan()):
            raise ValidationError(_("An event has at least one session. Fill in a start and an end."))

    @property
    def number_shown(self) -> int:
        """How many rows stand open: those that are filled, and at least one."""
        typed = [
            n for n, form in enumerate(self.forms, 1) if self.is_bound and (form.has_changed() or form.errors)
        ]
        return max(1, self.initial_form_count(), *typed)

    @property
    def shown(self) -> list[SessionForm]:
        return self.forms[: self.number_shown]

    @property
    def more(self) -> list[SessionForm]:
        return self.forms[self.number_shown :]

    def plan(self) -> Iterator[PlannedSession]:
        """The sessions as `publishing` takes them."""
        for form in self.forms:
            if not form.is_blank:
                yield PlannedSession(**form.cleaned_data)


def session_rows(event: Event | None, data=None, *, zone: ZoneInfo) -> BaseSessionFormSet:
    """Rows for the sessions of an event, and `ROWS_MORE` for further ones; an imported series keeps all it has."""
    sessions = list(event.sessions.all()) if event else []
    rows = max(len(sessions), min(len(sessions) + ROWS_MORE, MOST_SESSIONS))
    most = max(len(sessions), MOST_SESSIONS)
    form_set = forms.formset_factory(
        SessionForm,
        formset=BaseSessionFormSet,
        extra=rows - len(sessions),
        max_num=most,
        absolute_max=most + ROWS_MORE,
        validate_max=True,
    )
    initial = [{name: getattr(session, name) for name in SessionForm.base_fields} for session in sessions]
    return form_set(data, initial=initial, prefix="sessions", form_kwargs={"zone": zone})
