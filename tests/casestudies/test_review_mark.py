"""The mark of a published text says what was reviewed, of which version, and what changed since."""

import pytest
from django.urls import reverse

from casestudies.models import CaseStudy, ReviewRound
from casestudies.review import editorial, reviewing, rounds, rubric
from casestudies.review import mark as review_mark
from casestudies.writing import authoring
from tests import factories

pytestmark = pytest.mark.django_db

MET = set(editorial.CRITERIA)


def submit(case, by, **said):
    authoring.submit(case, by=by, **said)
    return ReviewRound.objects.open().get(case=case)


def hand_in(assignment, recommendation="accept"):
    person = assignment.user
    reviewing.accept(assignment, by=person, declares=True)
    reviewing.save(
        assignment,
        by=person,
        scores=dict.fromkeys(rubric.CODES, 2),
        recommendation=recommendation,
        reasons="好。",
        comments={},
    )
    reviewing.hand_in(assignment, by=person)


def publish(asked, editor, roles=(), met=MET):
    asked = editorial.check(asked, by=editor, met=met, asks_again=False)
    for role in roles:
        hand_in(editorial.invite(asked, factories.reviewer(role=role), by=editor))
    decision = "accept" if rounds.was_read(asked) else "waive"
    editorial.decide(asked, by=editor, decision=decision, reason="好。")
    return review_mark.mark_of(asked.case)


@pytest.mark.parametrize("roles", [(), ("practitioner",), ("researcher",), ("practitioner", "researcher")])
def test_the_mark_names_who_read_it(agency, member, moderator, roles):
    mark = publish(factories.submitted(agency, member), moderator, roles)
    assert (bool(mark.practitioner_at), bool(mark.researcher_at)) == (
        "practitioner" in roles,
        "researcher" in roles,
    )
    assert (mark.version, mark.reviewed, mark.is_changed_after_reading) == (1, 1 if roles else None, False)


def test_what_was_changed_after_they_read_it_is_said(agency, member, moderator):
    asked = editorial.check(factories.submitted(agency, member), by=moderator, met=MET)
    hand_in(editorial.invite(asked, factories.reviewer(), by=moderator), "minor")
    editorial.decide(asked, by=moderator, decision="revise", reason="请改。")
    authoring.save_draft(asked.case, by=member, process="<p>改过。</p>")
    mark = publish(submit(asked.case, member), moderator)
    assert (mark.reviewed, bool(mark.practitioner_at), mark.is_changed_after_reading) == (1, True, True)


@pytest.mark.parametrize(("kind", "new"), [("text", False), ("findings", True), ("correction", True)])
def test_a_later_version_says_whether_findings_changed_since_the_review(
    agency, member, moderator, client, kind, new
):
    asked = factories.submitted(agency, member)
    publish(asked, moderator, ["researcher"])
    authoring.save_draft(asked.case, by=member, outcomes="<p>新数字。</p>")
    mark = publish(submit(asked.case, member, kind=kind, change_note="改"), moderator)
    assert (mark.version, mark.reviewed, mark.is_changed_since, mark.has_new_findings) == (2, 1, True, new)
    first = review_mark.mark_of(asked.case, 1)
    assert (first.version, first.has_new_findings) == (1, False)
    page = client.get(asked.case.get_absolute_url())
    assert page.context["review_mark"] == mark
    assert 'id="review-mark"' in page.content.decode()
    older = client.get(reverse("case_version", args=[asked.case.public_id, 1]))
    assert older.context["review_mark"] == first


def test_what_was_declined_before_does_not_count(agency, member, moderator):
    asked = editorial.check(factories.submitted(agency, member), by=moderator, met=MET)
    hand_in(editorial.invite(asked, factories.reviewer(), by=moderator), "decline")
    editorial.decide(asked, by=moderator, decision="decline", reason="不收。")
    mark = publish(submit(asked.case, member), moderator)
    assert not mark.is_reviewed


def test_a_draft_has_no_mark_and_many_cost_three_queries(
    agency, member, moderator, django_assert_num_queries
):
    draft = authoring.start_case(agency, by=member, title="甲")
    assert review_mark.mark_of(draft) is None
    for _n in range(3):
        publish(factories.submitted(agency, member), moderator, ["practitioner"])
    keys = list(CaseStudy.objects.values_list("pk", flat=True))
    with django_assert_num_queries(3):
        assert len(review_mark.marks_of(keys)) == 3


def test_a_new_version_asks_what_changed_before_it_is_submitted(agency, member, moderator, client):
    asked = factories.submitted(agency, member)
    publish(asked, moderator)
    case = asked.case
    authoring.save_draft(case, by=member, outcomes="<p>新数字。</p>")
    client.force_login(member)
    page = client.get(reverse("check_case", args=[agency.slug, case.public_id])).content.decode()
    assert 'name="change_note"' in page
    address = reverse("submit_case", args=[agency.slug, case.public_id])
    client.post(address, {"kind": "findings", "change_note": " "})
    assert not authoring.is_in_review(CaseStudy.objects.get(pk=case.pk))
    client.post(address, {"kind": "findings", "change_note": "人数更正"})
    new = ReviewRound.objects.open().get(case=case)
    assert (new.kind, new.change_note) == ("findings", "人数更正")


def test_a_withdrawn_case_is_told_to_its_authors_and_the_editors(agency, member, moderator, deliver):
    from casestudies import withdrawal

    lead = factories.member_of(agency, role="manager")
    asked = factories.submitted(agency, member)
    publish(asked, moderator)
    deliver()
    withdrawal.withdraw(asked.case, by=lead, reason="数据有误。")
    letters = deliver()
    assert sorted(mail.to[0] for mail in letters) == sorted([member.email, moderator.email])
    assert all("数据有误。" in mail.body for mail in letters)
