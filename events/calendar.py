"""The calendar: what is on, as an agenda or as a month, through the filters of the reader's choice."""

import calendar
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

import chinese_calendar
from django import forms
from django.core.paginator import Paginator
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.forms.host import HostField
from events.models.event import Event
from events.models.session import EventSession
from orgs.models import Division
from portal.bilingual import pick
from portal.models import Topic
from portal.search import keys, spelling

PAGE_SIZE = 20
YEARS_AWAY = 10  # how far the months can be leafed through, both ways
TOPIC_SCHEMES = (Topic.Scheme.POPULATION, Topic.Scheme.SERVICE, Topic.Scheme.METHOD)


class CalendarFilter(forms.Form):
    """The filters of the calendar and of its feed. A value that does not exist is named, and left out."""

    use_required_attribute = False
    is_limited = False  # to words as they stand, because search is away

    q = forms.CharField(
        label=gettext_lazy("Words"), max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[("", gettext_lazy("All kinds")), *Event.Kind.choices]
    )
    theme = forms.ModelChoiceField(
        Topic.objects.none(),
        label=gettext_lazy("Theme"),
        to_field_name="code",
        empty_label=gettext_lazy("All themes"),
    )
    topic = forms.ModelChoiceField(
        Topic.objects.none(),
        label=gettext_lazy("Topic"),
        to_field_name="code",
        empty_label=gettext_lazy("All topics"),
    )
    district = forms.ChoiceField(label=gettext_lazy("District"))
    mode = forms.ChoiceField(
        label=gettext_lazy("How"), choices=[("", gettext_lazy("All formats")), *Event.Mode.choices]
    )
    agency = HostField(label=gettext_lazy("Host"))

    def __init__(self, query, *, user):
        super().__init__(query)
        for field in self.fields.values():
            field.required = False
        self.fields["theme"].queryset = Topic.objects.of(Topic.Scheme.THEME)
        self.fields["topic"].queryset = Topic.objects.filter(scheme__in=TOPIC_SCHEMES, is_active=True).top()
        events = Event.objects.visible_to(user).announced()
        self.fields["district"].choices = [("", _("Everywhere")), *districts(events)]

    @property
    def chosen(self) -> dict:
        """The filters that are set, by name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def query_string(self) -> str:
        """The filters that are set, for an address."""
        return urlencode({name: self.data[name] for name in self.chosen})

    def apply(self, events, words: str = ""):
        """Narrow `events` to the choice, with other words if some are given."""
        chosen = self.chosen
        for name in ("kind", "theme"):
            if name in chosen:
                events = events.filter(**{name: chosen[name]})
        if "mode" in chosen:  # who looks for an online event can also join a hybrid one
            events = events.filter(mode__in={chosen["mode"], Event.Mode.HYBRID})
        if topic := chosen.get("topic"):
            topics = Topic.objects.filter(Q(pk=topic.pk) | Q(parent=topic))
            events = events.filter(
                pk__in=Event.topics.through.objects.filter(topic__in=topics).values("event")
            )
        if "district" in chosen:
            events = events.filter(division__code__startswith=stem(chosen["district"]))
        if "agency" in chosen:
            events = events.held_by(*chosen["agency"])
        return self.saying(words, events) if (words := words or chosen.get("q")) else events

    def saying(self, words: str, events):
        """Those of `events` that answer the words; while search is away those in which they stand just so."""
        found = keys(words, "event", order="newest")
        self.is_limited = found is None
        if found is not None:
            return events.filter(pk__in=found)
        for word in words.split():
            events = events.filter(
                Q(title__icontains=word)
                | Q(title_en__icontains=word)
                | Q(summary__icontains=word)
                | Q(summary_en__icontains=word)
                | Q(venue__icontains=word)
                | Q(host__legal_name__icontains=word)
                | Q(host__short_name__icontains=word)
                | Q(host__name_en__icontains=word)
            )
        return events


def stem(code: str) -> str:
    """What the codes inside a province or prefecture begin with: 440000 → 44, 441900 → 4419."""
    return code[:2] if code[2:6] == "0000" else code[:4]


def districts(events) -> list[tuple[str, str]]:
    """The provinces and prefectures in which the events take place, as choices."""
    codes = set(events.exclude(division=None).values_list("division__code", flat=True))
    wanted = {code[:2] + "0000" for code in codes} | {code[:4] + "00" for code in codes}
    divisions = Division.objects.current().filter(code__in=wanted).select_related("parent")
    return [(division.code, str(division.full_name)) for division in divisions]


def context(query, user) -> dict:
    """What the calendar page shows for this query string and this reader."""
    filters = CalendarFilter(query, user=user)
    events = Event.objects.visible_to(user).announced()
    shown = {
        "filters": filters,
        "has_filters": bool(filters.chosen),
        "filter_query": filters.query_string,
        "feed_url": "?".join(filter(None, (reverse("calendar_feed"), filters.query_string))),
        "today": timezone.localdate(),
    }
    if query.get("view") == "month":
        month = chosen_month(query.get("month", ""))
        shown |= {"view": "month", **month_context(filters.apply(events), month)}
        return {**shown, "is_limited": filters.is_limited}
    view = "past" if query.get("view") == "past" else "upcoming"
    events = events.past() if view == "past" else events.upcoming()
    fitting = filters.apply(events)
    is_limited = filters.is_limited
    page = Paginator(fitting.for_rows(), PAGE_SIZE).get_page(query.get("page"))
    words = "" if is_limited else filters.chosen.get("q", "")
    return {
        **shown,
        "view": view,
        "events": page,
        "is_limited": is_limited,
        "meant": spelling.meant(
            words, page.paginator.count, lambda other: filters.apply(events, other).count()
        ),
    }


def chosen_month(text: str) -> date:
    """The first day of the month "2026-12", or of this month when the text is none or too far away."""
    today = timezone.localdate()
    try:
        month = datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        return today.replace(day=1)
    return month if abs(month.year - today.year) <= YEARS_AWAY else today.replace(day=1)


def month_context(events, month: date) -> dict:
    """The weeks of a month, Monday first, each day with its sessions and what the state holiday calendar says of it."""
    weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
    start = timezone.make_aware(datetime.combine(weeks[0][0], time.min))
    end = timezone.make_aware(datetime.combine(weeks[-1][-1] + timedelta(days=1), time.min))
    by_day: dict[date, list[EventSession]] = {}
    sessions = EventSession.objects.filter(event__in=events, starts_at__lt=end, ends_at__gt=start)
    for session in sessions.select_related("event"):
        for day in session.days_in(timezone.get_current_timezone()):
            by_day.setdefault(day, []).append(session)
    return {
        "month": month,
        "weekdays": weeks[0],
        "previous_month": (month - timedelta(days=1)).replace(day=1),
        "next_month": (month + timedelta(days=31)).replace(day=1),
        "weeks": [
            [
                {
                    "date": day,
                    "is_outside": day.month != month.month,
                    "sessions": by_day.get(day, []),
                    **holiday(day),
                }
                for day in week
            ]
            for week in weeks
        ],
        "holidays_are_known": knows_holidays(month.year),
    }


def knows_holidays(year: int) -> bool:
    """Whether the State Council's notice for this year is in the data; it comes out each November for the next year."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def holiday(day: date) -> dict:
    """`holiday`: the name of the public holiday; `is_workday`: a weekend day that is worked to make up for one."""
    if not knows_holidays(day.year):
        return {}
    is_off, name = chinese_calendar.get_holiday_detail(day)
    if name is None:
        return {}
    words = pick(zh=chinese_calendar.Holiday(name).chinese, en=name)
    return {"holiday": words} if is_off else {"is_workday": True}
