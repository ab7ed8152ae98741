"""Who wants to belong, who may say yes, and members."""

import pytest

from orgs import joining
from tests import factories
from tests.orgs.console.typed import address

pytestmark = pytest.mark.django_db


def test_a_person_asks_from_the_public_page_and_a_manager_says_yes_on_the_desk(
    client, agency, manager, stranger
):
    client.force_login(stranger)
    client.post(address("join_agency", agency), {"message": "我在一车间"})
    assert agency.legal_name in client.get("/desk/").content.decode()
    join_request = agency.join_requests.get()
    client.force_login(manager)
    assert "我在一车间" in client.get("/desk/").content.decode()
    client.post(address("decide_join_request", agency, join_request.public_id), {"answer": "accept"})
    assert agency.memberships.get(user=stranger).role == "member"


def test_a_join_request_is_seen_and_answered_by_deciders_only(client, agency, manager, member, stranger):
    join_request = joining.ask_to_join(agency, user=factories.user(name="求职者甲"), message="秘密留言")
    for person in (member, stranger):
        client.force_login(person)
        for path in ("/desk/", address("agency_members", agency), address("agency_desk", agency)):
            assert "秘密留言" not in client.get(path).content.decode()
        answer = client.post(
            address("decide_join_request", agency, join_request.public_id), {"answer": "accept"}
        )
        assert answer.status_code == 404
    join_request.refresh_from_db()
    assert join_request.status == "pending"


def test_a_request_of_another_agency_is_not_answered_through_ones_own(client, agency, manager):
    foreign = joining.ask_to_join(factories.agency(), user=factories.user())
    client.force_login(manager)
    answer = client.post(address("decide_join_request", agency, foreign.public_id), {"answer": "accept"})
    assert answer.status_code == 404


@pytest.mark.parametrize("answers", [{}, {"answer": "maybe"}, {"answer": "decline", "reason": "长" * 501}])
def test_an_answer_that_is_neither_yes_nor_no_changes_nothing(client, agency, manager, answers):
    join_request = joining.ask_to_join(agency, user=factories.user())
    client.force_login(manager)
    client.post(address("decide_join_request", agency, join_request.public_id), answers)
    join_request.refresh_from_db()
    assert join_request.status == "pending"


def test_addresses_of_colleagues_are_for_who_leads_and_ones_own_for_oneself(client, agency, manager, member):
    addresses = {}
    for person in (manager, member):
        client.force_login(person)
        page = client.get(address("agency_members", agency)).content.decode()
        addresses[person] = {one.email for one in (manager, member) if one.email in page}
    assert addresses == {manager: {manager.email, member.email}, member: {member.email}}


def test_the_last_owner_is_told_why_they_cannot_leave(client, agency):
    client.force_login(factories.member_of(agency, role="owner"))
    answer = client.post(address("leave_agency", agency), follow=True)
    assert answer.redirect_chain[-1][0] == address("agency_members", agency)
    assert len(answer.context["messages"]) == 1


@pytest.mark.parametrize("pk", [0, 10**30])
def test_a_membership_that_is_not_there(client, agency, manager, pk):
    client.force_login(manager)
    assert client.post(address("act_on_membership", agency, pk), {"action": "remove"}).status_code == 404


def test_a_manager_acts_on_members_of_their_own_agency_only(client, agency, manager, member, stranger):
    client.force_login(manager)
    foreign = stranger.memberships.get()
    assert (
        client.post(address("act_on_membership", agency, foreign.pk), {"action": "remove"}).status_code == 404
    )
    own = agency.memberships.get(user=member)
    assert client.post(address("act_on_membership", agency, own.pk), {"action": "dance"}).status_code == 404
    client.post(address("act_on_membership", agency, own.pk), {"action": "role", "role": "owner"})
    own.refresh_from_db()
    assert own.role == "member"
    client.post(address("act_on_membership", agency, own.pk), {"action": "suspend"})
    own.refresh_from_db()
    assert own.status == "suspended"
