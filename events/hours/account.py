"""One person's hours: what they have, what is asked of them until when, and which coming courses would cover the rest."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from events.hours.ledger import possible_minutes
from events.models import Event, HoursEntry, HoursRole, HoursRule, Profession, Registration
from orgs.models import User

#: Both levels of the licence: hours are not lost when an assistant passes the next examination.
LICENSED = (HoursRole.ASSISTANT, HoursRole.SOCIAL_WORKER)
#: What teaches nobody a profession.
NOT_A_COURSE = (Event.Kind.OPEN_DAY, Event.Kind.VOLUNTEER_TRAINING)
MOST_COURSES, LOOKED_AT = 8, 60


@dataclass(frozen=True)
class Standing:
    """Where somebody stands in the current period. In minutes."""

    rule: HoursRule
    begins_on: date
    ends_on: date
    done: int
    planned: int

    @property
    def missing(self) -> int:
        return max(0, self.rule.minutes - self.done)

    @property
    def to_cover(self) -> int:
        """What neither the ledger nor a place that they have will give."""
        return max(0, self.missing - self.planned)

    @property
    def missing_hours(self) -> float:
        """In hours of the rule, rounded up to a tenth, so that nobody stops a minute too early."""
        return -(-self.missing * 10 // self.rule.minutes_per_hour) / 10

    @property
    def done_hours(self) -> float:
        return self.done * 10 // self.rule.minutes_per_hour / 10

    @property
    def planned_hours(self) -> float:
        return self.planned * 10 // self.rule.minutes_per_hour / 10

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.rule.minutes)

    def is_over(self, on: date) -> bool:
        return on > self.ends_on


@dataclass(frozen=True)
class Course:
    """A coming event that fits, with the minutes its sessions would give."""

    event: Event
    minutes: int


def years_later(day: date, years: int) -> date:
    """The same day so many years later; February 29 becomes March 1 where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def ledger(user: User) -> QuerySet[HoursEntry]:
    """Every entry of a person, the newest first, with what a row of the page shows."""
    return (
        HoursEntry.objects.of(user)
        .select_related("registration__event__host", "session", "agency")
        .order_by("-occurred_on", "-pk")
    )


def by_year(entries) -> list[dict]:
    """Entries by the year in which they were earned, each with its sum."""
    years: dict[int, list[HoursEntry]] = defaultdict(list)
    for entry in entries:
        years[entry.occurred_on.year].append(entry)
    return [
        {"year": year, "entries": those, "minutes": sum(entry.minutes for entry in those)}
        for year, those in sorted(years.items(), reverse=True)
    ]


def by_role(entries) -> list[dict]:
    """The sum of each role that occurs, in the order of the roles."""
    sums: dict[str, int] = defaultdict(int)
    for entry in entries:
        sums[entry.role] += entry.minutes
    return [{"role": role.label, "minutes": sums[role]} for role in HoursRole if role in sums]


def standing(profession: Profession | None, entries, *, on: date | None = None) -> Standing | None:
    """Where the person stands, or None where nothing is asked of their role or the period's start is not known."""
    on = on or timezone.localdate()
    if profession is None or profession.registered_on is None:
        return None
    rule = HoursRule.objects.for_whom(profession.role, profession.division, on)
    if rule is None:
        return None
    begins_on = profession.registered_on
    ends_on = years_later(begins_on, rule.years) - timedelta(days=1)
    counting = LICENSED if profession.role in LICENSED else (profession.role,)
    done = sum(
        entry.minutes
        for entry in entries
        if entry.role in counting and begins_on <= entry.occurred_on <= ends_on
    )
    coming = Event.objects.published().filter(
        registrations__user=profession.user_id,
        registrations__status=Registration.Status.CONFIRMED,
        ends_at__gte=timezone.now(),
        ends_at__date__lte=ends_on,
    )
    planned = sum(possible_minutes(event) for event in coming.prefetch_related("sessions"))
    return Standing(rule=rule, begins_on=begins_on, ends_on=ends_on, done=max(0, done), planned=planned)


def courses(profession: Profession, standing: Standing, *, at: datetime | None = None) -> list[Course]:
    """Coming events that together cover what is missing: open for registration, with free seats, none at the same time
    as another or as one that the person is registered for. Those in the person's province and online come first.
    """
    at = at or timezone.now()
    if not standing.to_cover:
        return []
    mine = list(
        Registration.objects.live()
        .filter(user=profession.user_id, event__ends_at__gte=at)
        .values_list("event", "event__starts_at", "event__ends_at")
    )
    found = (
        Event.objects.visible_to(AnonymousUser())
        .published()
        .filter(Q(registration_opens_at=None) | Q(registration_opens_at__lte=at))
        .filter(Q(registration_closes_at__gt=at) | Q(registration_closes_at=None), starts_at__gt=at)
        .filter(
            Q(pools__taken__lt=F("pools__capacity")),
            pools__agency=None,
            ends_at__date__lte=standing.ends_on,
        )
        .exclude(kind__in=NOT_A_COURSE)
        .exclude(pk__in=[event for event, _begins, _ends in mine])
        .distinct()
        .upcoming(at)
        .for_rows()
    )
    stem = profession.division.stem if profession.division else ""
    near = sorted(
        found[:LOOKED_AT],
        key=lambda event: (
            event.mode == Event.Mode.ONSITE and not (event.division and event.division.code.startswith(stem)),
            event.starts_at,
        ),
    )
    busy = [(begins, ends) for _event, begins, ends in mine]
    chosen, left = [], standing.to_cover
    for event in near:
        if left <= 0 or len(chosen) == MOST_COURSES:
            break
        if any(event.starts_at < ends and begins < event.ends_at for begins, ends in busy):
            continue
        minutes = possible_minutes(event)
        chosen.append(Course(event, minutes))
        busy.append((event.starts_at, event.ends_at))
        left -= minutes
    return sorted(chosen, key=lambda course: course.event.starts_at)
