"""The member console for case studies, through the browser's eyes."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from casestudies.models import CaseStudy
from casestudies.open_data import datacite
from casestudies.review import submission
from casestudies.writing import authoring
from orgs.models import Agency
from tests import factories
from tests.casestudies.test_authoring import complete_case
from tests.casestudies.test_report import a_report, word_file

pytestmark = pytest.mark.django_db


def page(case, name="edit_case"):
    return reverse(name, args=[case.agency.slug, case.public_id])


def filled_in(case, **fields) -> dict:
    """What a browser sends for the form of this case, with some fields typed."""
    draft = authoring.draft_of(case)
    return {
        "title": draft.title,
        "kind": "project",
        "language": "zh-hans",
        "evidence_level": "0",
        "licence": "CC-BY-4.0",
        "abstract": draft.abstract,
        "began_from": str(draft.latest_revision_id),
        "authors-TOTAL_FORMS": "2",
        "authors-INITIAL_FORMS": "0",
        "authors-0-name": "石晓棠",
        "authors-0-role": "researcher",
        "authors-1-name": "",
        **fields,
    }


@pytest.fixture
def case(agency, member):
    return authoring.start_case(agency, by=member, title="两年转衔")


def test_funders_of_the_directory_are_named_in_the_form_and_told_to_harvesters(client, case, member):
    funder = factories.agency(legal_name="同路基金会", status="listed")
    client.force_login(member)
    client.post(page(case), filled_in(case, funders="同路基金会", then="save"))
    draft = authoring.draft_of(case)
    assert [(row.agency, row.role) for row in draft.partners.all()] == [(funder, "funder")]
    assert "同路基金会" in client.get(page(case)).content.decode()
    assert datacite.attributes(draft)["fundingReferences"] == [{"funderName": "同路基金会"}]
    client.post(page(case), filled_in(case, funders="", then="save"))
    assert not authoring.draft_of(case).partners.exists()


def test_a_title_is_enough_to_begin(client, agency, member):
    client.force_login(member)

    response = client.post(
        reverse("create_case", args=[agency.slug]), {"title": "甲", "kind": "group", "language": "zh-hans"}
    )

    case = CaseStudy.objects.get()
    assert (response.url, case.title, case.live, case.created_by) == (page(case), "甲", False, member)
    assert [author.name for author in case.authors.all()] == [member.name]


def test_a_word_report_becomes_a_draft_and_the_page_says_what_went_where(client, agency, member):
    client.force_login(member)
    file = SimpleUploadedFile("报告.docx", word_file(a_report))

    response = client.post(reverse("import_case", args=[agency.slug]), {"file": file}, follow=True)

    text = response.content.decode()
    case = CaseStudy.objects.get()
    assert response.redirect_chain == [(page(case) + "report/", 302)]
    assert "案例背景 → " in text
    assert "媒体报道" in text
    assert case.process.startswith("<ul><li>家访</li>")


@pytest.mark.parametrize("content", [b"MZ\x90\x00", b"PK\x03\x04 broken", b"%PDF-1.4", b"\x00\x00"])
def test_a_bad_upload_is_refused_beside_the_field(client, agency, member, content):
    client.force_login(member)
    response = client.post(
        reverse("import_case", args=[agency.slug]), {"file": SimpleUploadedFile("报告.docx", content)}
    )
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["file"]
    assert not CaseStudy.objects.exists()


def test_writing_saves_everything_that_was_typed(client, case, member):
    partner = factories.agency(legal_name="河南返乡青年中心")
    division = factories.division()
    client.force_login(member)

    response = client.post(
        page(case),
        filled_in(
            case,
            background="第一段\n\n- **甲**\n- 乙",
            keywords="返乡，初三、 转衔",
            partners="河南返乡青年中心\n",
            division="东莞市",
            started_on="2022-09-01",
            topics_pop=["pop:children"],
        ),
    )

    assert response.url == page(case)
    draft = authoring.draft_of(case)
    assert draft.background == "<p>第一段</p>\n<ul>\n<li><strong>甲</strong></li>\n<li>乙</li>\n</ul>"
    assert draft.keywords == ["返乡", "初三", "转衔"]
    assert [one.agency for one in draft.partners.all()] == [partner]
    assert (draft.division, str(draft.started_on)) == (division, "2022-09-01")
    assert [topic.code for topic in draft.topics.all()] == ["pop:children"]
    assert [(author.name, author.role) for author in draft.authors.all()] == [("石晓棠", "researcher")]


def test_a_section_nobody_touched_keeps_every_letter(client, agency, member):
    html = "<p>甲 <strong>乙</strong></p><table><tbody><tr><td>丙</td></tr></tbody></table>"
    case = authoring.start_case(agency, by=member, title="甲", background=html)
    client.force_login(member)
    form = client.get(page(case)).context["form"]

    client.post(page(case), filled_in(case, background=form["background"].value().replace("\n", "\r\n")))

    assert authoring.draft_of(case).background == html


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("title", ""),
        ("title", "长" * 400),
        ("title", "零\x00"),
        ("background", "零\x00"),
        ("background", "长" * 250_000),
        ("people_reached", "-3"),
        ("people_reached", "9" * 30),
        ("started_on", "2022-02-30"),
        ("ended_on", "2001-01-01"),
        ("division", "无何有之乡"),
        ("partners", "无此机构"),
        ("keywords", ",".join(map(str, range(20)))),
        ("kind", "poem"),
        ("evidence_level", "9"),
        ("topics_pop", "99999999999999999999"),
        ("topics_pop", "pop:none"),
        ("topics_pop", "svc:rights"),
        ("began_from", "x"),
        ("authors-0-name", "长" * 100),
        ("authors-0-role", "king"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(client, case, member, field, typed):
    client.force_login(member)
    before = case.latest_revision_id

    response = client.post(
        page(case), filled_in(case, **{"started_on": "2022-09-01", "process": "写了很久", field: typed})
    )

    assert response.status_code == 200
    assert "写了很久" in response.content.decode()
    assert CaseStudy.objects.get(pk=case.pk).latest_revision_id == before


def test_a_broken_list_of_authors_is_no_accident(client, case, member):
    client.force_login(member)
    for total in ("", "x", "-1", "1000000000000", "9"):
        assert client.post(page(case), filled_in(case, **{"authors-TOTAL_FORMS": total})).status_code in (
            200,
            302,
        )


def test_two_writers_see_both_versions_and_lose_nothing(client, case, agency, member):
    began = filled_in(case, abstract="我写的摘要", process="我写的过程")
    authoring.save_draft(case, by=factories.member_of(agency), abstract="别人存的摘要")
    client.force_login(member)

    response = client.post(page(case), began)

    text = response.content.decode()
    assert "别人存的摘要" in [field["words"] for field in response.context["theirs"]]
    assert "别人存的摘要" in text
    assert "我写的摘要" in text
    assert "我写的过程" in text
    assert authoring.draft_of(case).abstract == "别人存的摘要"

    again = {**began, "began_from": response.context["form"].data["began_from"]}
    client.post(page(case), again)
    assert authoring.draft_of(case).abstract == "我写的摘要"


def test_submitting_an_unfinished_case_saves_it_and_says_what_is_missing(client, case, member):
    client.force_login(member)
    response = client.post(page(case), filled_in(case, process="过程", then="submit"), follow=True)
    assert response.context["missing"]
    assert authoring.draft_of(case).process == "<p>过程</p>"
    assert not authoring.is_in_review(case)


def test_a_finished_case_is_handed_in_and_then_locked(client, agency, member):
    case = complete_case(agency, member)
    client.force_login(member)

    assert client.post(page(case, "submit_case")).url == reverse("desk")

    assert authoring.is_in_review(case)
    assert client.get(page(case)).context["is_in_review"]
    client.post(page(case), filled_in(case, title="偷偷改"))
    assert authoring.draft_of(case).title == "两年转衔"


def test_an_agency_that_is_not_listed_writes_but_does_not_submit(client, member, agency):
    case = complete_case(agency, member)
    Agency.objects.update(status=Agency.Status.DRAFT)
    client.force_login(member)
    assert client.get(page(case)).status_code == 200
    client.post(page(case, "submit_case"))
    assert not authoring.is_in_review(case)


def test_the_comment_of_the_reviewers_stands_on_form_and_desk(client, agency, member, moderator):
    case = complete_case(agency, member)
    authoring.submit(case, by=member)
    submission.send_back(case, by=moderator, comment="请写清楚人数。")
    client.force_login(member)
    assert "请写清楚人数。" in client.get(page(case)).content.decode()
    assert "请写清楚人数。" in client.get(reverse("desk")).content.decode()


def test_submitting_is_a_post(client, case, member):
    client.force_login(member)
    assert client.get(page(case, "submit_case")).status_code == 405


@pytest.mark.parametrize("name", ["edit_case", "preview_case", "submit_case"])
def test_other_agencies_and_visitors_find_nothing(client, case, stranger, member, name):
    own = stranger.memberships.get().agency
    assert client.post(page(case, name)).url.startswith(reverse("account_login"))
    client.force_login(stranger)
    addresses = [
        page(case, name),
        reverse(name, args=[own.slug, case.public_id]),
        reverse(name, args=["none", uuid.uuid4()]),
    ]
    for address in addresses:
        response = client.post(address) if name == "submit_case" else client.get(address)
        assert response.status_code == 404
        assert "两年转衔" not in response.content.decode()


@pytest.mark.parametrize("name", ["create_case", "import_case"])
def test_nobody_writes_in_another_agencys_name(client, agency, stranger, name):
    client.force_login(stranger)
    assert client.post(reverse(name, args=[agency.slug]), {"title": "甲"}).status_code == 404
    assert not CaseStudy.objects.exists()


def test_who_left_the_agency_has_no_way_back(client, case, member):
    client.force_login(member)
    member.memberships.update(status="left")
    assert client.get(page(case)).status_code == 404
