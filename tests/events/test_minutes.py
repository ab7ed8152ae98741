"""How long an event is and how long somebody was there: sessions at the same time give their time once."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from events.attending import attendance, meeting_log, minutes, roster_table
from events.certifying import issuing
from events.hours import ledger
from events.models import Attendance, Event, EventSession, HoursEntry
from events.models.event import refresh_span
from events.registering.registration import register
from tests import factories

NINE = datetime(2026, 11, 20, 1, tzinfo=UTC)  # in Beijing
MIDNIGHT = NINE - timedelta(hours=9)


def at(minute: float) -> datetime:
    return NINE + timedelta(minutes=minute)


def session(pk: int, begins: float, ends: float, *, all_day=False) -> EventSession:
    return EventSession(pk=pk, event=Event(), starts_at=at(begins), ends_at=at(ends), is_all_day=all_day)


def times(*pairs):
    return [(at(begins), at(ends)) for begins, ends in pairs]


# -- Counting ---------------------------------------------------------------------------------------------------------


def test_parallel_tracks_give_their_time_once():
    one, other = session(1, 0, 180), session(2, 0, 180)
    join = times((1, 180))

    assert minutes.possible([one, other]) == 180
    assert minutes.attended({one: join, other: join}) == {1: 179, 2: 0}
    assert minutes.attended({other: join}) == {2: 179}
    assert minutes.attended({one: times((0, 60)), other: times((60, 180))}) == {1: 60, 2: 120}


def test_where_sessions_overlap_in_part_a_moment_counts_to_the_earlier_one():
    early, late = session(1, 0, 120), session(2, 90, 240)
    throughout = times((0, 240))

    assert minutes.possible([late, early]) == 240
    assert minutes.attended({late: throughout, early: throughout}) == {1: 120, 2: 120}
    assert minutes.attended({early: times((0, 100)), late: times((95, 240))}) == {1: 100, 2: 140}


def test_sessions_one_after_the_other_count_each_by_itself_in_whole_minutes():
    first, second = session(1, 0, 60.5), session(2, 60.5, 121)

    assert minutes.possible([first, second]) == 60 + 60
    assert minutes.attended({first: times((0, 60.9)), second: times((60, 121))}) == {1: 60, 2: 60}


def test_an_all_day_session_makes_a_working_day_with_what_goes_on_in_it():
    day, short = session(1, -540, 900, all_day=True), session(2, 0, 180)
    long, next_day = session(3, -60, 540), session(4, 900, 2340, all_day=True)

    assert minutes.possible([day]) == minutes.possible([day, short]) == 480
    assert minutes.possible([day, short, long]) == 600
    assert minutes.possible([day, next_day]) == 960
    assert minutes.possible([session(1, -540, 2340, all_day=True), next_day]) == 960
    assert minutes.attended({day: times((-60, 540)), short: times((0, 180))}) == {1: 480, 2: 0}
    assert minutes.attended({day: times((0, 60)), short: times((60, 180))}) == {1: 60, 2: 120}


@pytest.mark.parametrize("seed", range(60))
def test_counting_agrees_with_looking_at_every_minute(seed):
    chance = random.Random(seed)

    def spans(number):
        starts = [chance.randrange(0, 300) for _n in range(number)]
        return [(start, start + chance.randrange(1, 120)) for start in starts]

    sessions = [session(pk, *span) for pk, span in enumerate(spans(chance.randrange(1, 6)), 1)]
    in_turn = sorted(sessions, key=lambda one: (one.starts_at, one.pk))
    seen = {one: times(*spans(chance.randrange(1, 4))) for one in chance.sample(sessions, len(sessions))}
    there, going_on = dict.fromkeys((one.pk for one in sessions), 0), 0
    for minute in range(500):
        now = at(minute)
        open_now = [one for one in in_turn if one.starts_at <= now < one.ends_at]
        going_on += bool(open_now)
        for one in open_now:
            if any(begins <= now < ends for begins, ends in seen[one]):
                there[one.pk] += 1
                break

    assert minutes.attended(seen) == there
    assert minutes.possible(sessions) == going_on


@pytest.mark.parametrize("seed", range(60))
def test_nobody_attends_more_than_there_is_and_who_is_always_there_attends_all(seed):
    chance = random.Random(seed)
    sessions = []
    for pk in range(1, chance.randrange(2, 7)):
        begins, days = chance.randrange(-540, 4000), chance.randrange(3)
        if days:
            begins = -540 + 1440 * chance.randrange(4)
        length = 1440 * days or chance.uniform(1, 1500)
        sessions.append(session(pk, begins, begins + length, all_day=bool(days)))

    whole = minutes.attended({one: [(one.starts_at, one.ends_at)] for one in sessions})
    some = minutes.attended(
        {
            one: times((begins := chance.uniform(-600, 4000), begins + chance.uniform(1, 3000)))
            for one in chance.sample(sessions, chance.randrange(1, len(sessions) + 1))
        }
    )

    assert sum(whole.values()) == minutes.possible(sessions)
    assert 0 <= sum(some.values()) <= minutes.possible(sessions)
    assert all(number >= 0 for number in (*whole.values(), *some.values()))


# -- What follows from it ---------------------------------------------------------------------------------------------


@pytest.fixture
def event(agency):
    """Two tracks of three hours at the same time, online, and over."""
    event = factories.event(agency, mode="online")
    EventSession.objects.filter(event=event).update(starts_at=at(0), ends_at=at(180))
    EventSession.objects.create(event=event, starts_at=at(0), ends_at=at(180), title="分会场")
    refresh_span(event)
    return event


@pytest.fixture
def lin(event):
    person = factories.user(name="林芳", email="lin@example.org")
    return register(event, user=person, by=person, at=at(-3000))


def log_in(event, manager, begins="09:01", ends="12:00"):
    text = f"姓名,加入时间,离开时间\n林芳,2026-11-20 {begins},2026-11-20 {ends}\n"
    meeting_log.bring_in(event, text.encode(), "log.csv", by=manager)


@pytest.mark.django_db
def test_a_meeting_log_over_two_tracks_gives_the_time_of_one(event, lin, manager):
    log_in(event, manager)

    entries = ledger.grant(event, by=manager)
    (share,) = ledger.shares(event)

    assert [(entry.minutes, entry.session) for entry in entries] == [(179, event.sessions.first())]
    assert (share.possible, share.attended, share.granted, share.percent) == (180, 179, 179, 99)
    assert attendance.minutes_of(lin) == 179
    assert [row[-2:] for row in roster_table.lines(event)[1:]] == [["179", "0"]]


@pytest.mark.django_db
def test_who_attends_one_whole_track_earns_the_certificate(event, lin, manager):
    second = event.sessions.last()
    Attendance.objects.create(
        registration=lin, session=second, starts_at=at(0), ends_at=at(180), source="list"
    )
    ledger.grant(event, by=manager)

    (share,) = ledger.shares(event)
    assert (share.percent, share.sessions) == (100, {second.pk: 180})
    assert issuing.issue(lin, by=manager).minutes == 180


@pytest.mark.django_db
def test_hours_that_were_granted_twice_are_corrected_by_a_new_entry(event, lin, manager):
    log_in(event, manager)
    first, second = event.sessions.all()
    for one in (first, second):
        facts = {"session": one, "minutes": 179, "role": "social_worker", "occurred_on": at(0), "at": at(300)}
        HoursEntry.objects.create(registration=lin, by=manager, **facts)

    (entry,) = ledger.grant(event, by=manager)

    assert (entry.session, entry.minutes, entry.is_correction) == (second, -179, True)
    assert ledger.grant(event, by=manager) == []


@pytest.mark.django_db
def test_moments_move_to_the_other_track_when_the_first_is_taken_back(event, lin, manager):
    log_in(event, manager)
    first, second = event.sessions.all()
    ledger.grant(event, by=manager)
    attendance.void(lin.attendances.get(session=first), by=manager)

    entries = ledger.grant(event, by=manager)

    assert [(entry.session, entry.minutes) for entry in entries] == [(first, -179), (second, 179)]
    assert lin.hours.all().minutes() == 179


@pytest.mark.django_db
def test_the_roster_counts_an_all_day_session_as_the_ledger_does(event, lin, manager):
    event.sessions.last().delete()
    EventSession.objects.filter(event=event).update(
        starts_at=MIDNIGHT, ends_at=MIDNIGHT + timedelta(hours=24), is_all_day=True
    )
    log_in(event, manager, "08:00", "20:00")

    assert roster_table.lines(event)[1][-1] == "480"
    assert [share.attended for share in ledger.shares(event)] == [480]
