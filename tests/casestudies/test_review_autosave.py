"""A review is saved while it is written, as a case study is: what the server answers; the browser's side is write.js."""

import pytest
from django.urls import reverse

from casestudies.models import Review
from casestudies.review import editorial, reviewing, rubric
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def assignment(agency, member):
    return factories.reading(factories.user(), agency, by=member)


def send(client, assignment, **fields):
    return client.post(reverse("autosave_review", args=[assignment.public_id]), fields)


def test_what_is_typed_is_saved_and_stays_a_draft_that_only_its_writer_reads(client, assignment, moderator):
    client.force_login(assignment.user)
    answer = send(
        client, assignment, comment_process="每次几户？", line_real="3", reasons="写得实在。"
    ).json()
    assert (answer["state"], answer["refused"]) == ("saved", {})
    review = Review.objects.get(assignment=assignment)
    assert (review.scores, review.reasons, review.handed_in_at) == ({"real": 3}, "写得实在。", None)
    assert [comment.text for comment in review.comments.all()] == ["每次几户？"]
    client.force_login(moderator)
    page = client.get(reverse("review_round", args=[assignment.round.public_id])).content.decode()
    assert "写得实在。" not in page


def test_the_form_carries_what_the_script_needs(client, assignment):
    client.force_login(assignment.user)
    page = client.get(reverse("my_review", args=[assignment.public_id])).content.decode()
    assert f'data-autosave="{reverse("autosave_review", args=[assignment.public_id])}"' in page
    assert f"review-draft:{assignment.public_id}:{assignment.user.pk}" in page
    assert 'id="writing-words"' in page


def test_what_cannot_be_saved_is_said_and_what_was_saved_stays(client, assignment):
    client.force_login(assignment.user)
    send(client, assignment, reasons="先写这些。")
    answer = send(client, assignment, reasons="长" * (Review.TEXT_AT_MOST + 1)).json()
    assert set(answer["refused"]) == {"reasons"}
    assert Review.objects.get(assignment=assignment).reasons == "先写这些。"


@pytest.mark.parametrize("end", ["handed in", "decided"])
def test_nothing_is_saved_any_more_when_it_is_over(client, assignment, moderator, end):
    if end == "handed in":
        scores = dict.fromkeys(rubric.CODES, 2)
        given = {"scores": scores, "recommendation": "accept", "reasons": "好。", "comments": {}}
        reviewing.save(assignment, by=assignment.user, **given)
        reviewing.hand_in(assignment, by=assignment.user)
    else:
        editorial.decide(assignment.round, by=moderator, decision="revise", reason="请改。")
    client.force_login(assignment.user)
    answer = send(client, assignment, reasons="改主意")
    assert (answer.status_code, answer.json()["state"]) == (409, "review")
    assert not Review.objects.filter(assignment=assignment, reasons="改主意").exists()


def test_nobody_saves_in_the_review_of_another(client, assignment):
    client.force_login(factories.user())
    assert send(client, assignment, reasons="我的").status_code == 404
