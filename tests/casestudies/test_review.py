"""Review: publishing and sending back, by rule and in the Wagtail admin."""

import pytest
from django.urls import reverse

from casestudies.models import CaseStudy, ReviewRound
from casestudies.review import editorial, reviewing, rounds, rubric, submission
from casestudies.writing import authoring
from tests import factories
from tests.casestudies.test_authoring import complete_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(agency, member):
    case = complete_case(agency, member)
    authoring.submit(case, by=member)
    return CaseStudy.objects.get(pk=case.pk)


def admin_action(client, case, action, comment=""):
    state = case.current_workflow_task_state
    url = reverse("wagtailsnippets_casestudies_casestudy:workflow_action", args=[case.pk, action, state.pk])
    return client.post(url, {"comment": comment} if comment else {})


def test_approving_publishes_and_thanks_the_author(submitted, member, moderator, deliver):
    deliver()
    case = submission.approve(submitted, by=moderator, comment="写得实在。", is_waived=True)

    assert (case.live, case.has_unpublished_changes, case.title) == (True, False, "两年转衔")
    assert [author.name for author in case.authors.all()] == ["石晓棠", "贾明远"]
    mails = deliver()
    assert [mail.to for mail in mails] == [[member.email]]
    assert "写得实在。" in mails[0].body
    assert case.get_absolute_url() in mails[0].body


def test_sending_back_says_why_and_the_author_may_write_again(submitted, member, moderator, deliver):
    deliver()
    submission.send_back(submitted, by=moderator, comment="请写清楚人数。")

    (mail,) = deliver()
    assert mail.to == [member.email]
    assert "请写清楚人数。" in mail.body
    authoring.save_draft(submitted, by=member, people_reached=31)
    authoring.submit(submitted, by=member)
    case = submission.approve(submitted, by=moderator, comment="早于评审制度", is_waived=True)
    assert (case.live, case.people_reached) == (True, 31)


def test_a_published_case_keeps_its_text_until_the_new_one_is_approved(submitted, member, moderator):
    case = submission.approve(submitted, by=moderator, comment="早于评审制度", is_waived=True)
    authoring.save_draft(case, by=member, title="新的标题")
    authoring.submit(case, by=member)
    assert CaseStudy.objects.get(pk=case.pk).title == "两年转衔"

    assert submission.approve(case, by=moderator, comment="早于评审制度", is_waived=True).title == "新的标题"


def test_only_reviewers_decide_and_only_on_what_was_submitted(submitted, agency, member, moderator):
    for case, person in ((submitted, member), (factories.case(agency), moderator)):
        with pytest.raises(submission.NotInReview):
            submission.approve(case, by=person)


def test_the_wagtail_admin_approves_only_what_reviewers_read_and_leads_to_where_they_are_asked(
    submitted, moderator, client
):
    client.force_login(moderator)
    edit = reverse("wagtailsnippets_casestudies_casestudy:edit", args=[submitted.pk])
    assert client.get(edit).status_code == 200
    asked = ReviewRound.objects.get(case=submitted)
    place = reverse("review_round", args=[asked.public_id])

    assert admin_action(client, submitted, "approve").url == place
    assert "评审" in client.get(place).content.decode()
    assert not CaseStudy.objects.get(pk=submitted.pk).live
    assert CaseStudy.objects.get(pk=submitted.pk).workflow_in_progress

    read_by_somebody(asked, moderator)
    admin_action(client, submitted, "approve")

    assert CaseStudy.objects.get(pk=submitted.pk).live
    assert ReviewRound.objects.get(pk=asked.pk).decided_by == moderator


def test_nobody_publishes_in_the_admin_beside_the_review(submitted, member, moderator, client):
    """A revision has a door of its own to publishing: it is shut too."""
    client.force_login(moderator)
    for case in (submitted, complete_case(submitted.agency, member)):
        with pytest.raises(rounds.Unreviewed):
            case.latest_revision.publish(user=moderator)
        assert not CaseStudy.objects.get(pk=case.pk).live


def read_by_somebody(asked, moderator):
    asked = editorial.check(asked, by=moderator, met=set(editorial.CRITERIA))
    assignment = editorial.invite(asked, factories.reviewer(), by=moderator)
    person = assignment.user
    reviewing.accept(assignment, by=person, declares=True)
    scores = dict.fromkeys(rubric.CODES, 2)
    reviewing.save(assignment, by=person, scores=scores, recommendation="accept", reasons="好。", comments={})
    reviewing.hand_in(assignment, by=person)


def test_a_moderator_sends_back_in_the_wagtail_admin(submitted, member, moderator, client, deliver):
    deliver()
    client.force_login(moderator)

    admin_action(client, submitted, "reject", "请补充。")

    assert authoring.is_in_review(submitted) is False
    (mail,) = deliver()
    assert (mail.to, "请补充。" in mail.body) == ([member.email], True)


def test_the_moderators_list_shows_what_waits(submitted, moderator, client, django_assert_max_num_queries):
    factories.case(title="已发表")
    client.force_login(moderator)
    url = reverse("wagtailsnippets_casestudies_casestudy:list")

    assert "已发表" in client.get(url).content.decode()
    waiting = client.get(url, {"is_awaiting_review": "true"}).content.decode()
    assert "两年转衔" in waiting
    assert "已发表" not in waiting


def test_the_moderator_sees_the_draft_as_readers_would(submitted, moderator, client):
    client.force_login(moderator)
    url = reverse(
        "wagtailsnippets_casestudies_casestudy:revisions_view",
        args=[submitted.pk, submitted.latest_revision_id],
    )

    response = client.get(url)

    assert response.status_code == 200
    assert "石晓棠" in response.content.decode()


def test_members_have_no_way_into_the_admin(submitted, member, client):
    client.force_login(member)
    response = client.get(reverse("wagtailsnippets_casestudies_casestudy:edit", args=[submitted.pk]))
    assert response.status_code in (302, 403)
