"""The door as people use it: the list without JavaScript, the list as data, and what phones report later."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from events.attending import attendance, door_list, ticket
from events.models import Attendance, DoorEntry, EventSession, Registration
from events.registering.registration import register
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def event(agency):
    return factories.event(agency, starts_in=timedelta(minutes=-20), capacity=2)


@pytest.fixture
def session(event):
    return event.sessions.get()


def seated(event, **fields) -> Registration:
    person = factories.user(**fields)
    return register(event, user=person, by=person, at=NOW - timedelta(days=1))


@pytest.fixture
def lin(event):
    return seated(event, name="林芳", email="lin@example.org")


@pytest.fixture
def door(client, manager, event):
    """The page's addresses, for a manager who stands at the door."""
    client.force_login(manager)

    def address(name="check_in", **more):
        return reverse(name, kwargs={"slug": event.host.slug, "public_id": event.public_id, **more})

    return address


def report(*entries, sent_at=None):
    return json.dumps({"sent_at": (sent_at or timezone.now()).isoformat(), "entries": list(entries)})


def entry(one, session, *, way="in", source="qr", at=None, key=None):
    return {
        "key": str(key or uuid4()),
        "registration": str(one.public_id),
        "session": session.pk,
        "way": way,
        "source": source,
        "at": (at or timezone.now()).isoformat(),
    }


def press(client, door, one, session, deed):
    address = door("check_in_person", registration_id=one.public_id)
    return client.post(address, {"session": session.pk, "deed": deed}, follow=True)


# -- Without JavaScript ------------------------------------------------------------------------------------------------


def test_one_press_checks_in_and_one_checks_out(client, door, lin, session):
    page = press(client, door, lin, session, "in")

    row = Attendance.objects.get()
    assert (row.registration, row.session, row.source, row.ends_at) == (lin, session, "list", None)
    assert page.redirect_chain == [(f"{door()}?session={session.pk}", 302)]
    Attendance.objects.update(starts_at=NOW - timedelta(minutes=5))
    DoorEntry.objects.update(at=NOW - timedelta(minutes=5))
    press(client, door, lin, session, "out")
    assert Attendance.objects.get().ends_at is not None


def test_a_slip_is_taken_back(client, door, lin, session):
    press(client, door, lin, session, "in")
    press(client, door, lin, session, "void")

    assert list(Attendance.objects.valid()) == []


def test_a_code_checks_in_and_a_wrong_one_says_so(client, door, event, lin, session):
    code = ticket.code(lin)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for typed, number in (
        (wrong, 0),
        ("12", 0),
        ("", 0),
        (f"{code[:3]} {code[3:]}", 1),
        (ticket.payload(lin), 1),
    ):
        page = client.post(
            door("check_in_by_code"), {"session": session.pk, "deed": "in", "code": typed}, follow=True
        )
        assert Attendance.objects.count() == number, typed
        assert len(list(page.context["messages"])) == 1
    assert Attendance.objects.get().source == "code"


def test_who_waits_is_let_in_with_one_more_chair_and_is_there(client, door, event, session):
    seated(event), seated(event)
    waiting = seated(event, name="等候者")
    page = client.get(door())
    assert [line.registration for line in page.context["without_seat"]] == [waiting]
    assert 'value="chair"' in page.content.decode()
    assert 'value="let_in"' not in page.content.decode()

    press(client, door, waiting, session, "in")
    press(client, door, waiting, session, "let_in")
    assert Attendance.objects.count() == 0
    press(client, door, waiting, session, "chair")

    waiting.refresh_from_db()
    assert (waiting.status, waiting.attendances.valid().count()) == ("confirmed", 1)


def test_the_list_is_searched_by_name_pinyin_initials_and_agency(client, door, event, lin):
    other = seated(event, name="Ana")
    for query, found in (
        ("林", [lin]),
        ("linf", [lin]),
        ("LF", [lin]),
        ("ana", [other]),
        ("林 ana", []),
        ("\x00", 2),
    ):
        page = client.get(door(), {"q": query})
        lines = [line.registration for line in page.context["coming"]]
        assert (len(lines) if found == 2 else lines) == found, query


def test_the_session_that_goes_on_is_chosen(client, door, event, session):
    later = EventSession.objects.create(
        event=event, starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=1, hours=1)
    )
    assert client.get(door()).context["session"] == session
    assert client.get(door(), {"session": later.pk}).context["session"] == later
    assert client.get(door(), {"session": "x" * 400}).context["session"] == session
    assert door_list.session_at(event, NOW + timedelta(hours=20)) == later
    assert door_list.session_at(event, NOW + timedelta(days=30)) == later


def test_the_number_of_queries_does_not_grow_with_people(
    client, door, event, session, django_assert_max_num_queries
):
    event.pools.update(capacity=9)
    counts = []
    for _n in range(2):
        seated(event)
        with django_assert_max_num_queries(40) as asked:
            client.get(door())
            client.get(door("check_in_people"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_only_this_page_may_run_webassembly(client, door, event):
    policy = client.get(door()).headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "unsafe-inline" not in policy
    assert "wasm" not in client.get(event.get_absolute_url()).headers["Content-Security-Policy"]


def test_the_worker_reaches_no_further_than_the_page(client, door):
    answer = client.get(door("check_in_worker"))

    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answer["Cache-Control"]
    assert "Service-Worker-Allowed" not in answer
    assert door("check_in_worker") == door() + "worker.js"


# -- For a phone -------------------------------------------------------------------------------------------------------


def test_the_data_on_a_phone_hold_what_the_door_needs_and_no_address(
    client, door, event, lin, session, manager
):
    lin.note = "对花生过敏"
    lin.save()
    attendance.check_in(lin, session, by=manager, at=NOW)

    answer = client.get(door("check_in_people"))
    data = answer.json()

    assert [(person["name"], person["code"], person["has_seat"]) for person in data["people"]] == [
        ("林芳", ticket.code(lin), True)
    ]
    assert data["people"][0]["here"] == {str(session.pk): {"since": NOW.isoformat(), "until": None}}
    assert data["keys"] == ticket.public_keys()
    for secret in ("lin@example.org", "对花生过敏", "花生"):
        assert secret not in answer.content.decode()
        assert escape(secret) not in json.dumps(data, ensure_ascii=False)


def test_a_report_is_noted_down_once_however_often_it_is_sent(client, door, lin, session):
    body = report(entry(lin, session, at=NOW - timedelta(minutes=9)))

    for _time in range(3):
        answer = client.post(door("check_in_sync"), body, content_type="application/json")
        assert set(answer.json()["answers"].values()) == {""}

    row = Attendance.objects.get()
    assert (row.source, row.starts_at) == ("qr", NOW - timedelta(minutes=9))


def test_one_refused_entry_does_not_keep_the_others_out(client, door, event, lin, session):
    seated(event)
    waiting, foreign = seated(event), seated(factories.event())
    entries = [entry(one, session) for one in (waiting, foreign, lin)]

    answers = client.post(door("check_in_sync"), report(*entries), content_type="application/json").json()

    assert [bool(answers["answers"][one["key"]]) for one in entries] == [True, True, False]
    assert [row.registration for row in Attendance.objects.all()] == [lin]


def test_a_phone_with_a_wrong_clock_is_corrected(client, door, lin, session):
    wrong = timedelta(days=400)
    one = entry(lin, session, at=NOW - timedelta(minutes=10) + wrong)

    client.post(
        door("check_in_sync"), report(one, sent_at=timezone.now() + wrong), content_type="application/json"
    )

    assert abs(Attendance.objects.get().starts_at - (NOW - timedelta(minutes=10))) < timedelta(seconds=30)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{", b"null", b"\xff\xfe", b"[" * 20_000, b'{"entries": 3}', b'{"sent_at": 3, "entries": []}',
        b'{"sent_at": "9999-12-31T23:59:59-12:00", "entries": []}',
        b'{"sent_at": "2026-11-24", "entries": []}',
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused_with_a_sentence(client, door, body):
    answer = client.post(door("check_in_sync"), body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["refused"]


@pytest.mark.parametrize(
    "change",
    [
        {"key": "x"}, {"key": None}, {"way": "up"}, {"source": "log"}, {"session": "流"}, {"session": 1e400},
        {"at": "0000"}, {"at": "2026-11-24T10:00"}, {"registration": {}},
    ],
)  # fmt: skip
def test_an_entry_that_no_phone_makes_is_refused(client, door, lin, session, change):
    body = report({**entry(lin, session), **change})

    assert client.post(door("check_in_sync"), body, content_type="application/json").status_code == 400
    assert Attendance.objects.count() == 0


def test_signing_out_empties_the_browser(client, manager):
    client.force_login(manager)

    assert "Clear-Site-Data" not in client.get(reverse("desk"))
    assert client.post(reverse("account_logout"))["Clear-Site-Data"] == '"storage"'


# -- The ticket -------------------------------------------------------------------------------------------------------


def test_the_ticket_shows_code_and_qr_to_its_person_alone(client, event, lin, stranger):
    address = reverse("ticket", args=[event.public_id])
    client.force_login(lin.user)
    page = client.get(address).content.decode()
    code = ticket.code(lin)

    assert f"{code[:3]} {code[3:]}" in page
    assert "<svg" in page
    assert f"{code[:3]} {code[3:]}" in client.get(event.get_absolute_url()).content.decode()
    client.force_login(stranger)
    assert client.get(address).status_code == 404


def test_who_waits_has_no_ticket(client, event):
    event.pools.update(capacity=0)
    waiting = seated(event)
    client.force_login(waiting.user)

    assert client.get(reverse("ticket", args=[event.public_id])).status_code == 404
    assert ticket.code(waiting)[:3] + " " not in client.get(event.get_absolute_url()).content.decode()
