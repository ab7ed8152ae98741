"""What people type about events: a registration, and an event with its sessions."""

from collections.abc import Iterator
from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.calendar import TOPIC_SCHEMES
from events.kept_seats_field import KeptSeatsField
from events.models import Event, SeatPool
from events.publishing import PlannedSession
from events.seats import MOST_SEATS
from orgs.models import Agency, Division
from portal.models import Topic

MOST_SESSIONS = 8
YEARS_AWAY = 10


class RegistrationForm(forms.Form):
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label=gettext_lazy("Which agency do you come from?"),
        required=False,
        empty_label=gettext_lazy("None, I come for myself"),
    )
    note = forms.CharField(
        label=gettext_lazy("Note to the host"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("For instance: what you need to take part. Only the host reads it."),
    )

    is_online = forms.TypedChoiceField(
        label=gettext_lazy("How do you come?"),
        choices=[("", gettext_lazy("On site")), ("online", gettext_lazy("Online"))],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
    )

    field_order = ("is_online", "agency", "note")

    def __init__(self, *args, user, event, **kwargs):
        super().__init__(*args, **kwargs)
        if {pool.kind for pool in event.open_pools} != {SeatPool.Kind.OPEN, SeatPool.Kind.ONLINE}:
            del self.fields["is_online"]
        agencies = Agency.objects.filter(pk__in=user.memberships.active().values("agency"))
        if first := agencies.first():
            self.fields["agency"].queryset = agencies
            self.initial.setdefault("agency", first)
        else:
            del self.fields["agency"]


class HostDecisionForm(forms.Form):
    """The host's yes or no to one person, with a reason that the person reads."""

    answer = forms.ChoiceField(choices=[("approve", "approve"), ("turn_down", "turn_down")])
    reason = forms.CharField(max_length=300, required=False)


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


class EventForm(forms.ModelForm):
    #: What stands above the sessions on the page; the rest stands below.
    ABOUT = ("title", "title_en", "kind", "theme", "language", "summary", "summary_en")

    capacity = forms.IntegerField(
        label=gettext_lazy("Seats"),
        required=False,
        min_value=1,
        max_value=MOST_SEATS,
        help_text=gettext_lazy("Leave empty when people need not register."),
    )
    online = forms.IntegerField(
        label=gettext_lazy("Seats online"),
        required=False,
        min_value=1,
        max_value=MOST_SEATS,
        help_text=gettext_lazy("For an event on site and online. People choose when they register."),
    )
    kept = KeptSeatsField(
        label=gettext_lazy("Seats kept for agencies"),
        required=False,
        help_text=gettext_lazy(
            "Besides the open seats. One agency on each line with a number, such as: 东莞市东城同心社会工作服务中心 5"
        ),
    )
    release_at = Moment(
        label=gettext_lazy("Kept seats are open to all from"),
        required=False,
        help_text=gettext_lazy("What an agency has not used by then goes to everybody."),
    )
    speakers = forms.CharField(
        label=gettext_lazy("Speakers"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line: name, and who they are in brackets."),
    )
    co_hosts = forms.ModelMultipleChoiceField(
        Agency.objects.none(),
        label=gettext_lazy("Held together with"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=gettext_lazy("An agency is shown as a host when it has said yes."),
    )
    online_url = forms.URLField(
        label=gettext_lazy("Link to the meeting"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=gettext_lazy("Only people with a seat see it."),
    )
    registration_opens_at = Moment(label=gettext_lazy("Registration opens"), required=False)
    registration_closes_at = Moment(
        label=gettext_lazy("Registration closes"),
        required=False,
        help_text=gettext_lazy("Empty: with the start of the first session."),
    )

    class Meta:
        model = Event
        fields = (
            "title",
            "title_en",
            "kind",
            "theme",
            "language",
            "summary",
            "summary_en",
            "description",
            "speakers",
            "mode",
            "division",
            "venue",
            "online_url",
            "capacity",
            "online",
            "kept",
            "release_at",
            "needs_approval",
            "registration_opens_at",
            "registration_closes_at",
            "fee",
            "contact",
            "topics",
            "co_hosts",
        )
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "summary_en": forms.Textarea(attrs={"rows": 3}),
            "description": forms.Textarea(attrs={"rows": 10}),
            "topics": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args, host: Agency, **kwargs):
        super().__init__(*args, **kwargs)
        event = self.instance
        self.fields["co_hosts"].queryset = Agency.objects.listed().exclude(pk=host.pk)
        self.fields["topics"].queryset = Topic.objects.filter(scheme__in=TOPIC_SCHEMES, is_active=True).top()
        self.fields["topics"].choices = by_scheme(self.fields["topics"].queryset)
        self.fields["theme"].empty_label = _("No theme")
        self.fields["theme"].queryset = Topic.objects.of(Topic.Scheme.THEME)
        # Towns and cities; a finer district that an event has already stays a choice.
        large = Division.objects.current().filter(
            level__in=(Division.Level.PROVINCE, Division.Level.PREFECTURE)
        )
        own = Division.objects.filter(pk=event.division_id or (host.division_id if not event.pk else None))
        self.fields["division"].queryset = (large | own).select_related("parent")
        self.initial["speakers"] = "\n".join(event.speakers)
        if event.pk:
            pools = list(event.pools.select_related("agency"))
            for name, kind in (("capacity", SeatPool.Kind.OPEN), ("online", SeatPool.Kind.ONLINE)):
                self.initial[name] = next((pool.capacity for pool in pools if pool.kind == kind), None)
            kept = [pool for pool in pools if pool.agency_id]
            self.initial["kept"] = {pool.agency: pool.capacity for pool in kept}
            self.initial["release_at"] = next((pool.release_at for pool in kept), None)
            self.initial["co_hosts"] = [co_host.agency_id for co_host in event.hosts.all()]
        else:
            self.initial.setdefault("division", host.division_id)

    def clean_speakers(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["speakers"].splitlines() if line.strip()]

    def clean(self):
        cleaned = super().clean()
        opens_at, closes_at = cleaned.get("registration_opens_at"), cleaned.get("registration_closes_at")
        if opens_at and closes_at and closes_at <= opens_at:
            self.add_error("registration_closes_at", _("Registration closes after it opens."))
        mode = cleaned.get("mode")
        if cleaned.get("online") and mode != Event.Mode.HYBRID:
            self.add_error("online", _("Seats online are for an event on site and online."))
        self.check_what_is_taken(cleaned)
        if mode in (Event.Mode.ONSITE, Event.Mode.HYBRID) and not cleaned.get("venue"):
            self.add_error("venue", _("Say where people should come."))
        return cleaned

    def check_what_is_taken(self, cleaned: dict) -> None:
        """Say beside the number that it is below what people have taken; the rule would say it above the form."""
        if not self.instance.pk or self.errors.keys() & {"capacity", "online", "kept"}:
            return
        wanted = {SeatPool.Kind.OPEN: cleaned.get("capacity"), SeatPool.Kind.ONLINE: cleaned.get("online")}
        kept = {agency.pk: number for agency, number in (cleaned.get("kept") or {}).items()}
        for pool in self.instance.pools.all():
            field = {SeatPool.Kind.OPEN: "capacity", SeatPool.Kind.ONLINE: "online"}.get(pool.kind, "kept")
            number = kept.get(pool.agency_id) if pool.agency_id else wanted[pool.kind]
            if (number or 0) < pool.taken and (field != "kept" or number is not None):
                self.add_error(
                    field,
                    ValidationError(
                        _("%(taken)d seats are taken already. There cannot be fewer."),
                        params={"taken": pool.taken},
                    ),
                )

    @property
    def plan(self) -> dict:
        """What `publishing.create_event` and `update_event` take, from a form without errors."""
        fields = dict(self.cleaned_data)
        return {
            **{
                name: fields.pop(name)
                for name in ("capacity", "online", "kept", "release_at", "co_hosts", "topics")
            },
            "fields": fields,
        }


def by_scheme(topics) -> list[tuple[str, list]]:
    """Topics as choices in groups, each group under the name of its vocabulary."""
    groups: dict[str, list] = {}
    for topic in topics:
        groups.setdefault(topic.get_scheme_display(), []).append((topic.pk, topic.name))
    return list(groups.items())


class SessionForm(forms.Form):
    """One dated part. An empty row is no session; a row made empty takes its session away."""

    ical_uid = forms.UUIDField(required=False, widget=forms.HiddenInput)
    starts_at = Moment(label=gettext_lazy("Starts"), required=False)
    ends_at = Moment(label=gettext_lazy("Ends"), required=False)
    title = forms.CharField(label=gettext_lazy("Title of this part"), required=False, max_length=200)
    is_all_day = forms.BooleanField(label=gettext_lazy("All day"), required=False)

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
    def clean(self):
        if not any(self.errors) and not list(self.plan()):
            raise ValidationError(_("An event has at least one session. Fill in a start and an end."))

    def plan(self) -> Iterator[PlannedSession]:
        """The sessions as `publishing` takes them."""
        for form in self.forms:
            if not form.is_blank:
                yield PlannedSession(**form.cleaned_data)


def session_rows(event: Event | None, data=None) -> BaseSessionFormSet:
    """Rows for the sessions of an event, at least `MOST_SESSIONS`; an imported series keeps all it has."""
    sessions = list(event.sessions.all()) if event else []
    rows = max(MOST_SESSIONS, len(sessions))
    form_set = forms.formset_factory(
        SessionForm,
        formset=BaseSessionFormSet,
        extra=rows - len(sessions),
        max_num=rows,
        absolute_max=rows,
        validate_max=True,
    )
    initial = [{name: getattr(session, name) for name in SessionForm.base_fields} for session in sessions]
    return form_set(data, initial=initial, prefix="sessions")
