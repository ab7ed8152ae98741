"""Questions to the authors: who asks, who answers, who reads, and that a private one stays private."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casestudies import leaving
from casestudies.exchange import asking
from casestudies.models import CaseQuestion, CaseStudy, CoWriting
from tests import factories

pytestmark = pytest.mark.django_db
SECRET, SECRET_ANSWER = "只给作者看的问题", "只给提问者看的回答"


@pytest.fixture
def case(agency, member):
    return factories.case(agency, title="四点半课堂")


@pytest.fixture
def reader():
    return factories.with_address(factories.user())


def ask(case, reader, text="几个人？", may_be_public=True, **more):
    return asking.ask(case, by=reader, text=text, may_be_public=may_be_public, **more)


def test_a_question_is_told_to_those_who_write_the_case_and_the_answer_to_who_asked(
    case, member, reader, deliver
):
    along = factories.member_of(factories.agency())
    CoWriting.objects.create(case=case, agency=along.memberships.get().agency)
    factories.member_of(factories.agency())
    question = ask(case, reader)
    letters = deliver()
    assert sorted(letter.to[0] for letter in letters) == sorted([member.email, along.email])
    assert question.text in letters[0].body
    asking.answer(question, by=along, text="十五个。", is_public=True)
    [letter] = deliver()
    assert letter.to == [reader.email]
    assert "十五个。" in letter.body
    asking.answer(question, by=member, text="十六个。", is_public=True)
    assert deliver() == []


def test_who_may_not_ask_is_told_why(case, member, reader, agency):
    with pytest.raises(asking.AskingError):
        ask(case, factories.user())  # no confirmed address
    with pytest.raises(asking.AskingError):
        ask(case, factories.with_address(member))
    with pytest.raises(asking.AskingError):
        ask(case, reader, text=" ")
    with pytest.raises(asking.AskingError):
        ask(factories.case(agency, live=False), reader)
    with pytest.raises(asking.AskingError):
        ask(factories.case(), reader)  # nobody is there who could answer
    assert not CaseQuestion.objects.exists()


def test_ten_questions_a_day_are_enough_and_taking_back_gives_none_again(case, reader):
    for n in range(asking.MOST_A_DAY):
        asking.withdraw(ask(case, reader, text=f"问题{n}"), by=reader)
    with pytest.raises(asking.AskingError):
        ask(case, reader)
    ask(case, reader, at=timezone.now() + timedelta(days=1, minutes=1))


def test_what_is_taken_back_is_gone_and_swept_away(case, member, reader):
    question = ask(case, reader, text=SECRET)
    with pytest.raises(asking.AskingError):
        asking.withdraw(question, by=member)
    asking.withdraw(question, by=reader)
    question.refresh_from_db()
    assert question.text == ""
    with pytest.raises(asking.AskingError):
        asking.answer(question, by=member, text="好", is_public=False)
    assert not asking.waiting_for([case.agency])
    today = timezone.localdate()
    assert asking.sweep(today) == []
    assert len(asking.sweep(today + timedelta(days=4))) == 1
    assert not CaseQuestion.objects.exists()


def test_a_private_question_is_read_by_its_asker_and_the_authors_alone(case, member, reader, client, deliver):
    question = ask(case, reader, text=SECRET, may_be_public=False)
    with pytest.raises(asking.AskingError):
        asking.answer(question, by=member, text=SECRET_ANSWER, is_public=True)
    asking.answer(question, by=member, text=SECRET_ANSWER, is_public=False)
    addresses = [
        case.get_absolute_url(),
        question.get_absolute_url(),
        reverse("my_questions"),
        reverse("desk"),
        reverse("case_questions", args=[case.agency.slug]),
        case.agency.get_absolute_url(),
        reverse("case_feed"),
        reverse("cases_jsonl"),
        *(reverse("case_citation", args=[case.public_id, style]) for style in ("bib", "json")),
    ]
    others = [
        None,
        factories.user(),
        factories.member_of(factories.agency(), role="owner"),
        factories.moderator(),
    ]
    for person in others:
        client.logout()
        if person:
            client.force_login(person)
        for address in addresses:
            answer = client.get(address)
            said = (b"".join(answer) if answer.streaming else answer.content).decode()
            assert SECRET not in said, (person, address)
            assert SECRET_ANSWER not in said, (person, address)
            if address != question.get_absolute_url():  # a page that is not there says where it is not
                assert str(question.public_id) not in said, (person, address)
    for person in (reader, member):
        client.force_login(person)
        said = client.get(question.get_absolute_url()).content.decode()
        assert SECRET in said
        assert SECRET_ANSWER in said
    client.force_login(reader)
    assert SECRET_ANSWER in client.get(case.get_absolute_url()).content.decode()


def test_a_public_answer_stands_below_the_case_without_the_askers_name(case, member, client):
    reader = factories.with_address(factories.user(name="好奇的读者"))
    question = ask(case, reader)
    client.force_login(member)
    response = client.post(question.get_absolute_url(), {"text": "十五个。", "is_public": "on"})
    assert response["Location"] == question.get_absolute_url()
    client.logout()
    page = client.get(case.get_absolute_url()).content.decode()
    assert "几个人？" in page
    assert "十五个。" in page
    assert reader.name not in page


def test_nobody_is_given_away_in_a_public_answer(case, member, reader, client):
    question = ask(case, reader)
    phone = "13812345678"
    client.force_login(member)
    page = client.post(question.get_absolute_url(), {"text": f"打 {phone} 问阿芳", "is_public": "on"})
    assert f"打 {phone} 问阿芳" in page.content.decode()  # what was typed is kept
    question.refresh_from_db()
    assert question.is_waiting
    asking.answer(question, by=member, text=f"打 {phone}", is_public=False)
    with pytest.raises(asking.AskingError):
        asking.show(question, by=member, is_public=True)
    told = ask(case, reader, text=f"是 {phone} 那位吗？")
    with pytest.raises(asking.AskingError):
        asking.answer(told, by=member, text="不是。", is_public=True)


def test_staff_hide_what_is_public_and_the_authors_do_not_show_it_again(case, member, reader, client):
    staff = factories.moderator()
    question = asking.answer(ask(case, reader), by=member, text="十五个。", is_public=True)
    with pytest.raises(asking.AskingError):
        asking.hide(question, by=member, reason="不好")
    with pytest.raises(asking.AskingError):
        asking.hide(question, by=staff, reason=" ")
    client.force_login(staff)
    client.post(reverse("hide_question", args=[question.public_id]), {"reason": "含个人信息"})
    for change in (
        lambda: asking.show(question, by=member, is_public=False),
        lambda: asking.answer(question, by=member, text="新的", is_public=True),
    ):
        with pytest.raises(asking.AskingError):
            change()
    client.logout()
    assert "十五个。" not in client.get(case.get_absolute_url()).content.decode()
    client.force_login(staff)
    client.post(reverse("hide_question", args=[question.public_id]))
    client.logout()
    assert "十五个。" in client.get(case.get_absolute_url()).content.decode()


def test_the_asker_takes_a_public_answer_out_of_public(case, member, reader):
    question = asking.answer(ask(case, reader), by=member, text="十五个。", is_public=True)
    asking.withdraw(question, by=reader)
    assert not CaseQuestion.objects.public().exists()
    with pytest.raises(asking.AskingError):
        asking.show(question, by=member, is_public=True)


def test_what_is_set_aside_waits_no_more_and_can_still_be_answered(case, member, reader, deliver):
    question = ask(case, reader)
    deliver()
    asking.decline(question, by=member)
    assert [letter.to for letter in deliver()] == [[reader.email]]
    assert not asking.waiting_for([case.agency])
    with pytest.raises(asking.AskingError):
        asking.decline(question, by=member)
    asking.answer(question, by=member, text="还是答一下。", is_public=True)


def test_a_case_that_is_no_longer_published_shows_and_takes_nothing(case, member, reader, client):
    question = asking.answer(ask(case, reader), by=member, text="十五个。", is_public=True)
    CaseStudy.objects.filter(pk=case.pk).update(live=False)
    assert not CaseQuestion.objects.public().exists()
    client.force_login(reader)
    assert client.get(reverse("ask_case", args=[case.public_id])).status_code == 404
    for address in (question.get_absolute_url(), reverse("my_questions")):
        assert case.title not in client.get(address).content.decode()


def test_who_was_taken_out_of_the_agency_answers_no_more(case, member, reader, client):
    question = ask(case, reader)
    member.memberships.update(status="left")
    client.force_login(member)
    assert client.get(question.get_absolute_url()).status_code == 404
    with pytest.raises(asking.AskingError):
        asking.answer(question, by=member, text="好", is_public=False)


def test_who_closes_their_account_takes_back_what_is_open_and_is_named_nowhere(case, member, reader):
    open_one = ask(case, reader)
    kept = asking.answer(ask(case, reader), by=member, text="十五个。", is_public=True)
    private = asking.answer(ask(case, reader), by=member, text="十五个。", is_public=False)
    leaving.forget(reader)
    assert not CaseQuestion.objects.filter(pk__in=[open_one.pk, private.pk]).exists()
    kept.refresh_from_db()
    assert kept.asker is None


def test_the_database_holds_what_the_rules_say(case, reader):
    question = ask(case, reader, may_be_public=False)
    now = timezone.now()
    for change in (
        {"answered_at": now},
        {"answer": "好"},
        {"is_public": True},
        {"answered_at": now, "answer": "好", "is_public": True},
        {"text": ""},
        {"taken_back_at": now},
        {"hidden_at": now, "hidden_reason": "x"},
        {"answered_at": now, "answer": "好", "declined_at": now},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseQuestion.objects.filter(pk=question.pk).update(**change)


@pytest.mark.parametrize("page", ["case", "mine", "agency", "desk"])
def test_every_list_costs_the_same_with_one_question_and_with_three(case, member, reader, client, page):
    address = {
        "case": case.get_absolute_url(),
        "mine": reverse("my_questions"),
        "agency": reverse("case_questions", args=[case.agency.slug]),
        "desk": reverse("desk"),
    }[page]
    client.force_login(reader if page in ("case", "mine") else member)

    def one_more():
        other = case if page == "case" else factories.case(case.agency)
        asking.answer(ask(other, reader), by=member, text="好的。", is_public=True)
        ask(other, reader)

    one_more()
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    one_more()
    one_more()
    with CaptureQueriesContext(connection) as three:
        client.get(address)
    assert len(one) == len(three)


def test_a_reader_asks_below_the_case_and_a_refused_question_keeps_its_words(case, reader, client):
    address = reverse("ask_case", args=[case.public_id])
    assert client.post(address, {"text": "x"}).status_code == 302
    nobody = factories.user()
    client.force_login(nobody)
    assert "写了很久的问题" in client.post(address, {"text": "写了很久的问题"}).content.decode()
    client.force_login(reader)
    client.post(address, {"text": "写了很久的问题", "may_be_public": "on"})
    assert CaseQuestion.objects.get().may_be_public
    assert asking.open_to(AnonymousUser()).count() == 0


def test_more_questions_than_a_page_holds_are_reached_page_by_page(client, case, member, monkeypatch):
    monkeypatch.setattr(asking, "SHOWN_BELOW_A_CASE", 2)
    for number in range(3):
        asker = factories.with_address(factories.user())
        question = ask(case, asker, text=f"第{number}问")
        asking.answer(question, by=member, text="是。", is_public=True)
    place = case.get_absolute_url()
    first, second = (client.get(place, {"questions": page}).content.decode() for page in ("1", "2"))
    assert sorted(f"第{number}问" in first for number in range(3)) == [False, True, True]
    assert [f"第{number}问" in first for number in range(3)] == [
        f"第{number}问" not in second for number in range(3)
    ]
    assert "?questions=2#questions" in first
    assert client.get(place, {"questions": "<x>"}).status_code == 200
