"""An event as its host writes it; the dated parts are `events.forms.session`."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.calendar import TOPIC_SCHEMES
from events.forms.kept_seats import KeptSeatsField
from events.forms.moment import Moment
from events.models import Event, SeatPool
from events.seats import MOST_SEATS
from orgs.models import Agency, Division
from portal.models import Topic


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
