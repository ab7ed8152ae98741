"""Nobody reviews a case study of their own agency, or decides about it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from casestudies import withdrawal
from casestudies.models import CaseAuthor, CasePartner, CaseStudy, Review, ReviewAssignment, Reviewer
from casestudies.review import conflict, editorial, reviewers, reviewing
from casestudies.review.guard import guard
from casestudies.writing import authoring
from orgs import leaving, membership
from orgs.merging import merge
from orgs.models import Membership
from tests import factories
from tests.casestudies.review.steps import MARKS, MET, hand_in, invite, read

pytestmark = pytest.mark.django_db


def ended(agency, person, days):
    row = Membership.objects.create(user=person, agency=agency, status="left")
    Membership.objects.filter(pk=row.pk).update(ended_at=timezone.now() - timedelta(days=days))


TIES = {
    "a member": lambda case, person: Membership.objects.create(user=person, agency=case.agency),
    "a suspended member": lambda case, person: Membership.objects.create(
        user=person, agency=case.agency, status="suspended"
    ),
    "who left last year": lambda case, person: ended(case.agency, person, 400),
    "who left on a day nobody knows": lambda case, person: Membership.objects.bulk_create(
        [Membership(user=person, agency=case.agency, status="left")]
    ),
    "of a co-writing agency": lambda case, person: case.co_writing.create(
        agency=factories.member_agency(person)
    ),
    "of a partner": lambda case, person: CasePartner.objects.create(
        case=case, agency=factories.member_agency(person)
    ),
    "an author": lambda case, person: CaseAuthor.objects.create(case=case, name="作者", user=person),
    "who handed a text in": lambda case, person: case.review_rounds.update(submitted_by=person),
    "who saved a text": lambda case, person: CaseStudy.objects.get(pk=case.pk).save_revision(user=person),
}


@pytest.mark.parametrize("tie", TIES)
def test_nobody_with_a_tie_to_the_case_is_asked(asked, moderator, tie):
    person = factories.user()
    TIES[tie](asked.case, person)
    with pytest.raises(editorial.EditorialError, match=person.name):
        invite(asked, moderator, person=person)
    assert not asked.assignments.exists()


def test_who_left_more_than_two_years_ago_or_belongs_elsewhere_may_review(asked, agency, moderator):
    person = factories.member_of(factories.agency())
    ended(agency, person, 731)
    assert invite(asked, moderator, person=person).status == "invited"


def test_a_membership_says_when_it_ended(agency, member):
    row = agency.memberships.get(user=member)
    assert membership.leave(row, by=member).ended_at is not None
    assert membership.take_in(agency, user=member, role="member").ended_at is None


@pytest.mark.parametrize("step", ["answers", "hands in"])
def test_who_joins_the_agency_meanwhile_reviews_no_more_and_the_editor_is_told(
    asked, agency, moderator, deliver, step
):
    assignment = invite(asked, moderator)
    if step == "hands in":
        read(assignment)
        reviewing.save(
            assignment, by=assignment.user, scores=MARKS, recommendation="accept", reasons="好", comments={}
        )
    Membership.objects.create(user=assignment.user, agency=agency)
    deliver()
    with pytest.raises(reviewing.Lapsed, match=agency.legal_name):
        read(assignment) if step == "answers" else reviewing.hand_in(assignment, by=assignment.user)
    assignment.refresh_from_db()
    assert assignment.status == "lapsed"
    assert [mail.to for mail in deliver()] == [[assignment.user.email], [moderator.email]]
    if step == "hands in":
        assert Review.objects.get(assignment=assignment).handed_in_at is None


def test_who_joins_the_agency_after_handing_in_has_reviewed_all_the_same(asked, agency, moderator):
    assignment = read(invite(asked, moderator))
    hand_in(assignment)
    Membership.objects.create(user=assignment.user, agency=agency)
    assert reviewing.recheck(assignment)
    assignment.refresh_from_db()
    assert assignment.status == "handed_in"


def test_who_leaves_their_own_agency_reviews_on_to_the_end(asked, moderator):
    """Who left was asked as a person; the agency that they leave has nothing to do with this case."""
    person = factories.member_of(factories.agency())
    assignment = read(invite(asked, moderator, person=person))
    membership.leave(Membership.objects.get(user=person), by=person)
    assert hand_in(assignment).handed_in_at
    assert reviewers.candidates(asked)[0].reviewer.user == person


def test_withdrawing_a_case_while_its_next_version_is_read_ends_it_and_keeps_what_was_written(
    asked, member, moderator, deliver, client
):
    editorial.decide(asked, by=moderator, decision="waive", reason="急。")
    authoring.save_draft(asked.case, by=member, outcomes="<p>第二年。</p>")
    authoring.submit(asked.case, by=member, kind="findings", change_note="第二年")
    again = editorial.check(asked.case.review_rounds.open().get(), by=moderator, met=MET)
    assignment = read(invite(again, moderator))
    reviewing.save(assignment, by=assignment.user, reasons="写了一半", comments={})
    deliver()
    withdrawal.withdraw(CaseStudy.objects.get(pk=asked.case_id), by=moderator, reason="数据有误。")
    assignment.refresh_from_db()
    again.refresh_from_db()
    assert (again.status, assignment.status) == ("withdrawn", "ended")
    assert Review.objects.get(assignment=assignment).reasons == "写了一半"
    assert assignment.user.email in [mail.to[0] for mail in deliver()]
    client.force_login(assignment.user)
    page = f"/desk/my-reviews/{assignment.public_id}/"
    assert client.get(page).status_code == 200
    assert client.get(f"{page}text/").status_code == 404
    assert client.post(page, {"action": "hand_in", "reasons": "写完了"}).status_code == 302
    assert Review.objects.get(assignment=assignment).handed_in_at is None


def test_opening_the_page_looks_for_a_conflict_again(asked, agency, moderator, client):
    assignment = read(invite(asked, moderator))
    client.force_login(assignment.user)
    page = f"/desk/my-reviews/{assignment.public_id}/"
    assert client.get(f"{page}text/").status_code == 200
    Membership.objects.create(user=assignment.user, agency=agency)
    assert client.get(f"{page}text/").status_code == 404
    assert agency.legal_name in client.get(page).content.decode()


def test_a_merge_of_agencies_ends_reviews_that_became_ones_own(asked, agency, moderator):
    twin = factories.agency()
    assignment = read(invite(asked, moderator, person=factories.member_of(twin)))
    merge(twin, into=agency, by=moderator)
    assert ReviewAssignment.objects.get(pk=assignment.pk).status == "lapsed"


def test_who_closes_their_account_is_replaced_and_their_draft_forgotten(asked, moderator, deliver):
    assignment = read(invite(asked, moderator))
    reviewing.save(assignment, by=assignment.user, reasons="草稿", comments={})
    deliver()
    leaving.close_account(assignment.user)
    assignment.refresh_from_db()
    assert (assignment.status, Review.objects.filter(assignment=assignment).exists()) == ("lapsed", False)
    assert moderator.email in [mail.to[0] for mail in deliver()]


def test_who_closes_their_account_is_on_no_list_any_more_and_what_they_handed_in_stays(asked, moderator):
    assignment = read(invite(asked, moderator))
    hand_in(assignment)
    leaving.close_account(assignment.user)
    assert not Reviewer.objects.exists()
    assert Review.objects.get(assignment=assignment).handed_in_at


def test_the_database_itself_refuses_a_reviewer_of_the_agency(asked, agency, moderator):
    person = factories.member_of(agency)
    row = {
        "round": asked,
        "user": person,
        "role": "practitioner",
        "invited_at": timezone.now(),
        "due_on": "2030-01-01",
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewAssignment.objects.create(**row)
    assignment = invite(asked, moderator)
    Membership.objects.create(user=assignment.user, agency=agency)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewAssignment.objects.filter(pk=assignment.pk).update(
            status="accepted", declared_at=timezone.now()
        )
    assignment.delete()
    guard.remove()
    try:
        ReviewAssignment.objects.create(**row)  # the control: without the guard it goes
    finally:
        guard.install()


def test_an_editor_of_the_agency_decides_nothing_about_it(asked, agency, moderator):
    Membership.objects.create(user=moderator, agency=agency)
    with pytest.raises(editorial.EditorialError):
        editorial.decide(asked, by=moderator, decision="accept")
    assert not CaseStudy.objects.get(pk=asked.case_id).live


def test_an_editor_who_left_the_agency_decides_about_it_again(asked, agency, moderator):
    Membership.objects.create(user=moderator, agency=agency, status="suspended")
    with pytest.raises(editorial.EditorialError):
        invite(asked, moderator)
    Membership.objects.filter(user=moderator).update(status="left")
    assert invite(asked, moderator).status == "invited"


def test_a_namesake_of_an_author_is_pointed_out(asked):
    person = factories.user(name="石晓棠")
    assert conflict.namesakes(asked, [person]) == {person.pk}
    assert conflict.conflict_of(asked, person) == ""
