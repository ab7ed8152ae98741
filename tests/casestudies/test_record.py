"""The record: what it holds, what it asks for, and how the reading page shows it."""

import tomllib

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override

from casestudies.demo import DATA, record
from casestudies.models import CaseAuthor, CaseStudy
from casestudies.writing import authoring, completeness, keywords
from casestudies.writing.people import Author, account_of
from portal.models import Topic
from tests import factories
from tests.casestudies.test_authoring import complete_case
from tests.casestudies.test_console import filled_in, page

pytestmark = pytest.mark.django_db


def topics(*codes):
    return list(Topic.objects.filter(code__in=codes))


@pytest.mark.parametrize(("language", "second"), [("zh-hans", "en"), ("en", "zh-hans")])
def test_title_and_abstract_have_a_second_language_in_both_directions(language, second):
    case = factories.case(language=language, title="原文", title_en="English", title_zh="中文")
    assert (case.second_title.language, case.second_title) == (
        second,
        "English" if second == "en" else "中文",
    )
    with override(second):
        assert case.display_title == case.second_title
    with override(language):
        assert case.display_title == "原文"


def test_children_under_14_need_a_guardian_and_the_case_says_so(agency, member):
    case = complete_case(agency, member, has_children_under_14=True, consent=["written"])
    assert len(authoring.missing(authoring.draft_of(case))) == 1
    authoring.save_draft(case, by=member, consent=["written", "guardian"])
    assert authoring.missing(authoring.draft_of(case)) == []

    authoring.save_draft(
        case, by=member, has_children_under_14=False, consent=[], topics=topics("age:7-12", "pop:women")
    )
    assert len(authoring.missing(authoring.draft_of(case))) == 1


def test_what_goes_on_has_no_end():
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.case(work_status="ongoing", ended_on="2024-01-01")


def test_completeness_grows_from_a_title_to_all_of_it(agency, member):
    assert completeness.of(CaseStudy(title="甲", agency=agency)).percent < 10
    case = complete_case(agency, member)
    some = completeness.of(authoring.draft_of(case)).percent
    entry = {"title": "甲", "language": "zh-hans", "record_type": "group", "evidence_level": 2, "agency": "a"}
    entry |= {
        "topics": ["pop:women", "mth:group"],
        "authors": [{"name": "欧阳兰", "role": "researcher"}],
        "partners": [],
    }
    codes = {topic.code: topic for topic in Topic.objects.all()}
    authoring.save_draft(
        case,
        by=member,
        **record.fields(entry, codes, {"a": agency}),
        **dict.fromkeys(["needs_assessment", "aims", "what_did_not_work", "transferability"], "<p>有</p>"),
        division=factories.division(),
        started_on="2024-01-01",
        people_reached=0,
        keywords=["甲"],
        title_en="A",
    )
    whole = completeness.of(CaseStudy.objects.get(pk=case.pk))
    assert some < 75
    assert (whole.percent, whole.steps) == (100, [])


def test_every_sample_has_a_whole_record():
    codes = {topic.code: topic for topic in Topic.objects.all()}
    for file in DATA.glob("*.toml"):
        entry = tomllib.loads(file.read_text(encoding="utf-8"))
        agencies = {key: factories.agency() for key in [entry["agency"], *entry["partners"]]}
        fields = record.fields(entry, codes, agencies)
        assert fields["consent"]
        assert fields["evidence_basis"]
        assert all(author.name_en for author in fields["authors"])


def test_suggested_keywords_come_from_topics_and_their_synonyms_and_never_repeat(agency, member):
    case = complete_case(agency, member, keywords=["流动儿童"])
    words = keywords.suggested(authoring.draft_of(case))
    assert "随迁子女" in words
    assert "流动儿童" not in words
    assert len(words) == len(set(words)) <= keywords.MOST


def test_an_account_is_found_by_a_name_that_only_one_colleague_has(agency, member):
    case = factories.case(agency)
    twins = [factories.member_of(agency, name="王芳") for _n in range(2)]
    factories.user(name="外人")
    assert account_of(member.name, case) == member
    assert account_of("王芳", case) is None
    assert account_of("外人", case) is None
    twins[0].memberships.update(status="left")
    assert account_of("王芳", case) == twins[1]


def test_the_form_takes_the_whole_record(client, agency, member):
    case = authoring.start_case(agency, by=member, title="甲", language="en")
    client.force_login(member)
    response = client.post(
        page(case),
        filled_in(
            case,
            language="en",
            title_zh="夜校",
            abstract_zh="摘要",
            translation="human",
            work_status="ongoing",
            sessions_held="12",
            service_hours="30",
            cost_band="under-10k",
            evidence_basis="签到表",
            maturity="exploring",
            participation="co-designed",
            consent=["written", "guardian"],
            has_children_under_14="on",
            topics_set=["set:school"],
            topics_fund=["fund:self"],
            research_partners="",
            **{
                "authors-0-name_en": "Xiaotang Shi",
                "authors-0-orcid": "https://orcid.org/0000-0002-1825-0097",
                "authors-0-agency_name": "岭海大学",
            },
        ),
    )
    assert response.status_code == 302
    draft = authoring.draft_of(case)
    [author] = draft.authors.all()
    assert (author.orcid, author.name_en, author.agency_name) == (
        "0000-0002-1825-0097",
        "Xiaotang Shi",
        "岭海大学",
    )
    assert (draft.title_zh, draft.cost_band, draft.sessions_held, draft.consent) == (
        "夜校",
        "under-10k",
        12,
        ["written", "guardian"],
    )
    assert {topic.code for topic in draft.topics.all()} == {"set:school", "fund:self"}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("authors-0-orcid", "0000-0002-1825-0098"),
        ("consent", ["not-applicable", "written"]),
        ("consent", ["king"]),
        ("sessions_held", "9" * 12),
        ("work_status", "never"),
        ("seen", "x" * 9000),
    ],
)
def test_nonsense_is_refused_beside_its_field(client, agency, member, field, typed):
    case = authoring.start_case(agency, by=member, title="甲")
    client.force_login(member)
    response = client.post(page(case), filled_in(case, process="写了很久", **{field: typed}))
    assert response.status_code == 200
    assert "写了很久" in response.content.decode()
    assert authoring.draft_of(case).process == ""


@pytest.mark.parametrize("seen", ["{", "[]", '{"process": 3}', "[" * 5000, '{"process": null}', "0"])
def test_fingerprints_that_are_none_do_no_harm(client, agency, member, seen):
    case = authoring.start_case(agency, by=member, title="甲")
    client.force_login(member)
    assert client.post(page(case), filled_in(case, process="新", seen=seen)).status_code == 302
    assert authoring.draft_of(case).process == "<p>新</p>"


def test_the_reading_page_shows_the_whole_record_and_only_what_is_known(client, agency):
    case = factories.case(
        agency,
        title_en="A Night School",
        evidence_basis="签到表一百二十份",
        volunteers_involved=0,
        cost_band="under-10k",
        participation_note="母亲们定了时间",
        consent=["oral"],
        ethics_statement="名字都改了",
        funding_note="某某基金会",
    )
    CaseAuthor.objects.create(
        case=case, name="石晓棠", name_en="Xiaotang Shi", orcid="0000-0002-1825-0097", agency_name="岭海大学"
    )
    case.topics.set(topics("fund:lottery", "set:school"))
    case.save()

    text = client.get(reverse("case", args=[case.public_id])).content.decode()

    for words in (
        "签到表一百二十份",
        "母亲们定了时间",
        "名字都改了",
        "某某基金会",
        "福彩公益金",
        "https://orcid.org/0000-0002-1825-0097",
        "岭海大学",
        "A Night School",
    ):
        assert words in text
    facts = dict(client.get(reverse("case", args=[case.public_id])).context["facts"])
    assert "0" in facts.values()
    assert len(facts) == 2

    bare = factories.case(agency)
    response = client.get(reverse("case", args=[bare.public_id]))
    assert response.context["facts"] == []
    assert 'id="ethics"' not in response.content.decode()


def test_an_author_of_the_record_is_kept_with_the_account(agency, member):
    case = authoring.start_case(agency, by=member, title="甲", authors=[Author(member.name, user=member)])
    member.delete()
    assert authoring.draft_of(case).authors.all()[0].user is None
