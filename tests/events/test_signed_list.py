"""Who was there, noted down afterwards from the list that people signed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.afterwards import feedback
from events.attending import attendance, signed_list
from events.hours import ledger
from events.models import Attendance, DoorEntry, EventSession, Registration
from events.models.event import refresh_span
from events.registering.registration import register
from tests import factories

pytestmark = pytest.mark.django_db
ENDED = timezone.localtime().replace(hour=13, minute=0, second=0, microsecond=0) - timedelta(days=1)
START = ENDED - timedelta(hours=3)


def minute(n: float):
    return START + timedelta(minutes=n)


@pytest.fixture
def event(agency):
    """A training of three hours that was yesterday."""
    event = factories.event(agency, starts_in=timedelta(days=-1), capacity=5)
    EventSession.objects.filter(event=event).update(starts_at=START, ends_at=ENDED)
    refresh_span(event)
    return event


@pytest.fixture
def session(event):
    return event.sessions.get()


def seated(event, **fields) -> Registration:
    person = factories.user(**fields)
    return register(event, user=person, by=person, at=START - timedelta(days=1))


@pytest.fixture
def lin(event):
    return seated(event, name="林芳")


@pytest.fixture
def ana(event):
    return seated(event, name="安娜")


def spans(one):
    return [(row.starts_at, row.ends_at) for row in one.attendances.valid()]


# -- The rule ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("came", "went", "noted"),
    [
        (None, None, (0, 180)),
        (30, None, (30, 180)),
        (None, 90, (0, 90)),
        (-20, 400, (0, 180)),
        (10, 20, (10, 20)),
    ],
)
def test_who_signed_was_there_for_the_session_or_between_the_times_that_lie_in_it(
    lin, session, manager, came, went, noted
):
    times = {
        "came_at": None if came is None else minute(came),
        "went_at": None if went is None else minute(went),
    }

    row = signed_list.came(lin, session, by=manager, **times)

    assert (row.starts_at, row.ends_at, row.source, row.by) == (*map(minute, noted), "list", manager)
    assert attendance.minutes_of(lin) == noted[1] - noted[0]


@pytest.mark.parametrize(
    ("came", "went"), [(200, 260), (-60, -10), (180, None), (None, 0), (90, 30), (50, 50)]
)
def test_times_beside_the_session_or_the_wrong_way_round_are_refused(lin, session, manager, came, went):
    times = {
        "came_at": None if came is None else minute(came),
        "went_at": None if went is None else minute(went),
    }

    with pytest.raises(attendance.NotTheDay):
        signed_list.came(lin, session, by=manager, **times)

    assert DoorEntry.objects.count() == Attendance.objects.count() == 0


def test_nobody_is_noted_down_twice_or_without_a_seat_or_while_it_goes_on(event, lin, ana, session, manager):
    signed_list.came(lin, session, by=manager)
    Registration.objects.filter(pk=ana.pk).update(status="cancelled")

    with pytest.raises(signed_list.NotedAlready):
        signed_list.came(lin, session, by=manager, came_at=minute(5))
    with pytest.raises(attendance.NotSeated):
        signed_list.came(ana, session, by=manager)
    for deed in (
        lambda: signed_list.came(lin, session, by=manager, at=minute(179)),
        lambda: signed_list.everybody_came(session, by=manager, at=minute(179)),
    ):
        with pytest.raises(signed_list.NotOverYet):
            deed()
    assert spans(lin) == [(START, ENDED)]


def test_what_was_noted_down_is_taken_back_and_noted_anew(lin, session, manager):
    attendance.void(signed_list.came(lin, session, by=manager), by=manager)
    assert spans(lin) == []

    signed_list.came(lin, session, by=manager, went_at=minute(60))

    assert spans(lin) == [(START, minute(60))]


def test_a_going_of_somebody_whom_nobody_saw_come_does_not_end_it_early(lin, ana, session, manager):
    for one in (lin, ana):
        attendance.check_out(one, session, by=manager, at=minute(40))

    signed_list.came(lin, session, by=manager)
    signed_list.everybody_came(session, by=manager)

    assert spans(lin) == spans(ana) == [(START, ENDED)]


def test_what_a_phone_sends_later_joins_what_was_noted_down(lin, session, manager):
    signed_list.everybody_came(session, by=manager)

    attendance.check_in(lin, session, by=manager, at=minute(7))

    assert spans(lin) == [(START, ENDED)]


def test_everybody_with_a_seat_of_whom_nothing_is_noted_was_there(event, lin, ana, session, manager):
    gone, online, later = seated(event), seated(event), seated(event)
    Registration.objects.filter(pk=gone.pk).update(status="cancelled")
    Attendance.objects.create(
        registration=online, session=session, source="log", starts_at=START, ends_at=minute(30)
    )
    attendance.check_in(later, session, by=manager, at=minute(100))

    assert signed_list.everybody_came(session, by=manager) == 2
    assert signed_list.everybody_came(session, by=manager) == 0

    assert spans(lin) == spans(ana) == [(START, ENDED)]
    assert (spans(gone), spans(online), spans(later)) == ([], [(START, minute(30))], [(minute(100), None)])
    attendance.void(lin.attendances.get(), by=manager)
    assert spans(lin) == []
    assert DoorEntry.objects.filter(registration=lin, voided_at=None).count() == 0
    assert signed_list.everybody_came(session, by=manager) == 1


def test_noting_everybody_down_asks_no_more_for_more_people(event, session, manager):
    event.pools.update(capacity=40)
    asked = []
    for number in (2, 20):
        for _n in range(number):
            seated(event)
        with CaptureQueriesContext(connection) as queries:
            assert signed_list.everybody_came(session, by=manager) == number
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_who_is_noted_down_came_earns_hours_and_may_give_feedback(event, lin, ana, session, manager):
    signed_list.came(lin, session, by=manager)

    assert list(Registration.objects.who_came()) == [lin]
    assert list(Registration.objects.no_shows()) == [ana]
    assert feedback.refusal(lin) is None
    assert feedback.refusal(ana) is not None
    assert [entry.minutes for entry in ledger.grant(event, by=manager)] == [180]


def test_nobody_comes_in_to_what_is_over(lin, session, manager):
    for at in (minute(180), minute(181), None):
        with pytest.raises(attendance.SessionOver):
            attendance.check_in(lin, session, by=manager, at=at)
    assert DoorEntry.objects.count() == 0


# -- The page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def door(client, manager, event):
    client.force_login(manager)

    def address(name="check_in", **more):
        return reverse(name, kwargs={"slug": event.host.slug, "public_id": event.public_id, **more})

    return address


def press(client, door, one, session, deed, **more):
    address = door("check_in_person", registration_id=one.public_id)
    page = client.post(address, {"session": session.pk, "deed": deed, **more}, follow=True)
    return " ".join(map(str, page.context["messages"]))


def test_a_press_on_in_after_the_end_never_says_that_somebody_is_there(client, door, event, lin, session):
    EventSession.objects.filter(pk=session.pk).update(ends_at=timezone.now() - timedelta(minutes=1))

    assert press(client, door, lin, session, "in") == "本场次已结束，请按签到表补记到场人员。"
    assert Attendance.objects.count() == 0


def test_the_page_of_a_session_that_is_over_takes_notes_and_takes_them_back(client, door, lin, ana, session):
    page = client.get(door()).content.decode()
    assert page.count('value="came"') == 4
    assert 'value="in"' not in page.split('id="door-list"')[1].split("<template")[0]

    said = press(client, door, lin, session, "came")
    assert said == f"已补记：林芳，{timezone.localtime(START):%H:%M}–{timezone.localtime(ENDED):%H:%M}到场。"
    address = door("check_in_person", registration_id=lin.public_id)
    again = client.post(address, {"session": session.pk, "deed": "came"})
    assert again.url == f"{door()}?session={session.pk}#person-{lin.public_id}"
    times = [f"{timezone.localtime(minute(n)):%Y-%m-%dT%H:%M}" for n in (30, 90)]
    press(client, door, ana, session, "came", came_at=times[0], went_at=times[1])
    assert (spans(lin), spans(ana)) == ([(START, ENDED)], [(minute(30), minute(90))])
    assert client.get(door()).context["came"] == 2

    press(client, door, ana, session, "void")
    assert spans(ana) == []


@pytest.mark.parametrize(
    "times", [{"came_at": "later"}, {"went_at": "1999-01-01T10:00"}, {"came_at": "2000-02-30T09:00"}]
)
def test_times_that_cannot_be_are_answered_with_a_sentence(client, door, lin, session, times):
    assert press(client, door, lin, session, "came", **times)
    assert spans(lin) == []


def test_times_are_read_on_the_clocks_of_the_event(client, door, event, lin, session):
    type(event).objects.filter(pk=event.pk).update(time_zone="Asia/Urumqi")
    event.refresh_from_db()
    local = timezone.localtime(minute(60), event.zone)

    press(client, door, lin, session, "came", came_at=f"{local:%Y-%m-%dT%H:%M}")

    assert spans(lin) == [(minute(60), ENDED)]


def test_one_press_notes_everybody_down(client, door, event, lin, ana, session):
    page = client.get(door()).content.decode()
    assert "名单上的人全部到场" in page

    for _time in range(2):
        client.post(door("note_everybody"), {"session": session.pk})

    assert spans(lin) == spans(ana) == [(START, ENDED)]
    page = client.get(door()).content.decode()
    assert "名单上的人全部到场" not in page
    assert "有名额的人均已记录到场" in page
    assert client.get(door("note_everybody")).status_code == 405
    client.post(door("note_everybody"), {"session": "x"})
    other = factories.event(starts_in=timedelta(days=-2)).sessions.get()
    client.post(door("note_everybody"), {"session": other.pk})
    assert Attendance.objects.count() == 2


def test_who_signed_without_a_seat_gets_one_and_was_there(client, door, event, lin, session):
    event.pools.update(capacity=1)
    waiting = seated(event)

    press(client, door, waiting, session, "let_in")
    assert spans(waiting) == []
    press(client, door, waiting, session, "chair")

    waiting.refresh_from_db()
    assert (waiting.status, spans(waiting)) == ("confirmed", [(START, ENDED)])
