"""Decisions, the answers of authors, and taking a text back."""

import pytest
from django.db import IntegrityError, transaction
from wagtail.models import ModelLogEntry

from casestudies.models import CaseStudy, Review, ReviewAssignment, Reviewer, ReviewRound
from casestudies.review import answers as review_answers
from casestudies.review import editorial, mark, reviewing, submission
from casestudies.writing import authoring
from orgs.models import User
from tests import factories
from tests.casestudies.review.steps import MET, hand_in, invite, read

pytestmark = pytest.mark.django_db


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


def test_a_new_reviewer_does_not_read_what_another_wrote_of_the_round_before(
    asked, member, moderator, client
):
    hand_in(read(invite(asked, moderator)), "minor", reasons="前一位的理由。", process="前一位的话。")
    editorial.decide(asked, by=moderator, decision="revise", reason="请修改。")
    authoring.save_draft(asked.case, by=member, people_reached=3)
    authoring.submit(asked.case, by=member)
    again = editorial.check(ReviewRound.objects.get(number=2), by=moderator, met=MET, asks_again=False)
    second = read(invite(again, moderator))
    client.force_login(second.user)
    page = client.get(f"/desk/my-reviews/{second.public_id}/")
    assert page.context["is_reading"]
    assert "前一位" not in page.content.decode()


def test_only_those_who_write_the_case_answer_and_take_it_back(asked, agency, member, moderator, stranger):
    for person in (stranger, moderator):
        with pytest.raises(review_answers.AnswerError):
            review_answers.take_back(asked.case, by=person)
    editorial.decide(asked, by=moderator, decision="revise", reason="请修改。")
    for person in (stranger, moderator):
        with pytest.raises(review_answers.AnswerError):
            review_answers.answer(asked, by=person, reply="代答", points={})
    with pytest.raises(review_answers.AnswerError):
        review_answers.take_back(asked.case, by=member)  # nobody reads it any more
    asked.refresh_from_db()
    assert (asked.status, asked.reply) == ("revise", "")


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


def test_only_changes_that_were_asked_for_go_to_the_same_reviewers_by_themselves(asked, member, moderator):
    hand_in(read(invite(asked, moderator)), "minor")
    review_answers.take_back(asked.case, by=member)
    authoring.save_draft(asked.case, by=member, people_reached=3)
    authoring.submit(asked.case, by=member)
    again = editorial.check(asked.case.review_rounds.open().get(), by=moderator, met=MET)
    assert not again.assignments.exists()


def test_a_third_reader_and_who_takes_no_more_are_not_asked_again(asked, member, moderator):
    first, second = read(invite(asked, moderator)), read(invite(asked, moderator, role="researcher"))
    hand_in(first, "accept")
    hand_in(second, "decline", reasons="证据不足。")
    hand_in(read(invite(asked, moderator, is_third=True)), "minor")
    Reviewer.objects.filter(user=second.user).update(is_available=False)
    editorial.decide(asked, by=moderator, decision="revise", reason="请修改。")
    authoring.save_draft(asked.case, by=member, people_reached=3)
    authoring.submit(asked.case, by=member)
    again = asked.case.review_rounds.open().get()
    assert [one.user for one in editorial.former_reviewers(again)] == [first.user]
    editorial.check(again, by=moderator, met=MET)
    assert [one.user for one in again.assignments.all()] == [first.user]


def test_a_text_passes_the_check_once_and_is_not_published_before(agency, member, moderator):
    asked = factories.submitted(agency, member)
    with pytest.raises(editorial.EditorialError):
        editorial.decide(asked, by=moderator, decision="waive", reason="灾后急需。")
    assert not CaseStudy.objects.get(pk=asked.case_id).live
    checked_at = editorial.check(asked, by=moderator, met=MET).checked_at
    with pytest.raises(editorial.EditorialError):
        editorial.check(asked, by=factories.moderator(), met=MET)
    asked.refresh_from_db()
    assert (asked.editor, asked.checked_at) == (moderator, checked_at)


def test_reasons_that_the_row_could_not_hold_are_refused_with_a_sentence(asked, moderator):
    with pytest.raises(editorial.EditorialError):
        editorial.decide(asked, by=moderator, decision="decline", reason="长" * 4001)
    asked.refresh_from_db()
    assert asked.status == "review"


def test_waiving_reviewers_says_nothing_of_the_rounds_before(asked, member, moderator):
    editorial.decide(asked, by=moderator, decision="revise", reason="请修改。")
    authoring.save_draft(asked.case, by=member, people_reached=3)
    authoring.submit(asked.case, by=member)
    again = editorial.check(asked.case.review_rounds.open().get(), by=moderator, met=MET)
    editorial.decide(again, by=moderator, decision="waive", reason="灾后急需。")
    asked.refresh_from_db()
    assert (asked.is_waived, asked.reason) == (False, "请修改。")


def test_what_was_declined_is_not_accepted_by_an_older_review(asked, member, moderator):
    hand_in(read(invite(asked, moderator)), "decline", reasons="没有做完一个周期。")
    editorial.decide(asked, by=moderator, decision="decline", reason="请在做完后再来。")
    authoring.save_draft(asked.case, by=member, people_reached=3)
    authoring.submit(asked.case, by=member)
    again = editorial.check(asked.case.review_rounds.open().get(), by=moderator, met=MET)
    with pytest.raises(submission.NotReviewed):
        editorial.decide(again, by=moderator, decision="accept")


def test_letters_of_the_review_go_to_accounts_in_force_only(agency, member, moderator, deliver):
    gone = factories.moderator()
    User.objects.filter(pk__in=[gone.pk]).update(is_active=False)
    asked = factories.submitted(agency, member)
    assert [mail.to for mail in deliver()] == [[moderator.email]]
    User.objects.filter(pk=member.pk).update(is_active=False)
    editorial.check(asked, by=moderator, met=MET)
    editorial.decide(asked, by=moderator, decision="revise", reason="请修改。")
    assert deliver() == []


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
