"""The gate before submission and publication: what blocks, what is decided, what the log keeps, and who signs."""

import tomllib

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from casestudies.deidentify import check, replacing
from casestudies.demo import DATA
from casestudies.models import CaseAuthor, CaseStudy, DeidentificationDecision, DeidentificationStatement
from casestudies.review import submission
from casestudies.rich_text import from_markdown
from casestudies.writing import authoring
from tests import factories
from tests.casestudies.test_authoring import complete_case

pytestmark = pytest.mark.django_db

MOBILE, NAME = "13826543219", "周小梅"
TEXT = f"<p>案主{NAME}的手机是{MOBILE}。</p><p>{NAME}说她不怕。</p>"


def seen(case):
    return check.check(authoring.draft_of(case))


def passage(case, words):
    return next(one for one in seen(case).passages if one.first.text == words)


def test_certain_ones_block_and_doubtful_ones_need_a_decision(agency, member):
    case = complete_case(agency, member, background=TEXT)

    with pytest.raises(authoring.Exposing):
        authoring.submit(case, by=member)
    replacing.replace(case, passage(case, MOBILE), by=member)
    with pytest.raises(authoring.Exposing):
        authoring.submit(case, by=member)
    check.keep(case, passage(case, NAME), by=member, reason="她的笔名，她同意")
    authoring.submit(case, by=member)

    [signed] = DeidentificationStatement.objects.all()
    assert (signed.signed_by, signed.kept, signed.case_id) == (member, 1, case.pk)


def test_a_replacement_is_written_everywhere(agency, member):
    case = complete_case(
        agency, member, background=TEXT, abstract=f"案主{NAME}的故事。", keywords=[f"案主{NAME}"]
    )

    replacing.replace(case, passage(case, NAME), by=member)

    draft = authoring.draft_of(case)
    assert draft.background == f"<p>案主周某的手机是{MOBILE}。</p><p>周某说她不怕。</p>"
    assert (draft.abstract, draft.keywords) == ("案主周某的故事。", ["案主周某"])


def test_a_decision_holds_as_long_as_the_same_words_stand_there(agency, member):
    case = complete_case(agency, member, background=f"<p>案主{NAME}来了。</p>")
    check.keep(case, passage(case, NAME), by=member, reason="笔名")
    authoring.save_draft(case, by=member, background=f"<p>第二天，案主{NAME}又来了。</p>")
    assert seen(case).is_passed

    authoring.save_draft(case, by=member, background="<p>案主周小兰来了。</p>")
    assert not seen(case).is_passed


def test_the_log_keeps_no_words_and_is_never_changed(agency, member):
    case = complete_case(agency, member, background=TEXT)
    replacing.replace(case, passage(case, MOBILE), by=member)
    with pytest.raises(check.DecisionRefused):
        check.keep(case, passage(case, NAME), by=member, reason=f"{NAME}同意")
    check.keep(case, passage(case, NAME), by=member, reason="同意")

    rows = list(DeidentificationDecision.objects.values())
    assert {row["decision"] for row in rows} == {"replace", "keep"}
    assert MOBILE not in str(rows)
    assert NAME not in str(rows)
    with pytest.raises(TypeError):
        DeidentificationDecision.objects.first().save()


def test_certain_ones_cannot_be_kept_and_doubtful_ones_not_without_a_reason(agency, member):
    case = complete_case(agency, member, background=TEXT)

    with pytest.raises(check.DecisionRefused):
        check.keep(case, passage(case, MOBILE), by=member, reason="他同意")
    with pytest.raises(check.DecisionRefused):
        check.keep(case, passage(case, NAME), by=member, reason=" \x00 ")
    with pytest.raises(IntegrityError), transaction.atomic():
        check.log(case, passage(case, NAME), "keep", by=member)


def test_every_field_of_words_is_checked(agency, member):
    for name in check.FIELDS:
        value = [MOBILE] if name == "keywords" else f"电话{MOBILE}"
        draft = CaseStudy(agency=agency, title="甲")
        setattr(draft, name, value)
        assert [one.first.field for one in check.check(draft).certain] == [name]


def test_nobody_publishes_what_gives_somebody_away(agency, member):
    case = complete_case(agency, member)
    authoring.submit(case, by=member)
    draft = authoring.draft_of(case)
    draft.background = TEXT
    revision = draft.save_revision()

    with pytest.raises(check.Identifiable), transaction.atomic():
        revision.publish()
    with pytest.raises(authoring.Exposing):
        submission.approve(case, by=factories.moderator(), comment="急", is_waived=True)

    assert not CaseStudy.objects.get(pk=case.pk).live


def test_the_admin_says_why_it_does_not_publish(agency, member, client):
    case = complete_case(agency, member)
    authoring.submit(case, by=member)
    draft = authoring.draft_of(case)
    draft.background = TEXT
    draft.save_revision()
    state = CaseStudy.objects.get(pk=case.pk).current_workflow_task_state
    client.force_login(factories.moderator())

    address = reverse(
        CaseStudy.snippet_viewset.get_url_name("workflow_action"), args=[case.pk, "approve", state.pk]
    )
    assert client.post(address, {"comment": ""}).status_code == 302
    assert not CaseStudy.objects.get(pk=case.pk).live


def test_the_page_lists_each_in_its_sentence_and_one_press_replaces(agency, member, client):
    case = complete_case(agency, member, background=TEXT)
    client.force_login(member)
    address = reverse("check_case", args=[agency.slug, case.public_id])

    page = client.get(address).content.decode()
    assert f"<mark>{MOBILE}</mark>" in page
    assert f"<mark>{NAME}</mark>" in page
    client.post(address, {"passage": passage(case, MOBILE).fingerprint, "decision": "replace"})
    client.post(address, {"passage": passage(case, NAME).fingerprint, "decision": "keep", "reason": "笔名"})

    assert seen(case).is_passed
    assert reverse("submit_case", args=[agency.slug, case.public_id]) in client.get(address).content.decode()


@pytest.mark.parametrize("nonsense", [{}, {"passage": "\x00"}, {"passage": "a" * 5000, "decision": "keep"}])
def test_nonsense_changes_nothing(agency, member, client, nonsense):
    case = complete_case(agency, member, background=TEXT)
    client.force_login(member)
    address = reverse("check_case", args=[agency.slug, case.public_id])

    assert client.post(address, nonsense).status_code == 302
    assert not DeidentificationDecision.objects.exists()


def test_words_that_are_partly_bold_are_left_to_the_author(agency, member):
    case = complete_case(agency, member, background="<p>手机是<strong>138</strong>26543219。</p>")

    with pytest.raises(check.DecisionRefused):
        replacing.replace(case, passage(case, MOBILE), by=member)
    assert not DeidentificationDecision.objects.exists()


def test_authors_and_agencies_are_not_findings(agency, member):
    case = complete_case(agency, member, background=f"<p>社工石晓棠在{agency.legal_name}工作。</p>")

    assert seen(case).is_passed


def test_a_pseudonym_explained_in_one_section_holds_in_all(agency, member):
    case = complete_case(
        agency, member, background="<p>阿珍（化名）来自毕节。</p>", process="<p>隔壁的阿珍帮她看孩子。</p>"
    )
    assert seen(case).is_passed

    authoring.save_draft(case, by=member, background="<p>她来自毕节。</p>")
    assert [one.first.field for one in seen(case).undecided] == ["process"]


def test_the_cases_of_the_demo_world_pass_as_they_are_written(agency, member):
    for file in sorted(DATA.glob("*.toml")):
        entry = tomllib.loads(file.read_text(encoding="utf-8"))
        draft = CaseStudy(
            agency=agency,
            **{name: entry.get(name, "") for name in ("title", "title_en", "abstract", "abstract_en")},
            keywords=entry["keywords"],
            **{name: from_markdown(text) for name, text in entry["sections"].items()},
        )
        draft.authors = [CaseAuthor(name=author["name"]) for author in entry["authors"]]
        assert check.check(draft).passages == [], file.name
