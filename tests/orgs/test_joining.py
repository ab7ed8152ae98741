"""Coming into an agency, and who answers."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from orgs import daily, joining, membership
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


def test_who_does_not_lead_the_agency_any_more_is_not_told_who_asks(agency, manager, deliver):
    for status in ("left", "suspended"):
        former = factories.member_of(agency, role="manager")
        former.memberships.update(status=status)
    factories.member_of(agency, role="owner", is_active=False)
    joining.ask_to_join(agency, user=factories.user())
    assert [mail.to for mail in deliver()] == [[manager.email]]


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


def test_asking_to_join_an_entry_that_nobody_looks_after_is_claiming_it(moderator):
    free = factories.agency()
    claim = joining.ask_to_join(free, user=factories.user(), message="我是这里的社工")
    assert (claim.kind, claim.agency, claim.message) == ("claim", free, "我是这里的社工")
    assert list(joining.decidable_by(moderator)) == []
    assert not free.join_requests.exists()


def test_nobody_answers_their_own_request(agency, manager):
    join_request = joining.ask_to_join(agency, user=factories.user())
    JoinRequest.objects.filter(pk=join_request.pk).update(user=manager)
    assert list(joining.decidable_by(manager)) == []
    with pytest.raises(joining.JoiningError):
        joining.accept(join_request, by=manager)


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


def after(days):
    return timezone.localdate() + timedelta(days=days)


def test_who_lets_somebody_wait_is_reminded_after_three_and_seven_days_then_staff_too(
    agency, manager, moderator, deliver
):
    for _n in range(2):
        joining.ask_to_join(agency, user=factories.user())
    deliver()
    written = []
    for days in (2, 3, 3, 6, 7, 7, 30):
        daily.run(after(days))
        written.append([mail.to[0] for mail in deliver()])
    both = [manager.email, moderator.email]
    assert written == [[], [manager.email], [], [], both, [], []]


def test_one_mail_names_all_who_wait_and_answered_requests_are_not_among_them(agency, manager, deliver):
    waiting = [factories.user(name=name) for name in ("林一", "林二", "林三")]
    requests = [joining.ask_to_join(agency, user=person) for person in waiting]
    joining.decline(requests[1], by=manager)
    deliver()
    assert len(daily.run(after(3))) == 1
    (mail,) = deliver()
    assert [name in mail.body for name in ("林一", "林二", "林三")] == [True, False, True]


def test_requests_to_an_agency_that_nobody_looks_after_remind_portal_staff(moderator, deliver):
    joining.ask_to_join(factories.agency(), user=factories.user())
    daily.run(after(3))
    assert [mail.to for mail in deliver()] == [[moderator.email]]


def test_a_suspended_person_is_not_taken_in_by_an_old_request(agency, manager):
    lin = factories.user()
    asked = joining.ask_to_join(agency, user=lin)
    Membership.objects.create(user=lin, agency=agency, status="suspended")
    with pytest.raises(joining.JoiningError):
        joining.accept(asked, by=manager)
    asked.refresh_from_db()
    assert (asked.status, Membership.objects.get(user=lin).status) == ("pending", "suspended")


def test_yes_and_no_are_one_click_on_the_desk(client, agency, manager):
    first, second = (joining.ask_to_join(agency, user=factories.user()) for _n in range(2))
    client.force_login(manager)
    for asked, answer in ((first, {"answer": "accept"}), (second, {"answer": "decline", "reason": "不认识"})):
        address = reverse("decide_join_request", args=[agency.slug, asked.public_id])
        assert address in client.get("/desk/").content.decode()
        assert client.get(address).status_code == 405
        client.post(address, answer)
        asked.refresh_from_db()
    assert [(one.status, one.reason) for one in (first, second)] == [("accepted", ""), ("declined", "不认识")]


def test_the_page_asks_a_suspended_person_to_talk_to_the_owner_and_not_to_join(client, agency):
    person = factories.member_of(agency)
    factories.member_of(agency, role="owner")
    address = f"/en{agency.get_absolute_url()}"
    for status, says, offers in (("suspended", True, False), ("left", False, True)):
        person.memberships.update(status=status)
        client.force_login(person)
        page = client.get(address).content.decode()
        assert ("Your membership is suspended." in page, 'id="join"' in page) == (says, offers)
