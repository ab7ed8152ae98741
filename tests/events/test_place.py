"""The page behind a personal link: ticket, place in line and files for somebody without an account, and nothing of others."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events.attending import ticket
from events.models import Event, Registration
from events.nominating import answering
from events.nominating.nomination import Nominee, nominate
from events.registering import notice, questions
from events.registering.questions import PlannedQuestion
from events.registering.registration import register, turn_down
from tests import factories
from tests.events.test_materials import put_up
from tests.events.test_questions import ask
from tests.events.test_questions import diet as diet_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(agency):
    return factories.event(agency)


@pytest.fixture
def put_down(agency, manager):
    """Put people down, by name and telephone number, and return their nominations."""

    def run(event, *people):
        people = [Nominee(*person) for person in people or [("陈静", "13800000001")]]
        return nominate(event, agency=agency, people=people, by=manager).nominations

    return run


def link(nomination, name="place", *more):
    with override("en"):
        return reverse(name, args=[nomination.token, *more])


def in_two_halves(registration) -> str:
    code = ticket.code(registration)
    return f"{code[:3]} {code[3:]}"


def end(event, ago=timedelta(hours=1)):
    now = timezone.now()
    Event.objects.filter(pk=event.pk).update(ends_at=now - ago, starts_at=now - ago - timedelta(hours=3))
    event.refresh_from_db()


# -- The ticket -------------------------------------------------------------------------------------------------------


def test_the_link_shows_the_ticket_that_the_door_reads(client, event, put_down):
    [nomination] = put_down(event)

    page = client.get(link(nomination)).text

    assert in_two_halves(nomination.registration) in page
    assert str(ticket.drawing(nomination.registration)) in page
    assert ticket.find(event, ticket.code(nomination.registration), by=1)[0] == nomination.registration


def test_nobody_sees_the_ticket_of_another_guest(client, event, put_down):
    first, second = put_down(event, ("陈静", "13800000001"), ("王芳", "13800000002"))

    page = client.get(link(first)).text

    assert in_two_halves(second.registration) not in page
    assert "王芳" not in page


@pytest.mark.parametrize("became", ["no", "turned down", "over", "cancelled"])
def test_there_is_no_ticket_without_a_seat_at_an_event_to_come(client, event, put_down, manager, became):
    [nomination] = put_down(event)
    if became == "no":
        client.post(link(nomination), {"answer": "cannot"})
    elif became == "turned down":
        turn_down(nomination.registration, by=manager)
    elif became == "over":
        end(event)
    else:
        Event.objects.filter(pk=event.pk).update(status="cancelled")
    assert in_two_halves(nomination.registration) not in client.get(link(nomination)).text


def test_who_gave_a_place_back_does_not_see_it_when_another_agency_puts_somebody_down_with_their_number(
    client, event, put_down, manager
):
    [before] = put_down(event)
    turn_down(before.registration, by=manager)
    other = factories.member_of(factories.agency(), role="manager")
    people = [Nominee("王芳", "13800000001")]
    [after] = nominate(event, agency=other.memberships.get().agency, people=people, by=other).nominations
    assert after.registration == before.registration

    code = in_two_halves(after.registration)

    assert code in client.get(link(after)).text
    assert code not in client.get(link(before)).text


# -- In line ----------------------------------------------------------------------------------------------------------


def test_who_waits_reads_their_place_in_line_and_so_does_the_coordinator(client, put_down, agency, manager):
    event = factories.event(agency, capacity=0)
    first, second = put_down(event, ("陈静", "13800000001"), ("王芳", "13800000002"))

    assert "You are number 1 on the waiting list" in client.get(link(first)).text
    assert "You are number 2 on the waiting list" in client.get(link(second)).text
    client.force_login(manager)
    with override("en"):
        desk = [
            reverse("nominate", args=[agency.slug, event.public_id]),
            reverse("nominee", args=[agency.slug, event.public_id, second.registration.public_id]),
        ]
    for page in (client.get(address).text for address in desk):
        assert "Number 2 on the waiting list" in page


# -- Files ------------------------------------------------------------------------------------------------------------


def test_files_are_handed_out_by_the_link_when_their_time_has_come(client, event, put_down, manager):
    [nomination] = put_down(event)
    now, later = (
        put_up(event, manager),
        put_up(event, manager, "after", b"%PDF-1.4\nlater\n%%EOF\n", "later.pdf"),
    )

    page = client.get(link(nomination)).text
    answers = {
        one.name: client.get(link(nomination, "place_material", one.public_id)) for one in (now, later)
    }

    assert (now.name in page, later.name in page) == (True, False)
    assert {name: answer.status_code for name, answer in answers.items()} == {now.name: 200, later.name: 404}
    assert answers[now.name]["Cache-Control"] == "private, no-store"


def test_a_link_hands_out_no_file_of_another_event(client, event, put_down, manager, agency):
    [nomination] = put_down(event)
    foreign = put_up(factories.event(agency), manager, "everybody")
    assert client.get(link(nomination, "place_material", foreign.public_id)).status_code == 404


@pytest.mark.parametrize("became", ["waiting", "no"])
def test_who_has_no_seat_gets_no_files_by_the_link(client, agency, put_down, manager, became):
    event = factories.event(agency, capacity=0 if became == "waiting" else 5)
    [nomination] = put_down(event)
    material = put_up(event, manager)
    if became == "no":
        client.post(link(nomination), {"answer": "cannot"})

    assert material.name not in client.get(link(nomination)).text
    assert client.get(link(nomination, "place_material", material.public_id)).status_code == 404


def test_the_page_costs_the_same_however_many_come(client, event, put_down, manager):
    [nomination] = put_down(event)
    put_up(event, manager)
    client.get(link(nomination))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(link(nomination))
    for number in range(5):
        put_up(event, manager, content=b"%%PDF-1.4\n%d\n%%%%EOF\n" % number, name=f"{number}.pdf")
        person = factories.user()
        register(event, user=person, by=person)
    with CaptureQueriesContext(connection) as many:
        client.get(link(nomination))
    assert len(many) == len(few)
    assert Registration.objects.count() == 6


# -- Questions of the host --------------------------------------------------------------------------------------------


def said(registration) -> dict[str, str]:
    return dict(registration.answers.values_list("asked", "text"))


def name_of(question) -> str:
    return f"question_{question.pk}"


def test_who_was_put_down_is_asked_what_everybody_is_asked(client, event, put_down):
    eats, diet = diet_of(event)
    [nomination] = put_down(event)

    page = client.get(link(nomination)).text
    refused = client.post(link(nomination), {"answer": "come", "asked": "1", name_of(eats): "yes"})
    nomination.registration.refresh_from_db()

    assert f'data-only-if="{name_of(eats)}"' in page
    assert "Answers are deleted 90 days after it." in page
    assert (nomination.registration.answered_at, said(nomination.registration)) == (None, {})
    assert "checked" in refused.text  # what was chosen stays
    answer = {"answer": "come", "asked": "1", name_of(eats): "yes", name_of(diet): "花生"}
    client.post(link(nomination), answer)
    nomination.registration.refresh_from_db()
    assert nomination.registration.answered_at
    assert nomination.registration.notice_version == notice.VERSION
    assert said(nomination.registration) == {"一起吃饭吗": "是", "忌口": "花生"}


def test_answers_are_not_kept_without_the_yes(client, event, put_down, monkeypatch):
    eats, _diet = diet_of(event)
    [nomination] = put_down(event)
    monkeypatch.setattr(answering.questions, "keep", keep_and_fail)

    with pytest.raises(RuntimeError):
        client.post(link(nomination), {"answer": "come", "asked": "1", name_of(eats): "no"})

    nomination.registration.refresh_from_db()
    assert (nomination.registration.answered_at, said(nomination.registration)) == (None, {})


def keep_and_fail(registration, answers):
    questions.add(registration, answers)
    raise RuntimeError


def test_who_cannot_come_is_not_asked_anything(client, event, put_down):
    diet_of(event)
    [nomination] = put_down(event)
    client.post(link(nomination), {"answer": "cannot", "asked": "1"})
    nomination.registration.refresh_from_db()
    assert nomination.registration.status == "cancelled"


def test_a_yes_from_the_desk_leads_to_the_questions_first(client, event, put_down, agency, manager, member):
    eats, _diet = diet_of(event)
    people = [Nominee(member.name, member=member)]
    [nomination] = nominate(event, agency=agency, people=people, by=manager).nominations
    client.force_login(member)

    answer = client.post(link(nomination), {"answer": "come", "next": reverse("desk")})

    nomination.registration.refresh_from_db()
    assert (answer.url, nomination.registration.answered_at) == (link(nomination), None)
    client.post(link(nomination), {"answer": "come", "asked": "1", name_of(eats): "no"})
    assert said(nomination.registration) == {"一起吃饭吗": "否"}


def test_a_question_that_came_later_is_asked_on_the_link_and_nothing_else(client, event, put_down):
    [nomination] = put_down(event)
    client.post(link(nomination), {"answer": "come"})
    assert "asked" not in client.get(link(nomination)).text
    eats, diet = diet_of(event)

    first = client.get(link(nomination)).text
    client.post(link(nomination), {"answer": "answers", "asked": "1", name_of(eats): "no"})

    assert name_of(eats) in first
    assert said(nomination.registration) == {"一起吃饭吗": "否"}
    assert name_of(eats) not in client.get(link(nomination)).text
    assert name_of(diet) not in client.get(link(nomination)).text  # not meant for who does not eat along


def test_the_link_shows_no_answer_that_was_given(client, event, put_down):
    eats, diet = diet_of(event)
    [nomination] = put_down(event)
    client.post(
        link(nomination), {"answer": "come", "asked": "1", name_of(eats): "yes", name_of(diet): "花生"}
    )
    assert "花生" not in client.get(link(nomination)).text


def test_a_colleague_with_the_link_changes_no_answer_of_somebody_who_registered_alone(
    client, event, agency, manager
):
    eats, diet = diet_of(event)
    person = factories.with_address(factories.user())
    own = register(event, user=person, by=person, answers={eats: "是", diet: "花生"})
    people = [Nominee("陈静", "", person.email)]
    [nomination] = nominate(event, agency=agency, people=people, by=manager).nominations

    page = client.get(link(nomination)).text
    client.post(link(nomination), {"answer": "come", "asked": "1", name_of(eats): "no"})

    assert name_of(eats) in page
    assert "花生" not in page
    assert said(own) == {"一起吃饭吗": "是", "忌口": "花生"}


def test_the_answers_of_who_gave_the_place_back_are_not_the_next_one_s(client, event, put_down, manager):
    eats, diet = diet_of(event)
    [nomination] = put_down(event)
    client.post(
        link(nomination), {"answer": "come", "asked": "1", name_of(eats): "yes", name_of(diet): "花生"}
    )
    turn_down(nomination.registration, by=manager)
    put_down(event, ("王芳", "13800000001"))
    assert said(nomination.registration) == {}


def test_a_member_answers_a_later_question_on_the_page_of_the_event(client, event):
    person = factories.user()
    mine = register(event, user=person, by=person)
    eats, diet = diet_of(event)
    client.force_login(person)
    with override("en"):
        page, address = (
            reverse("event", args=[event.public_id]),
            reverse("answer_questions", args=[event.public_id]),
        )

    assert address in client.get(page).text
    refused = client.post(address, {name_of(eats): "yes"})
    assert (refused.status_code, said(mine)) == (200, {})
    client.post(address, {name_of(eats): "yes", name_of(diet): "花生"})
    assert said(mine) == {"一起吃饭吗": "是", "忌口": "花生"}
    assert address not in client.get(page).text
    client.post(address, {name_of(eats): "no"})  # an old page: what was answered stays
    assert said(mine) == {"一起吃饭吗": "是", "忌口": "花生"}


def test_only_the_part_that_depends_on_an_earlier_answer_is_asked(client, event):
    [eats] = ask(event, PlannedQuestion("一起吃饭吗", kind="yes_no", is_required=True))
    person = factories.user()
    mine = register(event, user=person, by=person, answers={eats: "是"})
    _eats, diet = ask(
        event,
        PlannedQuestion("一起吃饭吗", kind="yes_no", is_required=True, pk=eats.pk),
        PlannedQuestion("忌口", is_required=True, only_if=(eats.pk, "yes")),
    )
    client.force_login(person)
    page = client.get(reverse("event", args=[event.public_id])).text
    assert name_of(diet) in page
    assert name_of(eats) not in page
    client.post(reverse("answer_questions", args=[event.public_id]), {name_of(diet): "花生"})
    assert said(mine) == {"一起吃饭吗": "是", "忌口": "花生"}


def test_nobody_answers_questions_after_the_event(client, event):
    person = factories.user()
    mine = register(event, user=person, by=person)
    eats, _diet = diet_of(event)
    end(event)
    client.force_login(person)
    client.post(reverse("answer_questions", args=[event.public_id]), {name_of(eats): "no"})
    assert said(mine) == {}
