"""What is under review is read by nobody but its writers, its reviewers and the editors; a crawl over every address."""

from unittest.mock import patch

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver
from django.utils import timezone

from casestudies.files import attachment, upload
from casestudies.models import CaseStudy, Reviewer, ReviewRound
from casestudies.review import answers, editorial, reviewing, rubric
from casestudies.writing import authoring
from tests import factories
from tests.addresses import ADDRESSES, addresses

pytestmark = pytest.mark.django_db

TEXT, FILE, NAME = "机密正文7401", "secret7402", "机密评审7403"
NOTE, REASONS, COMMENT, ANSWER, SECOND = (
    "机密附注7404",
    "机密理由7405",
    "机密批注7406",
    "机密答复7407",
    "机密新稿7408",
)
DRAFT = "机密草稿7409"
ALL = (TEXT, FILE, NAME, NOTE, REASONS, COMMENT, ANSWER, SECOND, DRAFT)


@pytest.fixture
def world(agency, member, moderator):
    """A case in its second round, with everything that was said of it; and another case with a reviewer of its own."""
    first = factories.member_agency(reader := factories.user(name=NAME)) and reader
    case = authoring.start_case(
        agency,
        by=member,
        title="公开不了的题目",
        topics=[factories.topic("pop:children")],
        authors=[("石晓棠", "practitioner")],
        abstract="摘要。",
        background=f"<p>{TEXT}</p>",
        process="<p>过程。</p>",
        outcomes="<p>成效。</p>",
        reflection="<p>反思。</p>",
    )
    table = factories.upload("记录.csv", f"a,b\n{FILE},2\n".encode())
    kept = attachment.add(case, upload.examine(table, "记录.csv"), by=member)
    authoring.submit(case, by=member)
    asked = editorial.check(ReviewRound.objects.get(case=case), by=moderator, met=set(editorial.CRITERIA))
    assignment = editorial.invite(asked, factories.reviewer(first), by=moderator)
    reviewing.accept(assignment, by=first, declares=True)
    reviewing.save(
        assignment,
        by=first,
        scores=dict.fromkeys(rubric.CODES, 2),
        recommendation="minor",
        reasons=REASONS,
        note_to_editor=NOTE,
        comments={"process": COMMENT},
    )
    reviewing.hand_in(assignment, by=first)
    editorial.decide(asked, by=moderator, decision="revise", reason="请修改。")
    asked.refresh_from_db()
    [reader_seen] = answers.readers_of(asked)
    answers.answer(asked, by=member, reply=ANSWER, points={point.key: ANSWER for point in reader_seen.points})
    authoring.save_draft(case, by=member, process=f"<p>{SECOND}</p>")
    authoring.submit(case, by=member)
    again = editorial.check(
        ReviewRound.objects.get(case=case, number=2), by=moderator, met=set(editorial.CRITERIA)
    )
    waiting = factories.user()
    invited = editorial.invite(again, factories.reviewer(waiting, "researcher"), by=moderator)
    other_agency = factories.agency()
    other = factories.reading(
        factories.user(), other_agency, by=factories.member_of(other_agency), title="另一个案例"
    )
    second = again.assignments.get(user=first)
    return {
        "case": case,
        "file": kept,
        "first": first,
        "second": second,
        "waiting": waiting,
        "other": other,
        "arguments": {
            "slug": [agency.slug, other_agency.slug],
            "public_id": [
                case.public_id,
                asked.public_id,
                again.public_id,
                assignment.public_id,
                second.public_id,
                invited.public_id,
                other.public_id,
                other.round.case.public_id,
                Reviewer.objects.get(user=first).public_id,
            ],
            "version": [1],
            "secret": ["x" * 43],
            "ical_uid": ["0" * 8 + "-0000-4000-8000-" + "0" * 12],
            "style": ["bib"],
            "registration_id": ["0" * 8 + "-0000-4000-8000-" + "0" * 12],
            "number": ["22222-22222"],
            "uidb36": ["zz"],
            "key": ["set-password"],
            "code": ["pop:children"],
            "section": ["case"],
            "file_id": [kept.key],
            "division": ["441900-1988"],
            "pk": [1],
            "token": ["x" * 20],
        },
    }


@patch.object(URLResolver, "resolve_error_handler", lambda *_: lambda *_, **__: HttpResponse(status=404))
def crawl(person, arguments, *, names=None) -> dict[str, str]:
    """Everything that this person is shown, by address; nothing that is asked for changes anything."""
    client = Client(raise_request_exception=False)
    if person:
        client.force_login(person)
    shown = {}
    for name in names or ADDRESSES:
        unknown = set(ADDRESSES[name]) - set(arguments)
        assert not unknown, f"give the crawl an example of {unknown}"
        for address in addresses(name, arguments):
            for asked in (address, f"{address}?show=changes"):
                answer = client.get(asked)
                if answer.status_code != 404:
                    content = b"".join(answer) if answer.streaming else answer.content
                    shown[asked] = content.decode(errors="replace") + str(answer.headers)
                if "desk/" not in asked:
                    break
    return shown


def found(shown: dict[str, str], words) -> set[str]:
    return {word for word in words for text in shown.values() if word in text}


def test_strangers_find_nothing_of_what_is_under_review(world):
    stranger = factories.member_of(factories.agency(), role="owner")
    for person in (None, stranger, world["other"].user):
        assert found(crawl(person, world["arguments"]), ALL) == set()


def test_the_crawl_would_see_it_where_it_may_be_seen(world, moderator, member):
    """The control of the crawl: who may read finds it by the same addresses."""
    names = [name for name in ADDRESSES if "review" in name or name in ("case_attachment", "preview_case")]
    everything = found(crawl(moderator, world["arguments"], names=names), ALL)
    assert everything >= {TEXT, FILE, NAME, NOTE, REASONS, COMMENT, ANSWER, SECOND}


def test_authors_read_what_was_said_but_neither_names_nor_notes(world, member):
    shown = crawl(member, world["arguments"])
    assert found(shown, (NOTE, NAME)) == set()
    assert found(shown, (REASONS, COMMENT, ANSWER, SECOND)) == {REASONS, COMMENT, ANSWER, SECOND}


def test_who_was_asked_and_has_not_said_yes_reads_nothing_but_the_abstract(world):
    assert found(crawl(world["waiting"], world["arguments"]), ALL) == set()


def test_a_reviewer_reads_the_submitted_text_and_its_files_until_the_round_is_over(world, moderator, member):
    names = ["my_review", "my_review_text", "case_attachment", "case", "preview_case"]
    first = world["first"]
    before = found(crawl(first, world["arguments"], names=names), ALL)
    assert before - {NAME} == {NOTE, REASONS, COMMENT}  # their own words
    reviewing.accept(world["second"], by=first, declares=True)
    assert found(crawl(first, world["arguments"], names=names), ALL) >= {TEXT, FILE, ANSWER, SECOND}
    # A later text, which only the admin can write now, is not theirs.
    case = CaseStudy.objects.get(pk=world["case"].pk)
    draft = case.get_latest_revision_as_object()
    draft.background = f"<p>{DRAFT}</p>"
    draft.save_revision(user=moderator)
    assert DRAFT not in found(crawl(first, world["arguments"], names=names), ALL)
    answers.take_back(case, by=member)
    assert found(crawl(first, world["arguments"], names=names), (TEXT, FILE, SECOND)) == set()


def test_authors_read_no_review_before_it_is_decided(agency, member):
    assignment = factories.reading(factories.user(), agency, by=member)
    reviewing.save(
        assignment,
        by=assignment.user,
        scores=dict.fromkeys(rubric.CODES, 2),
        recommendation="accept",
        reasons=REASONS,
        note_to_editor=NOTE,
        comments={"process": COMMENT},
    )
    reviewing.hand_in(assignment, by=assignment.user)
    client = Client()
    client.force_login(member)
    page = client.get(f"/desk/agencies/{agency.slug}/cases/{assignment.round.case.public_id}/review/")
    assert page.status_code == 200
    assert not [word for word in (REASONS, NOTE, COMMENT) if word in page.content.decode()]


def test_letters_to_authors_name_no_reviewer_and_carry_no_note(agency, member, moderator, deliver):
    reader = factories.user(name=NAME)
    assignment = factories.reading(reader, agency, by=member)
    reviewing.save(
        assignment,
        by=reader,
        scores=dict.fromkeys(rubric.CODES, 1),
        recommendation="decline",
        reasons="不够。",
        note_to_editor=NOTE,
        comments={},
    )
    reviewing.hand_in(assignment, by=reader)
    editorial.decide(assignment.round, by=moderator, decision="decline", reason="请以后再来。")
    said = [mail.body + mail.subject for mail in deliver() if mail.to == [member.email]]
    assert said
    assert not [text for text in said if NAME in text or NOTE in text]
    assert timezone.now() > assignment.round.submitted_at
