"""Reading, writing a review in pieces, and handing it in."""

import pytest
from django.db import IntegrityError, transaction

from casestudies.files import attachment, upload
from casestudies.models import CaseFile, Review, ReviewComment
from casestudies.permissions import can_read_in_review
from casestudies.review import editorial, reviewing
from tests import factories
from tests.casestudies.review.steps import hand_in, invite, read

pytestmark = pytest.mark.django_db


def test_nobody_reads_before_declaring_and_accepting(asked, moderator, client):
    assignment = invite(asked, moderator)
    client.force_login(assignment.user)
    text = f"/desk/my-reviews/{assignment.public_id}/text/"
    assert client.get(text).status_code == 404
    with pytest.raises(reviewing.ReviewError):
        reviewing.accept(assignment, by=assignment.user, declares=False)
    read(assignment)
    assert client.get(text).status_code == 200


def test_nobody_writes_before_accepting(asked, moderator):
    assignment = invite(asked, moderator)
    with pytest.raises(reviewing.ReviewError):
        reviewing.save(assignment, by=assignment.user, reasons="先写", comments={})
    with pytest.raises(reviewing.ReviewError):
        reviewing.hand_in(assignment, by=assignment.user)
    assert not Review.objects.exists()


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


def test_a_reviewer_reads_the_files_of_the_text_and_no_other_of_the_case(agency, member):
    reader = factories.user()
    assignment = factories.reading(reader, agency, by=member)
    case, revision = assignment.round.case, assignment.round.revision
    shown, left_out = (
        attachment.attached(case, upload.examine(factories.upload(name), name), {}, by=member)
        for name in ("照片.png", "拿掉的图.png")
    )
    revision.content["attachments"] = [{"key": str(shown.key)}]
    revision.save()
    files = {str(file.public_id): file for file in CaseFile.objects.filter(case=case)}
    assert can_read_in_review(reader, files[str(shown.key)])
    assert not can_read_in_review(reader, files[str(left_out.key)])
