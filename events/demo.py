"""The events of the demo world: 60 past and to come, full because people really registered."""

import random
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.utils import timezone

from events.hosting import publishing, series
from events.models import Event, EventSeries, Question
from events.registering import questions, registration
from events.registering.questions import PlannedQuestion
from orgs.models import Agency, Division, Membership, User
from portal.models import Topic

DATA = Path(__file__).parent / "demo_data" / "events.toml"


def build(dice: random.Random, today: date, step: Callable[[str], None]) -> None:
    """Write, publish and fill every event through the rules, each on the days before it."""
    entries = tomllib.loads(DATA.read_text(encoding="utf-8"))["event"]
    topics = {topic.code: topic for topic in Topic.objects.all()}
    places = {division.code: division for division in Division.objects.current()}
    agencies = {agency.slug: agency for agency in Agency.objects.filter(is_sample=True)}
    people = [
        (membership.user, membership.agency)
        for membership in Membership.objects.filter(user__is_sample=True)
        .select_related("user", "agency")
        .order_by("user__email")
    ]
    regulars = [pair for pair in people if pair[0].email in ("staff@example.org", "researcher@example.org")]
    others = [pair for pair in people if pair not in regulars]
    now = timezone.make_aware(datetime.combine(today, time(8)))
    seats = 0
    for number, entry in enumerate(entries):
        event = make_event(entry, today, agencies, topics, places)
        if entry["status"] == "draft":
            continue
        host_owner = owner_of(event.host)
        opened = min(event.starts_at, now) - timedelta(days=30)
        publishing.publish(event, by=host_owner, at=opened)
        guests = dice.sample(others, entry["fill"])
        if number % 9 == 4 and entry["fill"] > 1:
            guests[0] = regulars[number % len(regulars)]
        last = min(event.starts_at, now) - timedelta(hours=3)
        for place, (person, agency) in enumerate(guests):
            at = opened + (last - opened) * place / len(guests)
            registration.register(event, user=person, by=person, agency=agency, at=at)
        seats += len(guests)
        if entry["status"] == "cancelled":
            publishing.cancel_event(event, by=host_owner, at=last)
    make_series(agencies)
    step(f"{len(entries)} events with {seats} registrations")


def make_event(entry: dict, today: date, agencies: dict, topics: dict, places: dict) -> Event:
    """One event as its host's owner wrote it."""
    host = agencies[entry["host"]]
    words = (
        "kind",
        "title",
        "title_en",
        "summary",
        "summary_en",
        "mode",
        "speakers",
        "language",
        "fee",
        "venue",
    )
    event = publishing.create_event(
        host,
        by=owner_of(host),
        fields={
            **{name: entry[name] for name in words if name in entry},
            "description": entry["description"].strip(),
            "theme": topics[entry["theme"]],
            "division": places.get(entry.get("division")),
            "contact": host.public_email,
            "online_url": "" if entry["mode"] == "onsite" else f"https://meeting.example.org/{entry['key']}",
            "is_sample": True,
        },
        sessions=[planned(session, today) for session in entry["sessions"]],
        capacity=entry["capacity"],
        co_hosts=[agencies[key] for key in entry["co_hosts"]],
        topics=[topics[code] for code in entry["topics"]],
    )
    for co_host in event.hosts.filter(is_confirmed=False):
        publishing.confirm_co_host(co_host, by=owner_of(co_host.agency))
    return event


def make_series(agencies: dict) -> None:
    """The agency with most trainings shows what a series is, and what a host can ask."""
    host = max(agencies.values(), key=lambda agency: (agency.hosted_events.count(), agency.slug))
    trainings = host.hosted_events.exclude(status=Event.Status.CANCELLED).order_by("starts_at", "pk")
    series.write(
        EventSeries(
            host=host,
            title="同工成长系列",
            title_en="Growing Together",
            summary="每期一个主题，不分先后，单期报名。",
        ),
        events=trainings,
    )
    if coming := trainings.published().upcoming().first():
        lunch = PlannedQuestion("需要午餐吗", kind=Question.Kind.YES_NO, is_required=True)
        [asked] = questions.arrange(coming, [lunch])
        questions.arrange(
            coming,
            [replace(lunch, pk=asked.pk), PlannedQuestion("有什么忌口", only_if=(asked.pk, Question.YES))],
        )


def planned(session: dict, today: date) -> publishing.PlannedSession:
    day = today + timedelta(days=session["day"])

    def clock(words: str) -> datetime:
        return timezone.make_aware(datetime.combine(day, time.fromisoformat(words)))

    return publishing.PlannedSession(clock(session["start"]), clock(session["end"]))


def owner_of(agency: Agency) -> User:
    return agency.memberships.get(role="owner").user


def remove() -> None:
    """Take away what the sample agencies hold, with its registrations."""
    Event.objects.filter(host__is_sample=True).delete()
    EventSeries.objects.filter(host__is_sample=True).delete()
