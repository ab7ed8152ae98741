"""Two editors decide, one reviewer hands in twice, two people submit, at the same moment; on whichever database."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django_tasks_db.models import DBTaskResult
from wagtail.models import ModelLogEntry, Revision, TaskState, WorkflowState

from casestudies.models import CaseStudy, CaseVersion, OpenRecord, ReviewAssignment, ReviewRound
from casestudies.review import editorial, reviewing, rubric
from casestudies.writing import authoring
from orgs.models import Agency, User
from tests import factories
from tests.at_once import at_once


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """A text under review, its reviewer and two editors, outside any transaction. Takes away what it brought."""
    with django_db_blocker.unblock():
        agency, others = factories.agency(), set(User.objects.values_list("pk", flat=True))
        writer, reader = factories.member_of(agency), factories.user()
        editors = [factories.moderator(), factories.moderator()]
        assignment = factories.reading(reader, agency, by=writer)
        reviewing.save(
            assignment,
            by=reader,
            scores=dict.fromkeys(rubric.CODES, 2),
            recommendation="accept",
            reasons="好。",
            comments={},
        )
        yield assignment, editors, writer
        kind = ContentType.objects.get_for_model(CaseStudy)
        for case in CaseStudy.objects.filter(agency=agency):
            CaseVersion.objects.filter(case=case).delete()
            OpenRecord.objects.filter(case=case).delete()
            states = WorkflowState.objects.filter(object_id=str(case.pk), base_content_type=kind)
            TaskState.objects.filter(workflow_state__in=states).delete()
            states.delete()
            case.delete()
            Revision.objects.filter(base_content_type=kind, object_id=str(case.pk)).delete()
            ModelLogEntry.objects.filter(content_type=kind, object_id=str(case.pk)).delete()
        Agency.objects.filter(pk=agency.pk).delete()
        User.objects.exclude(pk__in=others).delete()
        DBTaskResult.objects.all().delete()


@pytest.mark.parametrize("attempt", range(3))
def test_two_editors_decide_at_once_and_one_of_them_is_told(committed, attempt):
    assignment, editors, _writer = committed
    answers = at_once(
        [
            lambda: editorial.decide(assignment.round, by=editors[0], decision="revise", reason="请改。"),
            lambda: editorial.decide(assignment.round, by=editors[1], decision="decline", reason="不收。"),
        ],
        refusals=(editorial.EditorialError,),
    )
    assert sum(isinstance(answer, editorial.EditorialError) for answer in answers) == 1
    decided = ReviewRound.objects.get(pk=assignment.round_id)
    assert decided.reason == {"revise": "请改。", "declined": "不收。"}[decided.status]


@pytest.mark.parametrize("attempt", range(3))
def test_a_review_handed_in_twice_at_once_is_handed_in_once(committed, attempt):
    assignment, _editors, _writer = committed
    answers = at_once(
        [lambda: reviewing.hand_in(assignment, by=assignment.user)] * 2, refusals=(reviewing.ReviewError,)
    )
    assert sum(isinstance(answer, reviewing.ReviewError) for answer in answers) == 1
    assert ReviewAssignment.objects.get(pk=assignment.pk).status == "handed_in"


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_submissions_at_once_one_wins_and_the_other_gets_a_sentence(committed, attempt):
    assignment, editors, writer = committed
    editorial.decide(assignment.round, by=editors[0], decision="revise", reason="请改。")
    case = assignment.round.case
    answers = at_once([lambda: authoring.submit(case, by=writer)] * 2, refusals=(authoring.InReview,))
    assert sum(isinstance(answer, authoring.InReview) for answer in answers) == 1
    assert ReviewRound.objects.filter(case=case).count() == 2


def test_control_without_the_hold_both_editors_decide(committed, monkeypatch):
    """The same race with the rule's question taken away: both think that they decided."""
    assignment, editors, _writer = committed
    asked = ReviewRound.objects.select_related("case__agency", "revision").get(pk=assignment.round_id)
    monkeypatch.setattr(editorial, "hold", lambda round_, *, by: asked)
    monkeypatch.setattr(editorial.submission, "send_back", lambda *args, **kwargs: None)
    answers = at_once(
        [
            lambda n=n: editorial.decide(asked, by=editors[n], decision="revise", reason=str(n))
            for n in range(2)
        ],
        refusals=(editorial.EditorialError,),
    )
    assert not any(isinstance(answer, editorial.EditorialError) for answer in answers)
