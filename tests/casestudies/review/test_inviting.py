"""The editors' check, and asking reviewers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casestudies.review import editorial, reviewers, reviewing
from orgs.models import User
from tests import factories
from tests.casestudies.review.steps import MET, invite

pytestmark = pytest.mark.django_db


def test_a_submitted_text_waits_for_the_check_and_its_round_keeps_exactly_that_text(agency, member):
    asked = factories.submitted(agency, member)
    case = asked.case
    assert (asked.number, asked.status, asked.kind) == (1, "check", "first")
    assert asked.revision_id == case.latest_revision_id
    assert asked.submitted_by == member


def test_the_check_asks_for_every_point(agency, member, moderator):
    asked = factories.submitted(agency, member)
    with pytest.raises(editorial.EditorialError):
        editorial.check(asked, by=moderator, met=MET - {"safe"})
    with pytest.raises(editorial.EditorialError):
        editorial.invite(asked, factories.reviewer(), by=moderator)
    with pytest.raises(editorial.EditorialError):
        editorial.check(asked, by=member, met=MET)
    assert editorial.check(asked, by=moderator, met=MET).status == "review"


def test_one_practitioner_and_one_researcher_are_asked_each_by_mail(asked, moderator, deliver):
    first = invite(asked, moderator)
    second = invite(asked, moderator, role="researcher")
    with pytest.raises(editorial.EditorialError):
        invite(asked, moderator)
    assert [mail.to for mail in deliver()] == [[first.user.email], [second.user.email]]
    assert first.due_on == timezone.localdate() + editorial.DUE_IN


def test_a_locked_account_is_not_put_on_the_list_and_no_candidate(asked, moderator):
    person = factories.user()
    reviewers.put_down(person.email, role="practitioner", by=moderator)
    assert [one.reviewer.user for one in reviewers.candidates(asked)] == [person]
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert reviewers.candidates(asked) == []
    with pytest.raises(reviewers.ReviewerError):
        reviewers.put_down(person.email, role="researcher", by=moderator)


@pytest.mark.parametrize("why", ["takes no more", "is locked"])
def test_who_takes_no_more_or_is_locked_is_not_asked(asked, moderator, why):
    reviewer = factories.reviewer()
    if why == "is locked":
        User.objects.filter(pk=reviewer.user_id).update(is_active=False)
    else:
        reviewer.is_available = False
        reviewer.save()
    with pytest.raises(editorial.EditorialError):
        editorial.invite(asked, reviewer, by=moderator)
    assert not asked.assignments.exists()


def test_who_said_no_is_neither_given_more_time_nor_asked_no_longer(asked, moderator):
    assignment = invite(asked, moderator)
    reviewing.decline(assignment, by=assignment.user, reason="没有时间")
    with pytest.raises(editorial.EditorialError):
        editorial.extend(assignment, by=moderator, due_on=timezone.localdate() + editorial.DUE_IN)
    with pytest.raises(editorial.EditorialError):
        editorial.take_back(assignment, by=moderator)
    assignment.refresh_from_db()
    assert (assignment.status, assignment.closing_reason) == ("declined", "没有时间")


@pytest.mark.parametrize("address", ["/desk/reviews/", "/desk/reviewers/"])
def test_lists_cost_the_same_for_one_and_for_three(
    agency, member, moderator, client, django_assert_num_queries, address
):
    client.force_login(moderator)
    factories.reading(factories.member_of(factories.agency()), agency, by=member)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _n in range(2):
        factories.reading(factories.member_of(factories.agency()), agency, by=member)
    with django_assert_num_queries(len(one)):
        client.get(address)
