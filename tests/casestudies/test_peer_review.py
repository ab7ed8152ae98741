"""Peer review: the editors' check, reviewers from other agencies, what they hand in, decisions, answers, withdrawal."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import ModelLogEntry

from casestudies import withdrawal
from casestudies.models import (
    CaseAuthor,
    CasePartner,
    CaseStudy,
    Review,
    ReviewAssignment,
    ReviewComment,
    ReviewRound,
)
from casestudies.review import answers as review_answers
from casestudies.review import (
    conflict,
    editorial,
    mark,
    reminders,
    reviewers,
    reviewing,
    rubric,
    submission,
)
from casestudies.review.guard import guard
from casestudies.writing import authoring
from orgs import leaving, membership
from orgs.merging import merge
from orgs.models import Membership
from tests import factories

pytestmark = pytest.mark.django_db

MET = set(editorial.CRITERIA)
MARKS = dict.fromkeys(rubric.CODES, 2)
NAMES = "给编辑的悄悄话"


@pytest.fixture
def asked(agency, member, moderator, deliver):
    """A submitted text that passed the check."""
    found = editorial.check(factories.submitted(agency, member), by=moderator, met=MET)
    deliver()
    return found


def invite(asked, by, *, role="practitioner", person=None, **more):
    return editorial.invite(asked, factories.reviewer(person, role), by=by, **more)


def read(assignment):
    return reviewing.accept(assignment, by=assignment.user, declares=True)


def hand_in(assignment, recommendation="accept", reasons="写得清楚。", **comments):
    person = assignment.user
    reviewing.save(
        assignment,
        by=person,
        scores=MARKS,
        recommendation=recommendation,
        reasons=reasons,
        note_to_editor=NAMES,
        comments=comments,
    )
    return reviewing.hand_in(assignment, by=person)


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


# -- Conflict of interest ---------------------------------------------------------------------------------------------


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


# -- Reviewing --------------------------------------------------------------------------------------------------------


def test_nobody_reads_before_declaring_and_accepting(asked, moderator, client):
    assignment = invite(asked, moderator)
    client.force_login(assignment.user)
    text = f"/desk/my-reviews/{assignment.public_id}/text/"
    assert client.get(text).status_code == 404
    with pytest.raises(reviewing.ReviewError):
        reviewing.accept(assignment, by=assignment.user, declares=False)
    read(assignment)
    assert client.get(text).status_code == 200


def test_a_review_is_saved_in_pieces_and_handed_in_when_whole(asked, moderator, deliver):
    assignment = read(invite(asked, moderator))
    person = assignment.user
    reviewing.save(
        assignment, by=person, scores={"real": 3, "x": 9, "new": 7}, comments={"process": "几次？"}
    )
    with pytest.raises(reviewing.Unfinished) as refusal:
        reviewing.hand_in(assignment, by=person)
    assert len(refusal.value.missing) == 3
    assert Review.objects.get().scores == {"real": 3}
    deliver()
    hand_in(assignment, process="几次？")
    with pytest.raises(reviewing.ReviewError):
        reviewing.save(assignment, by=person, reasons="改主意", comments={})
    assert [mail.to for mail in deliver()] == [[moderator.email]]


def test_what_was_handed_in_is_not_changed_even_from_a_shell(asked, moderator):
    review = hand_in(read(invite(asked, moderator)), process="几次？")
    for rows, change in (
        (Review.objects.filter(pk=review.pk), {"reasons": "别的"}),
        (ReviewComment.objects.filter(review=review), {"text": "别的"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)


def test_two_who_disagree_make_a_third_reader_possible(asked, moderator, deliver):
    with pytest.raises(editorial.EditorialError):
        invite(asked, moderator, is_third=True)
    hand_in(read(invite(asked, moderator)), "accept")
    deliver()
    hand_in(read(invite(asked, moderator, role="researcher")), "decline", reasons="证据不足。")
    assert editorial.are_far_apart(editorial.recommendations(asked))
    assert invite(asked, moderator, is_third=True).is_third
    with pytest.raises(editorial.EditorialError):
        invite(asked, moderator, role="researcher", is_third=True)


def test_grades_next_to_each_other_are_not_far_apart():
    assert editorial.disagree(["accept", "minor"])
    assert not editorial.are_far_apart(["accept", "minor"])
    assert not editorial.disagree(["major"])


# -- Deciding ---------------------------------------------------------------------------------------------------------


def test_accepting_publishes_a_version_and_thanks_everybody(asked, member, moderator, deliver):
    assignment = read(invite(asked, moderator))
    hand_in(assignment)
    waiting = invite(asked, moderator, role="researcher")
    deliver()
    done = editorial.decide(asked, by=moderator, decision="accept", reason="谢谢。")
    case = CaseStudy.objects.get(pk=asked.case_id)
    assert (case.live, done.status, done.decided_by, done.reason) == (True, "accepted", moderator, "谢谢。")
    assert done.version == case.current_version
    assert sorted(mail.to[0] for mail in deliver()) == sorted(
        [member.email, assignment.user.email, waiting.user.email]
    )
    assert ReviewAssignment.objects.get(pk=waiting.pk).status == "ended"


def test_changes_are_asked_for_answered_and_looked_at_by_the_same_reviewers(
    asked, member, moderator, deliver
):
    assignment = read(invite(asked, moderator))
    hand_in(assignment, "minor", reasons="请补充人数。", process="来了几次？")
    with pytest.raises(editorial.EditorialError):
        editorial.decide(asked, by=moderator, decision="revise", reason="  ")
    editorial.decide(asked, by=moderator, decision="revise", reason="请按评审意见修改。")
    asked.refresh_from_db()
    [reader] = review_answers.readers_of(asked)
    assert [(point.section, point.text) for point in reader.points] == [
        ("", "请补充人数。"),
        ("process", "来了几次？"),
    ]
    answers = {point.key: f"答{n}" for n, point in enumerate(reader.points)}
    review_answers.answer(asked, by=member, reply="已改", points=answers)
    authoring.save_draft(asked.case, by=member, process="<p>每周两次。</p>")
    authoring.submit(asked.case, by=member)
    with pytest.raises(review_answers.AnswerError):
        review_answers.answer(asked, by=member, reply="再改", points={})
    again = ReviewRound.objects.get(case=asked.case_id, number=2)
    deliver()
    editorial.check(again, by=moderator, met=MET)
    [second] = again.assignments.all()
    assert (second.user, second.status) == (assignment.user, "invited")
    assert [mail.to for mail in deliver()] == [[assignment.user.email]]


def test_the_reviewer_sees_answers_and_differences(asked, member, moderator, client):
    assignment = read(invite(asked, moderator))
    hand_in(assignment, "minor", process="来了几次？")
    editorial.decide(asked, by=moderator, decision="revise", reason="请修改。")
    asked.refresh_from_db()
    [reader] = review_answers.readers_of(asked)
    review_answers.answer(asked, by=member, reply="", points={reader.points[1].key: "每周两次"})
    authoring.save_draft(asked.case, by=member, process="<p>过程很长。</p>")
    authoring.submit(asked.case, by=member)
    again = editorial.check(ReviewRound.objects.get(number=2), by=moderator, met=MET)
    second = read(again.assignments.get())
    client.force_login(second.user)
    page = f"/desk/my-reviews/{second.public_id}/"
    assert "每周两次" in client.get(page).content.decode()
    assert "<ins>" in client.get(f"{page}text/?show=changes").content.decode()


def test_declining_ends_it_with_reasons_and_the_text_stays_the_authors(asked, member, moderator, deliver):
    hand_in(read(invite(asked, moderator)), "decline", reasons="没有做完一个周期。")
    deliver()
    editorial.decide(asked, by=moderator, decision="decline", reason="请在做完后再来。")
    case = CaseStudy.objects.get(pk=asked.case_id)
    assert (case.live, authoring.is_in_review(case)) == (False, False)
    letters = {mail.to[0]: mail.body for mail in deliver()}
    assert "请在做完后再来。" in letters[member.email]
    authoring.save_draft(case, by=member, people_reached=3)
    authoring.submit(case, by=member)
    assert case.review_rounds.open().get().number == 2


def test_authors_take_their_text_back_at_any_time_and_nothing_is_lost(asked, member, moderator, deliver):
    assignment = read(invite(asked, moderator))
    reviewing.save(assignment, by=assignment.user, reasons="写了一半", comments={})
    deliver()
    review_answers.take_back(asked.case, by=member)
    assert sorted(mail.to[0] for mail in deliver()) == sorted([assignment.user.email, moderator.email])
    asked.refresh_from_db()
    assignment.refresh_from_db()
    assert (asked.status, assignment.status) == ("withdrawn", "ended")
    assert Review.objects.get().reasons == "写了一半"
    with pytest.raises(reviewing.ReviewError):
        reviewing.hand_in(assignment, by=assignment.user)
    with pytest.raises(review_answers.AnswerError):
        review_answers.take_back(asked.case, by=member)
    authoring.save_draft(asked.case, by=member, people_reached=3)
    authoring.submit(asked.case, by=member)


def test_a_new_version_carries_what_was_said_of_it(asked, member, moderator):
    editorial.decide(asked, by=moderator, decision="waive", reason="只改了数字。")
    authoring.save_draft(asked.case, by=member, outcomes="<p>人数改为十二。</p>")
    authoring.submit(asked.case, by=member, kind="findings", change_note="人数更正")
    again = editorial.check(asked.case.review_rounds.open().get(), by=moderator, met=MET)
    editorial.decide(again, by=moderator, decision="waive", reason="只改了数字。")
    newest = CaseStudy.objects.get(pk=asked.case_id).current_version
    assert (newest.number, newest.kind, newest.change_note) == (2, "findings", "人数更正")


def test_nothing_is_accepted_that_no_reviewer_read(asked, member, moderator):
    with pytest.raises(submission.NotReviewed):
        editorial.decide(asked, by=moderator, decision="accept", reason="好。")
    with pytest.raises(editorial.EditorialError):
        editorial.decide(asked, by=moderator, decision="waive", reason=" ")
    assert not CaseStudy.objects.get(pk=asked.case_id).live
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewRound.objects.filter(pk=asked.pk).update(is_waived=True, reason="")

    done = editorial.decide(asked, by=moderator, decision="waive", reason="灾后急需。")

    assert (done.status, done.is_waived, done.reason, done.decided_by) == (
        "accepted",
        True,
        "灾后急需。",
        moderator,
    )
    assert not mark.mark_of(asked.case).is_reviewed
    [entry] = ModelLogEntry.objects.filter(action="wagtail.workflow.approve")
    assert (entry.user, entry.data["comment"]) == (moderator, "灾后急需。")


def test_who_answered_the_reviewers_is_accepted_without_being_read_again(asked, member, moderator):
    hand_in(read(invite(asked, moderator)), "minor", reasons="请补人数。")
    editorial.decide(asked, by=moderator, decision="revise", reason="请改。")
    authoring.save_draft(asked.case, by=member, people_reached=12)
    authoring.submit(asked.case, by=member)
    again = editorial.check(asked.case.review_rounds.open().get(), by=moderator, met=MET, asks_again=False)
    assert editorial.decide(again, by=moderator, decision="accept").status == "accepted"


# -- Reminders --------------------------------------------------------------------------------------------------------


def test_reminders_are_sent_once_each_and_the_editor_hears_of_a_week(asked, moderator, deliver):
    assignment = invite(asked, moderator)
    today = timezone.localdate()
    deliver()

    def letters(on):
        reminders.remind(on)
        reminders.remind(on)
        return [mail.to[0] for mail in deliver()]

    assert letters(today + timedelta(days=4)) == []
    assert letters(today + timedelta(days=5)) == [assignment.user.email]
    assert letters(today + timedelta(days=6)) == []
    read(assignment)
    deliver()
    due = assignment.due_on
    assert letters(due - timedelta(days=4)) == []
    assert letters(due - timedelta(days=3)) == [assignment.user.email]
    assert letters(due) == []
    assert letters(due + timedelta(days=1)) == [assignment.user.email]
    assert letters(due + timedelta(days=7)) == [assignment.user.email, moderator.email]
    assert letters(due + timedelta(days=30)) == []


def test_an_invitation_that_nobody_answers_lapses(asked, moderator, deliver):
    assignment = invite(asked, moderator)
    ReviewAssignment.objects.update(invited_at=timezone.now() - timedelta(days=15))
    deliver()
    reviewing.end_what_lapsed(timezone.localdate())
    assignment.refresh_from_db()
    assert assignment.status == "lapsed"
    assert [mail.to[0] for mail in deliver()] == [assignment.user.email, moderator.email]


def test_the_editors_are_reminded_once_of_a_check_that_is_nearly_due(agency, member, moderator, deliver):
    factories.submitted(agency, member)
    deliver()
    on = timezone.localdate() + timedelta(days=5)
    reminders.remind(on)
    reminders.remind(on)
    assert [mail.to for mail in deliver()] == [[moderator.email]]


# -- Lists ------------------------------------------------------------------------------------------------------------


def test_a_namesake_of_an_author_is_pointed_out(asked):
    person = factories.user(name="石晓棠")
    assert conflict.namesakes(asked, [person]) == {person.pk}
    assert conflict.conflict_of(asked, person) == ""


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
