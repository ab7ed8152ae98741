"""The coordinator's pages: looking through a list, putting people down, links to pass on, swapping."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events.models import Event, Nomination, Registration
from events.nominating import guests
from events.nominating.nomination import Nominee, nominate
from events.registering.registration import register
from orgs.models import Membership
from tests import factories

pytestmark = pytest.mark.django_db
CONFIRMED, WAITLISTED, CANCELLED = (
    Registration.Status.CONFIRMED,
    Registration.Status.WAITLISTED,
    Registration.Status.CANCELLED,
)


def url(name, *args):
    with override("en"):
        return reverse(name, args=args)


@pytest.fixture
def desk(client, manager):
    client.force_login(manager)
    return client


@pytest.fixture
def event():
    return factories.event(capacity=3)


def page(agency, event):
    return url("nominate", agency.slug, event.public_id)


def typed(lines="", step="put_down", way="as_many", **fields):
    return {"lines": lines, "step": step, "way": way, "form_key": str(uuid4()), **fields}


def names(event):
    return [str(one.known_as) for one in event.registrations.live().order_by("pk")]


def test_a_list_is_looked_through_before_it_counts(desk, agency, event):
    text = desk.post(
        page(agency, event), typed("1. 陈静 13800000001 社工\n王芳 wang@example.org", step="look")
    ).text

    assert names(event) == []
    assert "not used: 社工" in text
    assert "2 people" in text
    assert "Put them down" in text


def test_people_of_all_three_kinds_are_put_down_together(desk, agency, manager, member, event):
    other = factories.event()
    [before] = nominate(
        other, agency=agency, people=[Nominee("老朋友", "13800000009")], by=manager
    ).nominations

    answer = desk.post(
        page(agency, event),
        typed("陈静 13800000001", members=[member.pk], before=[str(before.public_id)]),
        follow=True,
    )

    assert names(event) == [member.name, "老朋友", "陈静"]
    assert "3 people are put down." in answer.text


def test_garbage_gives_a_sentence_a_line_and_nothing_is_lost(desk, agency, member, event):
    text = desk.post(page(agency, event), typed("陈静 13800000001\n!!!\n王芳", members=[member.pk])).text

    assert names(event) == []
    assert "There is no name in this line." in text
    assert "There is no telephone number and no e-mail address in this line." in text
    assert "陈静 13800000001\n!!!\n王芳</textarea>" in text.replace("\r", "")
    [box] = [
        line for line in text.splitlines() if 'name="members"' in line and f'value="{member.pk}"' in line
    ]
    assert "checked" in box


def test_too_few_seats_together_are_told_with_a_way_on(desk, agency, event):
    lines = "\n".join(f"客人{n} 1380000000{n}" for n in range(4))
    form = typed(lines, way="together")

    text = desk.post(page(agency, event), form).text
    assert "3 seats are free, and you need 4 together. Nobody was put down." in text
    assert "Take the 3 seats, the others wait" in text
    assert names(event) == []

    desk.post(page(agency, event), {**form, "step": "as_many"})
    assert [one.status for one in event.registrations.order_by("pk")] == [CONFIRMED] * 3 + [WAITLISTED]


def test_a_double_click_puts_nobody_down_twice(desk, agency, event):
    form = typed("陈静 13800000001\n王芳 13800000002")
    for _click in range(2):
        desk.post(page(agency, event), form)
    assert (names(event), Nomination.objects.count()) == (["陈静", "王芳"], 2)


def test_who_is_there_already_is_told_by_name(desk, agency, event):
    desk.post(page(agency, event), typed("陈静 13800000001"))
    answer = desk.post(page(agency, event), typed("小陈 13800000001\n王芳 13800000002"), follow=True)
    assert "小陈 is put down already: the same number or address." in answer.text
    assert names(event) == ["陈静", "王芳"]


def test_the_coordinator_does_not_learn_whose_address_it_is(desk, agency, event, deliver):
    secret = factories.with_address(factories.user(name="秘密的名字", email="lin@example.org"))
    register(event, user=secret, by=secret)
    other = factories.with_address(factories.user(name="另一个秘密", email="mei@example.org"))

    answer = desk.post(
        page(agency, event),
        typed("小林 lin@example.org\n小梅 mei@example.org\n小王 wang@example.org"),
        follow=True,
    )
    rows = [
        answer.text.partition(f">{name}<")[2].partition("</article>")[0] for name in ("小林", "小梅", "小王")
    ]

    assert "秘密" not in answer.text
    assert "3 people are put down." in answer.text
    shown = [row.partition("badge")[2].count("badge") for row in rows]
    assert len(set(shown)) == 1, shown
    for place in event.registrations.all():
        text = desk.get(url("nominee", agency.slug, event.public_id, place.public_id)).text
        assert "秘密" not in text
        assert "The personal link" in text
    assert other.registrations.get().nominated_by is not None


def test_the_person_s_page_holds_link_and_drawing(desk, agency, manager, event, settings):
    [nomination] = nominate(
        event, agency=agency, people=[Nominee("陈静", "13800000001")], by=manager
    ).nominations
    text = desk.get(url("nominee", agency.slug, event.public_id, nomination.registration.public_id)).text
    with override("en"):
        assert settings.SITE_URL + nomination.get_absolute_url() in text
    assert "<svg" in text
    assert "style=" not in text.partition("<main")[2].partition("</main")[0]


def test_the_link_is_there_as_long_as_it_is_open_also_after_the_event(desk, agency, manager, event):
    [nomination] = nominate(
        event, agency=agency, people=[Nominee("陈静", "13800000001")], by=manager
    ).nominations
    page = url("nominee", agency.slug, event.public_id, nomination.registration.public_id)

    def shows_link(ago: timedelta) -> bool:
        over = timezone.now() - ago
        Event.objects.filter(pk=event.pk).update(starts_at=over - timedelta(hours=3), ends_at=over)
        text = desk.get(page).text
        with override("en"):
            return nomination.get_absolute_url() in text

    assert shows_link(timedelta(days=1))
    assert "Their hours and their certificate stand there" in desk.get(page).text
    assert not shows_link(guests.LINK_OPEN_FOR + timedelta(days=1))


def test_who_told_a_colleague_is_answered_for_by_the_link_and_the_log_says_by_whom(
    desk, agency, manager, event
):
    [nomination] = nominate(
        event, agency=agency, people=[Nominee("陈静", "13800000001")], by=manager
    ).nominations

    with override("en"):
        desk.post(nomination.get_absolute_url(), {"answer": "come"})
        page = desk.get(url("nominee", agency.slug, event.public_id, nomination.registration.public_id)).text
        assert "Said yes" in page
        desk.post(nomination.get_absolute_url(), {"answer": "cannot"})

    nomination.registration.refresh_from_db()
    assert not nomination.registration.is_live
    assert nomination.registration.log.last().by == manager


def test_swapping_and_taking_back_on_the_page(desk, agency, manager, event):
    [nomination] = nominate(
        event, agency=agency, people=[Nominee("陈静", "13800000001")], by=manager
    ).nominations
    at = (agency.slug, event.public_id, nomination.registration.public_id)

    refused = desk.post(url("swap_nominee", *at), {"line": "王芳"})
    assert "There is no telephone number and no e-mail address in this line." in refused.text
    assert 'value="王芳"' in refused.text
    assert "choose a colleague" in desk.post(url("swap_nominee", *at), {}).text

    told = desk.post(url("swap_nominee", *at), {"line": "王芳 13800000002"}, follow=True)
    assert "Who has no e-mail address hears it from you" in told.text
    assert names(event) == ["王芳"]
    second = event.registrations.live().get()
    desk.post(url("withdraw_nominee", agency.slug, event.public_id, second.public_id))
    assert (names(event), event.pools.get().taken) == ([], 0)


def test_who_registered_on_their_own_is_not_taken_back(desk, agency, member, event):
    mine = register(event, user=member, by=member, agency=agency)
    desk.post(url("withdraw_nominee", agency.slug, event.public_id, mine.public_id))
    assert names(event) == [member.name]


def test_the_page_of_another_agencys_place_is_nowhere(desk, agency, stranger, event):
    other = stranger.memberships.get().agency
    [theirs] = nominate(event, agency=other, people=[Nominee("秘密", "13800000001")], by=stranger).nominations
    for name in ("nominee", "swap_nominee", "withdraw_nominee"):
        for method in (desk.get, desk.post):
            answer = method(url(name, agency.slug, event.public_id, theirs.registration.public_id))
            assert answer.status_code in (404, 405)
    assert "秘密" not in desk.get(page(agency, event)).text
    assert desk.get(url("nominate", other.slug, event.public_id)).status_code == 404


def test_a_draft_of_another_agency_is_nowhere(desk, agency):
    assert desk.get(page(agency, factories.event(status="draft"))).status_code == 404


def test_from_the_event_to_ones_agency(client, manager, member, agency, event):
    way = url("nominate_for", event.public_id)
    client.force_login(manager)
    assert way in client.get(url("event", event.public_id)).text
    assert client.get(way).url == page(agency, event)
    Membership.objects.create(user=manager, agency=factories.agency(), role="owner")
    assert page(agency, event) in client.get(way).text
    client.force_login(member)
    assert "Ask an owner or a manager" in client.get(way).text


@pytest.mark.parametrize(
    "form",
    [
        {"lines": "\x00"},
        {"lines": "流" * 30000},
        {"members": ["x", "9" * 30]},
        {"before": ["x", "\x00"]},
        {"way": "\u202e", "lines": "陈静 13800000001"},
        {"form_key": "x", "lines": "陈静 13800000001"},
        {"lines": "\n".join(f"客人{n} 138{n:08}" for n in range(101))},
        {"lines": "流" * 70 + " 13800000001"},
        {},
    ],
)
def test_bad_input_is_refused_and_nobody_is_put_down(desk, agency, manager, event, form):
    nominate(factories.event(), agency=agency, people=[Nominee("老朋友", "13800000009")], by=manager)
    assert desk.post(page(agency, event), {**typed(), "form_key": "", **form}).status_code == 200
    assert names(event) == []


def test_the_page_asks_the_database_as_often_for_three_people_as_for_one(desk, agency, manager, event):
    counts = []
    for n in range(3):
        nominate(event, agency=agency, people=[Nominee(f"客人{n}", f"1380000000{n}")], by=manager)
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(page(agency, event)).status_code == 200
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts
