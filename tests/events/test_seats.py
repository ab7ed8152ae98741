"""Seats for whom: on site, online, kept for an agency; whose turn it is; and hosts who say yes to each person."""

from datetime import timedelta
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from events import agency_merge, daily
from events.forms.kept_seats import KeptSeatsField
from events.models import Registration, SeatPool
from events.registering import waiting_list
from events.registering.refusals import CapacityRefused, EventOver, NotYourAgency, NotYours
from events.registering.registration import approve, cancel, register, turn_down
from events.registering.seats import arrange, change_capacity, keep_for, release_due
from tests import factories

pytestmark = pytest.mark.django_db
REQUESTED, CONFIRMED, WAITLISTED, CANCELLED = Registration.Status.values


def come(event, agency=None, **options):
    person = factories.member_of(agency) if agency else factories.user()
    return register(event, user=person, by=person, agency=agency, **options)


def pools(event):
    return {(pool.kind, pool.agency): (pool.taken, pool.capacity) for pool in event.pools.all()}


def test_people_of_an_agency_take_its_kept_seats_first_and_then_the_open_ones(agency):
    event, host = factories.event(capacity=1), factories.user()
    keep_for(event, agency, seats=2, by=host)

    stranger = come(event)
    own = [come(event, agency) for _n in range(3)]

    assert stranger.pool.kind == "open"
    assert [one.status for one in own] == [CONFIRMED, CONFIRMED, WAITLISTED]
    assert pools(event) == {("open", None): (1, 1), ("agency", agency): (2, 2)}


def test_a_kept_seat_given_back_goes_to_the_next_of_the_agency_and_else_stays_free(agency):
    event, host = factories.event(capacity=0), factories.user()
    keep_for(event, agency, seats=1, by=host)
    come(event)
    seated, waiting = come(event, agency), come(event, agency)

    promoted = cancel(seated, by=seated.user)
    assert (promoted, promoted.pool.agency) == (waiting, agency)

    assert cancel(promoted, by=promoted.user) is None
    assert pools(event)["agency", agency] == (0, 1)


def test_seats_kept_for_an_agency_go_at_once_to_its_people_who_wait(agency):
    event = factories.event(capacity=0)
    stranger, own = come(event), come(event, agency)

    keep_for(event, agency, seats=2, by=factories.user())

    for one in (stranger, own):
        one.refresh_from_db()
    assert (stranger.status, own.status) == (WAITLISTED, CONFIRMED)
    assert pools(event)["agency", agency] == (1, 2)


def test_nobody_has_the_place_in_line_of_another_where_the_clocks_of_servers_differ():
    event, now = factories.event(capacity=0), timezone.now()
    first, same, slow = (come(event, at=now - timedelta(minutes=late)) for late in (0, 0, 5))

    assert first.waiting_since < same.waiting_since < slow.waiting_since
    assert [one.place_in_line for one in (first, same, slow)] == [1, 2, 3]


def test_who_is_getting_in_line_takes_a_kept_seat_that_was_given_back_on_the_way(agency):
    """Whoever gave it back could not see them yet. In a real rush: test_rush.py, on PostgreSQL."""
    event, host = factories.event(capacity=0), factories.user()
    pool = keep_for(event, agency, seats=1, by=host)
    on_the_way = come(event, agency)
    seated = Registration.objects.get(pk=on_the_way.pk)
    cancel(seated, by=seated.user)
    line = event.pools.get(kind="open")
    latecomer = Registration.objects.create(
        event=event,
        pool=line,
        user=factories.member_of(agency),
        agency=agency,
        status=WAITLISTED,
        waiting_since=timezone.now(),
        created_at=timezone.now(),
    )

    waiting_list.join(latecomer, by=latecomer.user, at=latecomer.created_at)

    assert (latecomer.status, latecomer.pool) == (CONFIRMED, pool)
    assert pools(event)["agency", agency] == (1, 1)


def test_a_kept_seat_on_site_is_not_given_to_who_wants_to_come_online(agency):
    event, host = factories.event(capacity=0, mode="hybrid"), factories.user()
    change_capacity(event, capacity=0, kind="online", by=host)
    keep_for(event, agency, seats=1, by=host)
    seated = come(event, agency)
    from_home = come(event, agency, is_online=True)

    assert cancel(seated, by=seated.user) is None
    from_home.refresh_from_db()
    assert (from_home.status, from_home.pool.kind) == (WAITLISTED, "online")


def test_what_an_agency_has_not_used_by_its_day_goes_to_those_in_line(agency):
    event, host = factories.event(capacity=1), factories.user()
    day = timezone.now() + timedelta(days=1)
    keep_for(event, agency, seats=3, by=host, release_at=day)
    come(event, agency)
    come(event)
    waiting = come(event)

    assert release_due(event) == 0
    assert release_due(event, at=day + timedelta(minutes=1)) == 2

    waiting.refresh_from_db()
    assert (waiting.status, waiting.pool.kind) == (CONFIRMED, "open")
    assert pools(event) == {("open", None): (2, 3), ("agency", agency): (1, 1)}


def released(event, agency, *, kept, came):
    """An event whose agency was given so many seats, of which all but those who came are open to all."""
    day = timezone.now() + timedelta(days=1)
    keep_for(event, agency, seats=kept, by=factories.user(), release_at=day)
    for _person in range(came):
        come(event, agency)
    release_due(event, at=day)
    return event.pools.get(agency=agency)


def test_how_many_seats_an_agency_was_given_is_still_told_after_they_were_opened_to_all(agency):
    event = factories.event(capacity=1)
    pool = released(event, agency, kept=5, came=2)
    assert (pool.given, pool.released, pool.capacity) == (5, 3, 2)

    place = event.registrations.filter(agency=agency).first()
    cancel(place, by=place.user)
    release_due(event, at=pool.release_at)

    pool.refresh_from_db()
    assert (pool.given, pool.released, pool.capacity) == (5, 4, 1)


def test_a_host_who_saves_again_what_stands_after_the_release_changes_nothing(agency):
    event, host = factories.event(capacity=1), factories.user()
    pool = released(event, agency, kept=3, came=0)

    arrange(event, by=host, capacity=4, kept={agency: 0}, release_at=pool.release_at)

    assert event.pools.get(agency=agency).given == 3


def test_a_number_that_the_host_sets_anew_is_what_is_given_and_none_takes_it_back(agency):
    event, host = factories.event(capacity=1), factories.user()
    released(event, agency, kept=3, came=1)

    keep_for(event, agency, seats=4, by=host)
    assert (event.pools.get(agency=agency).given, event.pools.get(agency=agency).released) == (4, 0)

    arrange(event, by=host, capacity=3, kept={})
    assert event.pools.get(agency=agency).given == 1
    other = factories.agency()
    released(event, other, kept=2, came=0)
    arrange(event, by=host, capacity=5, kept={})
    assert not event.pools.filter(agency=other).exists()


def test_one_allotment_of_two_merged_entries_is_what_both_were_given(agency):
    event, survivor = factories.event(capacity=1), factories.agency()
    released(event, agency, kept=3, came=1)
    released(event, survivor, kept=2, came=0)

    agency_merge.join(agency, survivor)

    pool = event.pools.get(agency=survivor)
    assert (pool.given, pool.released, pool.taken) == (5, 4, 1)


def test_who_finds_the_room_full_after_that_day_gets_a_released_seat_without_any_timer(agency):
    event, host = factories.event(capacity=1), factories.user()
    keep_for(event, agency, seats=1, by=host, release_at=timezone.now() - timedelta(hours=1))
    come(event)

    assert come(event).status == CONFIRMED
    assert pools(event)["agency", agency] == (0, 0)


def test_the_daily_round_says_what_it_opened_and_does_it_once(agency):
    event = factories.event(capacity=1)
    keep_for(event, agency, seats=2, by=factories.user(), release_at=timezone.now() - timedelta(hours=1))

    assert daily.run(timezone.localdate()) == [f"{event.public_id}: 2 kept seats are open to all"]
    assert daily.run(timezone.localdate()) == []


def test_seats_on_site_and_online_fill_apart():
    event, host = factories.event(mode="hybrid", capacity=1), factories.user()
    change_capacity(event, capacity=1, kind="online", by=host)

    here, there = come(event), come(event, is_online=True)
    late = come(event, is_online=True)

    assert (here.is_online, there.is_online, late.status) == (False, True, WAITLISTED)
    assert cancel(here, by=here.user) is None
    assert cancel(there, by=there.user) == late


def test_agencies_take_turns_in_the_waiting_list(agency):
    event, host = factories.event(capacity=0), factories.user()
    large, small = agency, factories.agency()
    line = [come(event, large), come(event, large), come(event, large), come(event, small), come(event)]
    expected = [line[0], line[3], line[4], line[1], line[2]]

    assert [one.place_in_line for one in line] == [1, 4, 5, 2, 3]
    change_capacity(event, capacity=1, by=host)
    newcomer = come(event, small)
    order = []
    for seats in range(2, 8):
        order += change_capacity(event, capacity=seats, by=host)

    assert order == [*expected[1:4], newcomer, expected[4]]


@pytest.mark.parametrize("line", range(12))
def test_the_place_that_each_reads_is_that_of_the_order_in_which_seats_are_given(line):
    chance = Random(line)
    event = factories.event(capacity=0)
    pool, now = event.pools.get(), timezone.now()
    agencies = [*(factories.agency() for _n in range(3)), None]
    for minute in range(30):
        is_served = chance.random() < 0.3
        Registration.objects.create(
            event=event,
            pool=pool,
            user=factories.user(),
            agency=chance.choice(agencies),
            status=CONFIRMED if is_served else WAITLISTED,
            created_at=now,
            waiting_since=None if is_served else now + timedelta(minutes=minute),
            promoted_at=now if is_served else None,
        )
    in_turn = [event.registrations.get(pk=pk) for pk in event.registrations.in_turn()]

    assert len(in_turn) > 10
    assert [one.place_in_line for one in in_turn] == list(range(1, len(in_turn) + 1))


def test_a_person_who_comes_alone_waits_behind_nobody_of_the_same_turn():
    event = factories.event(capacity=0)
    first, second = come(event), come(event)

    assert (first.place_in_line, second.place_in_line) == (1, 2)


def test_a_host_who_looks_at_each_person_gives_seats_by_hand(agency, deliver):
    event = factories.event(agency, capacity=1, needs_approval=True)
    manager = factories.member_of(agency, role="manager")
    one, two, three = (
        register(event, user=who, by=who) for who in (factories.user(language="en") for _n in "123")
    )
    assert {registration.status for registration in (one, two, three)} == {REQUESTED}
    assert pools(event)["open", None] == (0, 1)
    assert [mail.subject for mail in deliver()] == [f"You asked for a seat: {event.title}"] * 3

    approve(two, by=manager)
    approve(two, by=manager)
    approve(one, by=manager)
    turn_down(three, by=manager, reason="只限督导")

    assert (two.status, one.status, three.status) == (CONFIRMED, WAITLISTED, CANCELLED)
    assert pools(event)["open", None] == (1, 1)
    assert "只限督导" in deliver()[-1].body
    assert [entry.reason for entry in three.log.all()] == ["", "只限督导"]


def test_removing_a_person_hands_the_seat_on(agency):
    event = factories.event(agency, capacity=1)
    manager = factories.member_of(agency, role="manager")
    seated, waiting = come(event), come(event)

    turn_down(seated, by=manager)

    waiting.refresh_from_db()
    assert (seated.status, waiting.status, pools(event)["open", None]) == (CANCELLED, CONFIRMED, (1, 1))


def test_only_the_host_decides(agency, stranger):
    event = factories.event(agency, needs_approval=True)
    one = come(event)

    for decide in (approve, turn_down):
        with pytest.raises(NotYours):
            decide(one, by=stranger)
    assert Registration.objects.get(pk=one.pk).status == REQUESTED


def test_a_room_is_arranged_in_one_go_and_never_below_what_is_taken(agency):
    event, host = factories.event(capacity=2), factories.user()
    arrange(event, by=host, capacity=2, online=3, kept={agency: 2})
    come(event, agency)
    assert pools(event) == {("open", None): (0, 2), ("online", None): (0, 3), ("agency", agency): (1, 2)}

    with pytest.raises(CapacityRefused), transaction.atomic():
        arrange(event, by=host, capacity=2, kept={agency: 0})
    arrange(event, by=host, capacity=2, kept={})

    assert pools(event) == {("open", None): (0, 2), ("online", None): (0, 0), ("agency", agency): (1, 1)}
    with pytest.raises(CapacityRefused):
        arrange(event, by=host, capacity=None)


def test_the_database_keeps_an_allotment_for_somebody_and_once(agency):
    event = factories.event()
    SeatPool.objects.create(event=event, kind="agency", agency=agency, capacity=1)

    for fields in (
        {"kind": "agency"},
        {"kind": "open", "agency": agency},
        {"kind": "agency", "agency": agency},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            SeatPool.objects.create(event=event, capacity=1, **fields)


@pytest.mark.parametrize("line", ["{} 5", "{}：5个", "{}，５", "{} × 5 人", "{}5"])
def test_kept_seats_are_read_as_people_write_them(agency, line):
    assert KeptSeatsField().clean(line.format(agency.legal_name)) == {agency: 5}


@pytest.mark.parametrize("text", ["{}", "没有这家机构 3", "{0} 3\n{0} 4", "\x00 3", "9" * 3000])
def test_kept_seats_that_nobody_understands_are_refused_with_a_sentence(agency, text):
    with pytest.raises(ValidationError):
        KeptSeatsField().clean(text.format(agency.legal_name))


def test_seats_kept_for_one_agency_are_not_released_on_the_day_of_another(agency):
    event, host, other = factories.event(capacity=0), factories.user(), factories.agency()
    tomorrow = timezone.now() + timedelta(days=1)
    keep_for(event, agency, seats=2, by=host, release_at=tomorrow)
    keep_for(event, other, seats=3, by=host, release_at=tomorrow + timedelta(days=30))

    assert release_due(event, at=tomorrow + timedelta(minutes=1)) == 2
    assert pools(event)["agency", other] == (0, 3)


def test_nothing_is_released_or_handed_on_at_an_event_that_is_called_off(agency):
    event, host = factories.event(capacity=0), factories.user()
    day = timezone.now() + timedelta(days=1)
    keep_for(event, agency, seats=2, by=host, release_at=day)
    waiting = come(event)
    type(event).objects.filter(pk=event.pk).update(status="cancelled")
    event.refresh_from_db()

    assert release_due(event, at=day + timedelta(minutes=1)) == 0
    SeatPool.objects.filter(event=event, kind="open").update(capacity=5)
    assert waiting_list.promote(event, by=host) == []
    waiting.refresh_from_db()
    assert waiting.status == WAITLISTED


def test_who_comes_online_never_takes_a_seat_in_the_room_however_they_get_it(agency):
    event, host = factories.event(capacity=1, mode="hybrid"), factories.user()
    arrange(event, by=host, capacity=1, online=1, kept={agency: 1})
    at_once, in_line = come(event, agency, is_online=True), come(event, agency, is_online=True)
    assert (at_once.pool.kind, at_once.status, in_line.status) == ("online", CONFIRMED, WAITLISTED)

    cancel(at_once, by=at_once.user)
    in_line.refresh_from_db()
    assert (in_line.pool.kind, in_line.status) == ("online", CONFIRMED)

    type(event).objects.filter(pk=event.pk).update(needs_approval=True)
    event.refresh_from_db()
    asking = come(event, agency, is_online=True)
    approve(asking, by=factories.member_of(event.host, role="owner"))
    assert (asking.pool.kind, asking.status) == ("online", WAITLISTED)
    assert pools(event)["agency", agency] == (0, 1)


def test_who_left_an_agency_does_not_register_in_its_name(agency):
    event = factories.event()
    person = factories.member_of(agency)
    person.memberships.update(status="left")
    with pytest.raises(NotYourAgency):
        register(event, user=person, by=person, agency=agency)


def test_nobody_is_let_in_after_the_end(agency):
    event = factories.event(agency, needs_approval=True)
    asking, host = come(event), factories.member_of(agency, role="owner")
    with pytest.raises(EventOver):
        approve(asking, by=host, at=event.ends_at + timedelta(minutes=1))
