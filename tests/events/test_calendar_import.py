"""Events from iCalendar files."""

import re
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from events.models import Event, EventSession, Registration
from events.registering.registration import register
from events.registering.seats import change_capacity, keep_for
from tests import factories
from tests.given import given

pytestmark = pytest.mark.django_db


def entry(
    uid="a@example.org",
    summary="读书会",
    start="DTSTART:20300107T110000Z",
    end="DTEND:20300107T130000Z",
    *more,
):
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{summary}", start, end, *more, "END:VEVENT"])


def calendar(*entries, head=""):
    return "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//test//",
            *filter(None, [head]),
            *entries,
            "END:VCALENDAR",
            "",
        ]
    )


def import_file(file, *options):
    said = StringIO()
    with override("en"):
        call_command("import_events", str(file), *options, stdout=said, stderr=StringIO())
    return said.getvalue()


@pytest.fixture
def bring(agency, tmp_path):
    def run(content, *options):
        file = tmp_path / "calendar.ics"
        file.write_text(content, newline="")
        return import_file(file, f"--agency={agency.slug}", *options)

    return run


def test_an_entry_becomes_a_draft_of_the_agency(bring, agency):
    said = bring(calendar(entry(summary="读书会\\, 第一次")))

    event = Event.objects.get()
    assert (event.host, event.status, event.title, event.language) == (
        agency,
        "draft",
        "读书会, 第一次",
        "zh-hans",
    )
    assert event.sessions.get().starts_at == datetime(2030, 1, 7, 11, tzinfo=UTC)
    assert said.splitlines() == [
        "VEVENT: 1 counted, not stored",
        "Event: 1 created",
        "EventSession: 1 created",
    ]


def test_a_second_run_changes_nothing_and_doubles_nothing(bring):
    content = calendar(
        entry("w", "每周", "DTSTART:20300107T110000Z", "DTEND:20300107T130000Z", "RRULE:FREQ=WEEKLY;COUNT=4")
    )
    bring(content)
    before = list(EventSession.objects.values_list("ical_uid", "starts_at", "sequence"))

    bring(content)

    assert Event.objects.count() == 1
    assert list(EventSession.objects.values_list("ical_uid", "starts_at", "sequence")) == before
    assert len(before) == 4


def test_a_moved_date_keeps_its_identity_and_a_dropped_one_goes(bring):
    rule = ("w", "每周", "DTSTART:20300107T110000Z", "DTEND:20300107T130000Z", "RRULE:FREQ=WEEKLY;COUNT=3")
    bring(calendar(entry(*rule)))
    second = EventSession.objects.order_by("starts_at")[1]
    moved = entry(
        "w",
        "每周，换了日子",
        "DTSTART:20300116T110000Z",
        "DTEND:20300116T120000Z",
        "RECURRENCE-ID:20300114T110000Z",
    )

    bring(calendar(entry(*rule, "EXDATE:20300121T110000Z"), moved))

    sessions = list(EventSession.objects.order_by("starts_at"))
    assert [one.starts_at.day for one in sessions] == [7, 16]
    assert (sessions[1].pk, sessions[1].sequence, sessions[1].title) == (second.pk, 1, "每周，换了日子")


def test_what_the_agency_added_survives_an_update_and_people_are_told(bring, manager, deliver):
    bring(calendar(entry()), "--publish")
    event = Event.objects.get()
    change_capacity(event, capacity=5, by=manager)
    change_capacity(event, capacity=4, kind="online", by=manager)
    keep_for(event, factories.agency(), seats=3, by=manager)
    event.topics.set([factories.topic("pop:children")])
    registration = register(event, user=manager, by=manager)
    deliver()

    bring(calendar(entry(start="DTSTART:20300108T110000Z", end="DTEND:20300108T130000Z")))

    event = Event.objects.get()
    assert [pool.capacity for pool in event.pools.all()] == [5, 4, 3]
    assert (event.taken, event.topics.get().code) == (1, "pop:children")
    assert Registration.objects.get(pk=registration.pk).has_seat
    assert [mail.to for mail in deliver()] == [[manager.email]]


def test_an_endless_rule_is_cut_and_says_so(bring):
    said = bring(
        calendar(entry("d", "每天", "DTSTART:20300107T110000Z", "DTEND:20300107T130000Z", "RRULE:FREQ=DAILY"))
    )

    assert EventSession.objects.count() == 200
    assert "200" in said


def test_a_weekly_rule_without_an_end_covers_two_years(bring):
    bring(
        calendar(
            entry("w", "每周", "DTSTART:20300107T110000Z", "DTEND:20300107T130000Z", "RRULE:FREQ=WEEKLY")
        )
    )

    assert EventSession.objects.count() == 105


def test_a_day_is_a_day_here(bring):
    bring(
        calendar(entry("x", "开放日", "DTSTART;VALUE=DATE:20300107", "DTEND;VALUE=DATE:20300107", "RRULE:"))
    )

    session = EventSession.objects.get()
    assert session.is_all_day
    assert [f"{day}" for day in session.days] == ["2030-01-07"]


def test_zones_come_to_one_clock(bring):
    bring(
        calendar(
            entry(
                "z",
                "Zoned",
                "DTSTART;TZID=Europe/Berlin:20300707T110000",
                "DTEND;TZID=Europe/Berlin:20300707T120000",
            ),
            entry("f", "Floating", "DTSTART:20300107T110000", "DTEND:20300107T120000"),
        )
    )

    starts = {event.external_id: event.starts_at.astimezone(UTC).hour for event in Event.objects.all()}
    assert starts == {"z": 9, "f": 3}


def test_bad_entries_are_refused_with_their_number_and_stop_nobody(bring):
    said = bring(
        calendar(
            entry("good"),
            entry("", "ohne"),
            entry("untitled", ""),
            entry("backwards", "倒着", "DTSTART:20300107T110000Z", "DTEND:20300107T100000Z"),
            entry("twice", "一", "DTSTART:20300107T110000Z", "DTEND:20300107T120000Z"),
            entry("twice", "二", "DTSTART:20300107T110000Z", "DTEND:20300107T120000Z"),
            entry("often", "秒", "DTSTART:20300107T110000Z", "DTEND:20300107T110001Z", "RRULE:FREQ=SECONDLY"),
            entry("off", "取消了", "DTSTART:20300107T110000Z", "DTEND:20300107T120000Z", "STATUS:CANCELLED"),
            entry("long", "长" * 201),
            entry("last"),
        )
    )

    assert set(Event.objects.values_list("external_id", flat=True)) == {"good", "last"}
    refused = [line for line in said.splitlines() if line.startswith("  [")]
    assert sorted(int(re.search(r"\d+", line)[0]) for line in refused) == [2, 3, 4, 5, 7, 8, 9]


def test_a_trial_writes_nothing(bring):
    bring(calendar(entry()), "--dry-run")

    assert Event.objects.count() == 0


def test_another_agencys_event_is_not_taken_over(bring):
    other = factories.event(external_id="a@example.org", title="别人的")

    bring(calendar(entry()))

    assert list(Event.objects.values_list("pk", "title")) == [(other.pk, "别人的")]


def test_an_event_that_the_source_calls_off_is_cancelled_here(bring):
    bring(calendar(entry()), "--publish")

    bring(
        calendar(
            entry(
                "a@example.org",
                "读书会",
                "DTSTART:20300107T110000Z",
                "DTEND:20300107T130000Z",
                "STATUS:CANCELLED",
            )
        )
    )

    assert Event.objects.get().is_cancelled


@pytest.mark.parametrize(
    "content", ["", "name,date\n读书会,2030", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "\0\1"]
)
def test_a_file_of_another_kind_is_refused_whole(bring, content):
    with pytest.raises(CommandError):
        bring(content)


def test_an_agency_must_be_named(bring, tmp_path):
    file = tmp_path / "x.ics"
    file.write_text(calendar(entry()))
    with pytest.raises(CommandError):
        call_command("import_events", str(file))
    with pytest.raises(CommandError):
        call_command("import_events", str(file), "--agency=nobody")


@pytest.mark.parametrize(
    ("name", "entries", "with_rule", "rules", "events"),
    # The README beside the files says 26 for the first: that counts the two rules of its time zone, which are no events.
    [("machbar_16_feb_2019.ics", 64, 24, 26, 58), ("Germany_Holidays.ics", 34, 34, 34, 34)],
)
def test_real_calendars_come_in_whole_and_only_once(agency, name, entries, with_rule, rules, events):
    for expected in ("created", "unchanged"):
        said = import_file(given("events", name), f"--agency={agency.slug}").splitlines()
        assert said[:3] == [
            f"VEVENT: {entries} counted, not stored",
            f"VEVENT with RRULE: {with_rule} counted, not stored",
            f"RRULE: {rules} counted, not stored",
        ]
        assert said[3].split(",")[0] == f"Event: {events} {expected}"
        assert not [line for line in said if line.startswith("  [refused]")]
    assert Event.objects.count() == events
