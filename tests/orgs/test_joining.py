"""Coming into an agency, and who answers."""

import pytest
from django.db import IntegrityError, transaction

from orgs import joining, membership
from orgs.models import Agency, JoinRequest, Membership
from tests import factories

pytestmark = pytest.mark.django_db


def test_who_asks_is_a_member_after_a_managers_yes(agency, manager, deliver):
    lin = factories.user()
    join_request = joining.ask_to_join(agency, user=lin, message="我是儿童项目的社工")
    asked = deliver()
    joined = joining.accept(join_request, by=manager)
    answered = deliver()

    assert [mail.to for mail in asked] == [[manager.email]]
    assert "我是儿童项目的社工" in asked[0].body
    assert [mail.to for mail in answered] == [[lin.email]]
    assert (joined.role, joined.status) == ("member", "active")


def test_asking_twice_is_asking_once(agency, manager, deliver):
    lin = factories.user()
    assert joining.ask_to_join(agency, user=lin) == joining.ask_to_join(agency, user=lin)
    assert len(deliver()) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        JoinRequest.objects.create(agency=agency, user=lin)


def test_the_reason_of_a_no_reaches_the_person_in_their_language(agency, manager, deliver):
    ana = factories.user(language="en")
    join_request = joining.ask_to_join(agency, user=ana)
    deliver()
    joining.decline(join_request, by=manager, reason="We do not know you.")
    (mail,) = deliver()
    assert mail.subject == f"{agency.name_en} said no to your request"
    assert "We do not know you." in mail.body
    assert not Membership.objects.filter(user=ana).exists()


@pytest.mark.parametrize("who", ["member", "stranger", "moderator"])
def test_only_the_agencys_leads_answer(agency, manager, who, request):
    person = request.getfixturevalue(who)
    join_request = joining.ask_to_join(agency, user=factories.user())
    with pytest.raises(joining.JoiningError):
        joining.accept(join_request, by=person)
    assert list(joining.decidable_by(person)) == []
    assert list(joining.decidable_by(manager)) == [join_request]


def test_an_answer_is_given_once(agency, manager):
    join_request = joining.ask_to_join(agency, user=factories.user())
    joining.decline(join_request, by=manager)
    with pytest.raises(joining.JoiningError):
        joining.accept(join_request, by=manager)
    join_request.refresh_from_db()
    assert join_request.status == "declined"


def test_a_request_can_be_taken_back_by_the_person_only(agency, manager):
    lin = factories.user()
    join_request = joining.ask_to_join(agency, user=lin)
    with pytest.raises(joining.JoiningError):
        joining.withdraw(join_request, by=manager)
    assert joining.withdraw(join_request, by=lin).status == "withdrawn"
    assert list(joining.decidable_by(manager)) == []


def test_a_member_need_not_ask_and_a_suspended_one_may_not(agency, manager, member):
    with pytest.raises(joining.JoiningError):
        joining.ask_to_join(agency, user=member)
    membership.suspend(agency.memberships.get(user=member), by=manager)
    with pytest.raises(joining.JoiningError):
        joining.ask_to_join(agency, user=member)


def test_an_agency_that_is_not_listed_cannot_be_joined():
    with pytest.raises(joining.JoiningError):
        joining.ask_to_join(factories.agency(status=Agency.Status.DRAFT), user=factories.user())


def test_who_left_comes_back_on_the_same_row_as_a_member(agency, manager):
    owner = factories.member_of(agency, role="owner")
    membership.leave(agency.memberships.get(user=manager), by=manager)
    again = joining.accept(joining.ask_to_join(agency, user=manager), by=owner)
    assert (again.role, agency.memberships.filter(user=manager).count()) == ("member", 1)


def test_portal_staff_answer_for_an_agency_that_nobody_looks_after_and_the_first_becomes_owner(moderator):
    unclaimed = factories.agency()
    lin = factories.user()
    join_request = joining.ask_to_join(unclaimed, user=lin)
    assert list(joining.decidable_by(moderator)) == [join_request]
    assert joining.accept(join_request, by=moderator).role == "owner"
    assert list(joining.decidable_by(moderator)) == []


def test_nobody_answers_their_own_request(moderator):
    join_request = joining.ask_to_join(factories.agency(), user=moderator)
    assert list(joining.decidable_by(moderator)) == []
    with pytest.raises(joining.JoiningError):
        joining.accept(join_request, by=moderator)


def test_the_agency_named_at_sign_up_is_asked_once(agency, manager):
    lin = factories.user(wants_to_join=agency)
    assert joining.ask_as_said_at_sign_up(lin).agency == agency
    assert joining.ask_as_said_at_sign_up(lin) is None


def test_an_agency_withdrawn_since_sign_up_is_not_asked(agency):
    lin = factories.user(wants_to_join=agency)
    Agency.objects.filter(pk=agency.pk).update(status=Agency.Status.WITHDRAWN)
    assert joining.ask_as_said_at_sign_up(lin) is None
    lin.refresh_from_db()
    assert lin.wants_to_join is None
