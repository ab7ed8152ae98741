"""Looking for a research partner: who announces, who answers, who reads the answers, and how it ends."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casestudies import daily, leaving
from casestudies.exchange import research_interest as rules
from casestudies.models import CaseStudy, ResearchAnswer, ResearchInterest
from orgs import merging
from orgs.models import Agency
from tests import factories

pytestmark = pytest.mark.django_db
SECRET = "只给机构负责人看的话"
QUESTION = "孩子留在学校的时间更长吗？"


@pytest.fixture
def researcher():
    return factories.with_address(factories.user(email="researcher7391@example.org"))


def announce(agency, by, **fields):
    told = {
        "question": QUESTION,
        "about": "想知道。",
        "data": "两年的签到表。",
        "until": timezone.localdate(),
    }
    return rules.announce(agency, by=by, **{**told, **fields})


def answer(interest, researcher, message=SECRET, **more):
    return rules.answer(interest, by=researcher, institution="岭海大学", message=message, **more)


def test_a_lead_announces_it_and_everybody_finds_it(agency, manager, member, client):
    case = factories.case(agency)
    with pytest.raises(rules.InterestError):
        announce(agency, member)
    announce(agency, manager, case=case)
    for address in (reverse("research_interests"), case.get_absolute_url()):
        assert QUESTION in client.get(address).content.decode()


def test_the_form_announces_and_keeps_what_is_refused(agency, manager, client):
    client.force_login(manager)
    address = reverse("create_research_interest", args=[agency.slug])
    told = {
        "question": QUESTION,
        "about": "想知道。",
        "data": "打 13812345678 问。",
        "until": timezone.localdate().isoformat(),
        "topics": [factories.topic("pop:children").pk],
    }
    assert QUESTION in client.post(address, told).content.decode()
    assert not ResearchInterest.objects.exists()  # a telephone number gives somebody away
    client.post(address, {**told, "data": "签到表。"})
    kept = ResearchInterest.objects.get()
    edit = reverse("edit_research_interest", args=[agency.slug, kept.public_id])
    client.post(edit, {**told, "data": "签到表和访谈。"})
    kept.refresh_from_db()
    assert kept.data == "签到表和访谈。"
    client.post(edit, {"action": "close"})
    client.logout()
    assert client.get(kept.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("days", [-1, 400])
def test_it_is_open_for_a_year_at_most(agency, manager, days):
    with pytest.raises(rules.InterestError):
        announce(agency, manager, until=timezone.localdate() + timedelta(days=days))


def test_only_a_published_case_of_ones_own_is_named(agency, manager, client):
    for wrong in (factories.case(), factories.case(agency, live=False)):
        with pytest.raises(rules.InterestError):
            announce(agency, manager, case=wrong)
    case = factories.case(agency, title="题目七三九一")
    kept = announce(agency, manager, case=case)
    CaseStudy.objects.filter(pk=case.pk).update(live=False)
    for address in (kept.get_absolute_url(), reverse("research_interests")):
        page = client.get(address).content.decode()
        assert QUESTION in page
        assert case.title not in page


def test_the_open_ones_are_filtered_by_topic_and_place(agency, manager, client):
    factories.division("440000", "广东省", "province")
    announce(agency, manager, topics=[factories.topic("pop:children")], division=factories.division())
    announce(agency, manager, question="另一个问题", topics=[factories.topic("pop:elderly")])
    for query in ({"topic": "pop:children"}, {"place": "440000"}, {"place": "441900"}):
        page = client.get(reverse("research_interests"), query).content.decode()
        assert QUESTION in page, query
        assert "另一个问题" not in page, query


def test_an_answer_is_read_by_the_leads_alone_and_addresses_follow_the_yes(
    agency, manager, member, researcher, client, deliver
):
    interest = announce(agency, manager)
    sent = answer(interest, researcher)
    [letter] = deliver()
    assert letter.to == [manager.email]
    assert SECRET in letter.body
    assert researcher.email not in letter.body
    edit = reverse("edit_research_interest", args=[agency.slug, interest.public_id])
    addresses = [interest.get_absolute_url(), reverse("research_interests"), edit, reverse("desk")]
    addresses += [agency.get_absolute_url(), reverse("agency_research", args=[agency.slug])]
    others = [None, factories.user(), member, factories.moderator()]
    for person in [*others, factories.member_of(factories.agency(), role="owner")]:
        client.logout()
        if person:
            client.force_login(person)
        for address in addresses:
            said = client.get(address).content.decode()
            assert SECRET not in said, (person, address)
            assert researcher.email not in said, (person, address)
    client.force_login(manager)
    page = client.get(edit).content.decode()
    assert SECRET in page
    assert researcher.email not in page
    client.post(edit, {"action": "accept", "answer": str(sent.public_id), "reply": "好的"})
    [letter] = deliver()
    assert letter.to == [researcher.email]
    assert manager.email in letter.body
    assert researcher.email in client.get(edit).content.decode()
    with pytest.raises(rules.InterestError):
        rules.decide(sent, by=manager, is_yes=False)


def test_a_no_gives_no_address_away(agency, manager, researcher, deliver):
    sent = answer(announce(agency, manager), researcher)
    deliver()
    with pytest.raises(rules.InterestError):
        rules.decide(sent, by=researcher, is_yes=True)
    rules.decide(sent, by=manager, is_yes=False, reply="这次人手不够")
    [letter] = deliver()
    assert manager.email not in letter.body
    assert "这次人手不够" in letter.body


def test_who_answers_does_so_once_and_may_take_it_back(agency, manager, researcher, client):
    interest = announce(agency, manager)
    for wrong in (
        lambda: answer(interest, factories.user()),  # no confirmed address
        lambda: answer(interest, factories.with_address(manager)),
        lambda: answer(interest, researcher, message=" "),
    ):
        with pytest.raises(rules.InterestError):
            wrong()
    client.force_login(researcher)
    client.post(interest.get_absolute_url(), {"institution": "岭海大学", "message": SECRET})
    with pytest.raises(rules.InterestError):
        answer(interest, researcher)
    client.post(interest.get_absolute_url(), {"action": "take_back"})
    assert ResearchAnswer.objects.get().message == ""
    answer(interest, researcher)
    assert ResearchAnswer.objects.exclude(status="taken_back").count() == 1


def test_ten_answers_a_day_are_enough(agency, manager, researcher):
    interest = announce(agency, manager)
    for _n in range(rules.MOST_A_DAY):
        rules.take_back(answer(interest, researcher), by=researcher)
    with pytest.raises(rules.InterestError):
        answer(interest, researcher)
    ResearchInterest.objects.update(until=timezone.localdate() + timedelta(days=3))
    answer(interest, researcher, at=timezone.now() + timedelta(days=1, minutes=1))


def test_it_ends_by_itself_after_its_day(agency, manager, researcher, client):
    interest, today = announce(agency, manager), timezone.localdate()
    sent = answer(interest, researcher)
    rules.end_due(today)
    assert ResearchInterest.objects.open().exists()
    assert any("research" in line for line in daily.run(today + timedelta(days=1)))
    assert rules.end_due(today + timedelta(days=1)) == []
    assert client.get(interest.get_absolute_url()).status_code == 404
    client.force_login(researcher)
    assert client.get(interest.get_absolute_url()).status_code == 200
    with pytest.raises(rules.InterestError):
        answer(interest, factories.with_address(factories.user()))
    rules.decide(sent, by=manager, is_yes=True)


def test_an_agency_that_leaves_the_directory_looks_for_nobody(agency, manager, researcher, client):
    interest = announce(agency, manager)
    Agency.objects.filter(pk=agency.pk).update(status="withdrawn")
    assert QUESTION not in client.get(reverse("research_interests")).content.decode()
    assert client.get(interest.get_absolute_url()).status_code == 404
    with pytest.raises(rules.InterestError):
        answer(interest, researcher)


def test_who_closes_their_account_leaves_no_name(agency, manager, researcher):
    decided = rules.decide(answer(announce(agency, manager), researcher), by=manager, is_yes=True)
    waiting = answer(announce(agency, manager), researcher)
    leaving.forget(researcher)
    decided.refresh_from_db()
    assert decided.researcher is None
    assert not ResearchAnswer.objects.filter(pk=waiting.pk).exists()


def test_what_a_merged_entry_looks_for_is_its_survivors(agency, manager, researcher, moderator):
    sent = answer(announce(agency, manager), researcher)
    survivor = factories.agency()
    lead = factories.member_of(survivor, role="owner")
    merging.merge(agency, into=survivor, by=moderator)
    assert list(rules.waiting_for(lead)) == [sent]


def test_the_database_holds_what_the_rules_say(agency, manager, researcher):
    sent = answer(announce(agency, manager), researcher)
    for change in ({"status": "accepted"}, {"decided_at": timezone.now()}, {"message": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ResearchAnswer.objects.filter(pk=sent.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        sent.interest.answers.create(
            researcher=researcher, institution="x", message="y", sent_at=timezone.now()
        )


@pytest.mark.parametrize("page", ["all", "agency", "edit", "desk", "case"])
def test_every_list_costs_the_same_with_one_and_with_three(agency, manager, client, page):
    case = factories.case(agency)
    first = announce(agency, manager, case=case)
    address = {
        "all": reverse("research_interests"),
        "agency": reverse("agency_research", args=[agency.slug]),
        "edit": reverse("edit_research_interest", args=[agency.slug, first.public_id]),
        "desk": reverse("desk"),
        "case": case.get_absolute_url(),
    }[page]
    client.force_login(manager)

    def one_more():
        interest = (
            first if page == "edit" else announce(agency, manager, case=case, division=factories.division())
        )
        interest.topics.set([factories.topic("pop:children")])
        answer(interest, factories.with_address(factories.user()))

    one_more()
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    one_more()
    one_more()
    with CaptureQueriesContext(connection) as three:
        client.get(address)
    assert len(one) == len(three)
