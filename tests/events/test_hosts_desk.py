"""The hosts' desk: everything of an event on one page, what is changed there, and what is taken along."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from uuid import uuid4

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events.afterwards import numbers
from events.models import Event, EventHost, MeetingLogRow, Registration, SeatPool
from events.nominating import answering
from events.nominating.nomination import Nominee, nominate
from events.registering.registration import cancel, register
from events.registering.seats import keep_for, release_due
from tests import factories

pytestmark = pytest.mark.django_db
CONFIRMED, WAITLISTED = Registration.Status.CONFIRMED, Registration.Status.WAITLISTED


def url(name, event, *args):
    with override("en"):
        return reverse(name, args=[event.host.slug, event.public_id, *args])


@pytest.fixture
def desk(client, manager):
    client.force_login(manager)
    return client


@pytest.fixture
def event(agency):
    return factories.event(agency, capacity=2)


def come(event, home=None, **fields):
    person = factories.member_of(home, **fields) if home else factories.user(**fields)
    return register(event, user=person, by=person, agency=home)


def put_down(event, name="陈静", phone="13800000001", email="", home=None):
    home = home or factories.agency()
    owner = factories.member_of(home, role="manager")
    return nominate(event, agency=home, people=[Nominee(name, phone, email)], by=owner).nominations[0]


def test_the_desk_tells_the_numbers_and_who_has_not_answered(desk, event):
    home = factories.agency(short_name="新桥社工")
    come(event, home)
    put_down(event, "陈静")
    come(event)

    text = desk.get(url("roster", event)).text

    assert "2 / 2" in text
    assert "陈静" in text.partition("Put down, no answer yet")[2]
    chart = text.partition('class="chart"')[2].partition("</figure>")[0]
    assert str(home.label) in chart
    assert chart.count("<rect") == 2


def test_the_host_sees_only_what_was_typed_until_the_person_answers(desk, event):
    factories.with_address(factories.user(name="秘密的名字", email="lin@example.org"))
    nomination = put_down(event, "小林", "", "lin@example.org")

    def told():
        pages = [desk.get(url("roster", event)), desk.get(url("signature_list", event))]
        return [page.text for page in (*pages, desk.post(url("roster_file", event, "csv")))]

    assert [("小林" in text, "秘密" in text) for text in told()] == [(True, False)] * 3

    answering.accept(nomination)  # whoever has the link can press the button, the host too
    assert not any("秘密" in text for text in told())
    answering.accept(nomination, by=nomination.registration.user)
    assert ["秘密的名字" in text for text in told()] == [True] * 3


def test_somebody_is_added_by_hand_with_one_more_chair(desk, event):
    home = factories.agency()
    for line in ("甲 13800000001", "乙 13800000002", "丙 13800000003"):
        desk.post(url("add_person", event), {"line": line, "agency": home.legal_name})
    desk.post(url("add_person", event), {"line": "丁 13800000004", "one_more_chair": "on"})

    assert [one.status for one in event.registrations.order_by("pk")] == [
        CONFIRMED,
        CONFIRMED,
        WAITLISTED,
        CONFIRMED,
    ]
    assert [one.agency for one in event.registrations.order_by("pk")] == [home, home, home, None]
    pool = SeatPool.objects.get(event=event)
    assert (pool.capacity, pool.taken) == (3, 3)
    assert event.registrations.last().log.get().reason == "One more chair"


def test_who_was_added_without_an_address_gets_the_personal_link_from_the_host(desk, agency, event, manager):
    """It stands beside the name, of those only whom the host itself put down."""
    added = desk.post(url("add_person", event), {"line": "甲 13800000001"}, follow=True)
    assert "Pass the personal link on" in added.text
    desk.post(url("add_person", event), {"line": "乙 yi@example.org"})
    other = factories.agency()
    coordinator = factories.member_of(other, role="manager")
    nominate(event, agency=other, people=[Nominee("丙", "13800000003")], by=coordinator)

    roster = desk.get(url("roster", event)).text

    def address(name):
        one = next(one for one in event.registrations.all() if str(one.known_as) == name)
        with override("en"):
            return reverse("nominee", args=[agency.slug, event.public_id, one.public_id])

    assert [address(name) in roster for name in "甲乙丙"] == [True, False, False]
    assert "The personal link" in desk.get(address("甲")).text


def test_nobody_is_added_to_a_draft_or_to_what_is_over(desk, agency):
    for event in (
        factories.event(agency, status="draft"),
        factories.event(agency, starts_in=timedelta(days=-9)),
    ):
        desk.post(url("add_person", event), {"line": "甲 13800000001"})
    assert Registration.objects.count() == 0


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"line": "甲"}, "There is no telephone number and no e-mail address in this line."),
        ({"line": "\x00"}, "Null characters are not allowed."),
        ({"line": "流" * 400}, "at most 300 characters"),
        ({"line": "甲 13800000001", "agency": "没有这个机构"}, "No agency in the directory has this name."),
        ({}, "This field is required."),
    ],
)
def test_what_cannot_be_added_is_said_and_kept(desk, event, form, sentence):
    text = desk.post(url("add_person", event), form).text
    assert sentence in text
    assert event.registrations.count() == 0


def test_the_number_of_seats_is_changed_right_there(desk, event):
    seats = [come(event) for _n in range(3)]
    pool = event.pools.get()

    desk.post(url("change_seats", event, pool.pk), {"capacity": "3"})
    assert [Registration.objects.get(pk=one.pk).status for one in seats] == [CONFIRMED] * 3

    refused = desk.post(url("change_seats", event, pool.pk), {"capacity": "2"}, follow=True)
    assert "3 seats are taken already. There cannot be fewer." in refused.text
    for nonsense in ("", "x", "-1", "9" * 400, "\x00"):
        desk.post(url("change_seats", event, pool.pk), {"capacity": nonsense})
    assert SeatPool.objects.get(pk=pool.pk).capacity == 3
    assert desk.post(url("change_seats", event, factories.event().pools.get().pk)).status_code == 404


def test_an_allotment_is_changed_and_keeps_its_day(desk, manager, event):
    other = factories.agency()
    pool = keep_for(event, other, seats=2, by=manager, release_at=event.starts_at)
    desk.post(url("change_seats", event, pool.pk), {"capacity": "4"})
    pool.refresh_from_db()
    assert (pool.capacity, pool.release_at) == (4, event.starts_at)


def test_the_roster_says_how_many_seats_an_agency_was_given_and_how_many_are_open_to_all(
    desk, manager, event
):
    keep_for(event, factories.agency(), seats=5, by=manager, release_at=timezone.now())
    roster = url("roster", event)
    assert "5 given" not in desk.get(roster).text

    release_due(event)

    assert "5 given, 5 of them open to all" in desk.get(roster).text


@pytest.mark.parametrize("style", ["csv", "xlsx"])
def test_the_table_starts_no_formula_and_says_who_put_whom_down(desk, event, style):
    come(event, name='=HYPERLIN("x")')
    home = factories.agency(legal_name="新桥社工")
    put_down(event, "陈静", home=home)

    content = desk.post(url("roster_file", event, style)).content
    if style == "csv":
        rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    else:
        sheet = openpyxl.load_workbook(BytesIO(content)).active
        rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]

    head, first, second = rows
    assert first[0] == '\'=HYPERLIN("x")'
    cells = dict(zip(head, second, strict=True))
    assert (cells["Name"], cells["Telephone"], cells["Put down by"]) == (
        "陈静",
        "13800000001",
        str(home),
    )
    assert cells["Answer of who was put down"] == "No answer yet"


def test_a_table_in_another_form_is_nowhere(desk, event):
    assert desk.post(url("roster_file", event, "exe")).status_code == 404


def test_the_list_to_sign_has_each_session_and_may_be_by_agency(desk, event):
    start = event.starts_at + timedelta(days=1)
    event.sessions.create(starts_at=start, ends_at=start + timedelta(hours=2), title="第二天")
    home = factories.agency(legal_name="新桥社工", name_en="")
    come(event, home, name="王一")
    come(event, name="李二")
    come(event, name="没有座位")

    plain = desk.get(url("signature_list", event)).text.partition("<main")[2]
    grouped = desk.get(url("signature_list", event), {"by": "agency"}).text.partition("<main")[2]

    assert [plain.count(words) for words in ("<thead>", "王一", "李二", "没有座位")] == [2, 2, 2, 0]
    assert grouped.count("rowgroup") == 4
    assert grouped.index("新桥社工") < grouped.index("王一") < grouped.index("For themselves")


# -- Numbers ----------------------------------------------------------------------------------------------------------


def test_numbers_name_agencies_and_never_people(desk, event):
    home = factories.agency(division=factories.division())
    come(event, home, name="秘密的名字")
    put_down(event, "另一个秘密", home=home)

    shown = numbers.of(event)
    text = desk.get(url("event_numbers", event)).text

    assert (shown["registered"], shown["seated"], shown["came"]) == (2, 2, None)
    assert [bar.count for bar in shown["by_district"]] == [2]
    assert shown["new_faces"] == 2
    assert "秘密" not in text
    assert "Dongguan" in text


def test_after_the_event_the_page_of_the_desk_tells_its_numbers_and_leads_to_its_groups(desk, agency, event):
    before = desk.get(url("roster", event))
    assert before.context["numbers"] is None
    over = factories.event(agency, starts_in=-timedelta(days=2))
    Registration.objects.create(
        event=over, pool=over.pools.get(), user=factories.user(), status=CONFIRMED, created_at=over.starts_at
    )
    page = desk.get(url("roster", over))
    assert page.context["numbers"]["new_faces"] == 1
    assert url("event_numbers", over).removeprefix("/en") in page.text
    link = f"{url('messages', over).removeprefix('/en')}?group=seated"
    assert link in page.text
    assert 'value="seated" selected' in desk.get(link).text
    assert desk.get(link.replace("seated", "nobody")).status_code == 200


def test_who_had_a_seat_before_is_no_new_face(event):
    earlier = factories.event(starts_in=timedelta(days=1), capacity=5)
    person = factories.user()
    for one in (earlier, event):
        register(one, user=person, by=person)
        put_down(one)
    assert numbers.of(event)["new_faces"] == 0
    assert numbers.of(earlier)["new_faces"] == 2


def test_agencies_meet_for_the_first_time_once(agency, event):
    one, other, partner = (factories.agency() for _n in range(3))
    earlier = factories.event(one, starts_in=timedelta(days=1), capacity=5)
    for home in (one, other):
        come(event, home)
    come(earlier, other)  # at an event that `one` held
    assert pairs(event) == {frozenset((agency, one)), frozenset((agency, other))}

    EventHost.objects.create(event=earlier, agency=agency, is_confirmed=True)
    assert pairs(event) == set()
    EventHost.objects.create(event=event, agency=partner, is_confirmed=False)
    assert pairs(event) == set()


def test_partners_have_met_before(agency, event):
    from orgs.models import Partnership

    guest = factories.agency()
    come(event, guest)
    assert pairs(event) == {frozenset((agency, guest))}
    partnership = Partnership.objects.create(
        kind=factories.topic("col:referral"),
        title="转介",
        started_on=event.created_at.date() - timedelta(days=9),
    )
    for party in (agency, guest):
        partnership.parties.create(agency=party, state="confirmed")
    assert pairs(event) == set()


def pairs(event):
    return {frozenset(pair) for pair in numbers.of(Event.objects.get(pk=event.pk))["met"]}


@pytest.mark.parametrize(
    ("method", "name"),
    [("get", "roster"), ("post", "roster_file"), ("get", "signature_list"), ("get", "event_numbers")],
)
def test_a_page_of_the_desk_asks_the_database_as_often_for_three_people_as_for_one(
    desk, agency, method, name
):
    event = factories.event(agency, capacity=9)
    counts = []
    for n in range(3):
        home = factories.agency(division=factories.division())
        come(event, home)
        put_down(event, f"客{n}", f"1380000001{n}", home=home)
        with CaptureQueriesContext(connection) as queries:
            style = ["csv"] if name == "roster_file" else []
            assert getattr(desk, method)(url(name, event, *style)).status_code == 200
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


@pytest.mark.parametrize(
    "name", ["roster", "event_hours", "meeting_log", "check_in", "answers", "event_numbers", "messages"]
)
def test_no_page_of_the_desk_tells_whose_an_address_is(desk, event, name):
    """Put down by an address that has an account: its own name is nobody's business until the person answers."""
    Event.objects.filter(pk=event.pk).update(mode="hybrid")
    secret = factories.with_address(factories.user(name="秘密真名"), "private@example.net")
    nomination = put_down(event, "小王", phone="", email="private@example.net")
    assert nomination.registration.user == secret
    span = {"joined_at": event.starts_at, "left_at": event.ends_at}
    MeetingLogRow.objects.create(event=event, key=uuid4(), name="谁", **span)
    MeetingLogRow.objects.create(
        event=event, key=uuid4(), name="王", registration=nomination.registration, **span
    )
    page = desk.get(url(name, event), follow=True)
    assert page.status_code == 200
    assert "秘密真名" not in page.text
    if name in ("roster", "event_hours", "meeting_log", "check_in"):
        assert "小王" in page.text

    answering.accept(nomination, by=secret)
    assert ("秘密真名" in desk.get(url(name, event), follow=True).text) == (
        name in ("roster", "event_hours", "meeting_log", "check_in")
    )


def test_the_roster_tells_what_happened_to_a_place_who_did_it_and_why(desk, event, manager):
    one = come(event, name="林小雨")
    desk.post(
        url("decide_registration", event, one.public_id), {"answer": "turn_down", "reason": "请先上基础课"}
    )
    text = " ".join(desk.get(url("roster", event)).text.split())
    told = text[text.index("What happened") :]
    assert "Seat confirmed · by themselves" in told
    assert f"Cancelled · by {manager} · 请先上基础课" in told


def test_who_has_cancelled_meanwhile_is_not_told_of_a_yes(desk, event):
    Event.objects.filter(pk=event.pk).update(needs_approval=True)
    event.refresh_from_db()
    one = come(event, name="林小雨")
    cancel(one, by=one.user)
    answer = desk.post(url("decide_registration", event, one.public_id), {"answer": "approve"}, follow=True)
    assert "林小雨 has cancelled meanwhile." in answer.text
    assert "has been told" not in answer.text
