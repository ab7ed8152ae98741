"""Writing a case study: drafts, what is missing, two writers, handing in."""

import pytest
from django.db import transaction
from wagtail.models import WorkflowState

from casestudies.models import CaseStudy
from casestudies.writing import authoring
from tests import factories

pytestmark = pytest.mark.django_db

COMPLETE = {
    "abstract": "摘要。",
    "background": "<p>背景。</p>",
    "process": "<p>过程。</p>",
    "outcomes": "<p>成效。</p>",
    "reflection": "<p>反思。</p>",
    "authors": [("石晓棠", "practitioner"), ("贾明远", "researcher")],
}


def complete_case(agency, by, **fields):
    topics = [factories.topic("pop:children"), factories.topic("svc:education")]
    return authoring.start_case(agency, by=by, title="两年转衔", topics=topics, **{**COMPLETE, **fields})


def test_a_case_begins_as_a_draft_with_a_revision(agency, member):
    case = complete_case(agency, member)

    assert (case.live, case.has_unpublished_changes, case.created_by) == (False, True, member)
    assert [author.name for author in authoring.draft_of(case).authors.all()] == ["石晓棠", "贾明远"]
    assert [author.name for author in case.authors.all()] == ["石晓棠", "贾明远"]


def test_saving_a_draft_never_touches_the_published_text(agency, member):
    case = factories.case(agency, title="公开的标题")

    authoring.save_draft(case, by=member, title="草稿的标题", topics=[factories.topic("pop:women")])

    case = CaseStudy.objects.get(pk=case.pk)
    assert (case.title, list(case.topics.all()), case.live) == ("公开的标题", [], True)
    draft = authoring.draft_of(case)
    assert (draft.title, [topic.code for topic in draft.topics.all()]) == ("草稿的标题", ["pop:women"])


def test_every_way_of_writing_a_section_cleans_it(agency, member):
    case = authoring.start_case(agency, by=member, title="甲", background="<p>好</p><script>偷</script>")
    assert case.background == authoring.draft_of(case).background == "<p>好</p>"

    case.process = '<p onclick="x">好</p>'
    case.save()
    assert CaseStudy.objects.get(pk=case.pk).process == "<p>好</p>"


def test_what_is_missing_is_said_in_sentences(agency, member):
    case = authoring.start_case(agency, by=member, title="甲")

    with pytest.raises(authoring.Incomplete) as refusal:
        authoring.submit(case, by=member)

    assert len(refusal.value.missing) == 7
    assert not WorkflowState.objects.exists()
    assert authoring.missing(authoring.draft_of(complete_case(agency, member))) == []


def test_the_second_writer_is_told_and_both_texts_stay(agency, member):
    case = authoring.start_case(agency, by=member, title="甲")
    began_from = case.latest_revision_id
    authoring.save_draft(case, by=member, began_from=began_from, abstract="先存的")

    with pytest.raises(authoring.Overtaken) as refusal:
        authoring.save_draft(case, by=member, began_from=began_from, abstract="后存的")

    assert refusal.value.draft.abstract == "先存的"
    assert authoring.draft_of(case).abstract == "先存的"


def test_a_draft_is_seen_by_who_belongs_to_the_agency_and_no_more_by_who_left(agency, member):
    case = authoring.start_case(agency, by=member, title="甲")
    assert CaseStudy.objects.visible_to(member).get() == case
    member.memberships.update(status="left")
    assert not CaseStudy.objects.visible_to(member).exists()


def test_in_review_nothing_changes(agency, member):
    case = complete_case(agency, member)
    authoring.submit(case, by=member)

    with pytest.raises(authoring.InReview):
        authoring.save_draft(case, by=member, title="偷偷改")
    with pytest.raises(authoring.InReview):
        authoring.submit(case, by=member)


def test_submitting_tells_the_reviewers_and_nobody_when_it_is_rolled_back(agency, member, moderator, deliver):
    case = complete_case(agency, member)

    with transaction.atomic():
        authoring.submit(case, by=member)
        transaction.set_rollback(True)
    assert deliver() == []

    authoring.submit(case, by=member)
    assert [mail.to for mail in deliver()] == [[moderator.email]]
