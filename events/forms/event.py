"""An event as its host writes it; the dated parts are `events.forms.session`."""

from datetime import date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from events.calendar import TOPIC_SCHEMES
from events.forms.co_hosts import CoHostFields
from events.forms.kept_seats import KeptSeatsField
from events.forms.moment import Moment
from events.hosting.edition import edition
from events.hosting.picture import ACCEPTED, LONGEST_DESCRIPTION, PictureError, redraw
from events.models import Event, SeatPool
from events.registering.seats import MOST_SEATS
from orgs.models import Agency, Division
from orgs.names import seen_as_written
from portal import zones
from portal.models import Topic


class EventForm(CoHostFields, forms.ModelForm):
    #: What every event needs stands open, before the dates and after them; the rest is folded away, under its own words.
    ABOUT = ("title", "kind")
    PRACTICAL = ("mode", "venue", "division", "online_url", "capacity")
    RARE = (
        (
            gettext_lazy("What it is about"),
            ("summary", "description", "speakers", "theme", "topics", "title_en", "summary_en", "language"),
        ),
        (gettext_lazy("Picture"), ("picture", "picture_shows", "without_picture")),
        (gettext_lazy("Accessibility, fee, contact"), ("accessibility", "fee", "contact")),
        (
            gettext_lazy("Who gets a seat, and until when people register"),
            (
                "needs_approval",
                "registration_opens_at",
                "registration_closes_at",
                "online",
                "kept",
                "release_at",
                "minimum",
                "decide_on",
            ),
        ),
        (gettext_lazy("Hosts together, time zone"), ("co_host_words", "co_hosts", "time_zone")),
    )

    #: What the event said when the form was shown.
    began_from = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    #: Made with the page of a new event; the same form sent twice is known by it.
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid4)
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

    picture = forms.FileField(
        label=gettext_lazy("Picture"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("PNG, JPG or WebP, at most 10 MB. It stands on the page of the event."),
        widget=forms.FileInput(attrs={"accept": ",".join(f"image/{kind.lower()}" for kind in ACCEPTED)}),
    )
    picture_shows = forms.CharField(
        label=gettext_lazy("What the picture shows"),
        required=False,
        max_length=LONGEST_DESCRIPTION,
        help_text=gettext_lazy(
            "Read to people who do not see it, such as: a circle of chairs in a bright room."
        ),
    )
    without_picture = forms.BooleanField(label=gettext_lazy("Take the picture away"), required=False)
    minimum = forms.IntegerField(
        label=gettext_lazy("At least so many people"),
        required=False,
        min_value=1,
        max_value=MOST_SEATS,
        help_text=gettext_lazy("With fewer it does not take place. Say below on which day you decide."),
    )
    decide_on = forms.DateField(
        label=gettext_lazy("Decided on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("On that day we write to you how many have registered."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        required=False,
        help_text=gettext_lazy("All times of this form are times of this zone."),
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
            "accessibility",
            "mode",
            "division",
            "venue",
            "online_url",
            "time_zone",
            "minimum",
            "decide_on",
            "needs_approval",
            "registration_opens_at",
            "registration_closes_at",
            "fee",
            "contact",
            "topics",
        )
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "summary_en": forms.Textarea(attrs={"rows": 3}),
            "description": forms.Textarea(attrs={"rows": 10}),
            "accessibility": forms.Textarea(attrs={"rows": 3}),
            "topics": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args, host: Agency, **kwargs):
        super().__init__(*args, **kwargs)
        event = self.instance
        for name in ("title", "title_en", "venue", "fee", "contact"):
            self.fields[name].validators.append(seen_as_written)
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
        self.name_zones()
        if event.image:
            self.initial["picture_shows"] = event.image.description
        else:
            del self.fields["without_picture"]
        self.initial["speakers"] = "\n".join(event.speakers)
        if event.pk:
            pools = list(event.pools.select_related("agency"))
            for name, kind in (("capacity", SeatPool.Kind.OPEN), ("online", SeatPool.Kind.ONLINE)):
                self.initial[name] = next((pool.capacity for pool in pools if pool.kind == kind), None)
            kept = [pool for pool in pools if pool.agency_id]
            self.initial["kept"] = {pool.agency: pool.capacity for pool in kept}
            self.initial["release_at"] = next((pool.release_at for pool in kept), None)
            self.initial["began_from"] = edition(event)
            self.initial["co_hosts"] = [co_host.agency_id for co_host in event.hosts.all()]
        else:
            self.initial.setdefault("division", host.division_id)
        self.offer_co_hosts(host=host)

    def name_zones(self) -> None:
        """The zones to choose from, and the one in which the times of this form are read."""
        own = self.instance.time_zone
        self.fields["time_zone"].choices = zones.choices(own)
        typed = self.data.get(self.add_prefix("time_zone")) if self.is_bound else None
        self.zone = ZoneInfo(typed if typed in zones.ZONES else own)
        for field in self.fields.values():
            if isinstance(field, Moment):
                field.zone = self.zone

    @property
    def about(self) -> list:
        return [self[name] for name in self.ABOUT]

    @property
    def practical(self) -> list:
        return [self[name] for name in self.PRACTICAL]

    @property
    def rare(self) -> list[dict]:
        """The parts that are folded away: their words, their fields, and whether something in them was refused."""
        return [
            {
                "title": title,
                "fields": [self[name] for name in names if name in self.fields and self.has_use(name)],
                "is_open": any(name in self.errors for name in names)
                or (self.is_looking and "co_hosts" in names),
            }
            for title, names in self.RARE
        ]

    def in_words(self, name: str) -> str:
        """What stands in a field before anything is typed, for people."""
        value, field = self.get_initial_for_field(self.fields[name], name), self.fields[name]
        if value in (None, "", [], {}):
            return _("Nothing")
        if isinstance(value, bool):
            return pgettext("answer", "Yes") if value else pgettext("answer", "No")
        if isinstance(value, datetime):
            return date_format(value.astimezone(self.zone), "DATETIME_FORMAT")
        if isinstance(value, date):
            return date_format(value, "DATE_FORMAT")
        if isinstance(value, dict):
            return "\n".join(f"{agency} {number}" for agency, number in value.items())
        many = isinstance(value, (list, tuple))
        if isinstance(field, forms.ModelChoiceField):
            keys = [getattr(one, "pk", one) for one in (value if many else [value])]
            return "\n".join(map(str, field.queryset.model._default_manager.filter(pk__in=keys)))
        return str(dict(getattr(field, "choices", ())).get(value, value))

    def has_use(self, name: str) -> bool:
        """Whether there is anything to do in this field: nobody can tick an agency before one was found."""
        return name != "co_hosts" or bool(self.fields[name].choices or name in self.errors)

    def clean_time_zone(self) -> str:
        return self.cleaned_data["time_zone"] or self.instance.time_zone

    def clean_picture(self) -> bytes | None:
        """The picture as it will be kept."""
        sent = self.cleaned_data["picture"]
        try:
            return redraw(sent) if sent else None
        except PictureError as refusal:
            raise ValidationError(str(refusal))

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
        self.check_minimum(cleaned)
        return cleaned

    def check_minimum(self, cleaned: dict) -> None:
        """A minimum has a day on which it is decided, and there are seats for so many."""
        minimum, decide_on = cleaned.get("minimum"), cleaned.get("decide_on")
        if self.errors.keys() & {"minimum", "decide_on", "capacity", "online", "kept"}:
            return
        seats = sum(filter(None, (cleaned["capacity"], cleaned["online"], *cleaned["kept"].values())))
        if minimum and not decide_on:
            self.add_error("decide_on", _("Say on which day you decide."))
        elif decide_on and not minimum:
            self.add_error("minimum", _("Say how many people have to come."))
        elif minimum and minimum > seats:
            self.add_error("minimum", _("There are fewer seats than that."))
        elif decide_on and "decide_on" in self.changed_data and decide_on < timezone.localdate():
            self.add_error("decide_on", _("This day is in the past."))

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
        for name in (
            "form_key",
            "began_from",
            "picture",
            "picture_shows",
            "without_picture",
            "co_host_words",
        ):
            fields.pop(name, None)
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
