"""Citations: read back what was written."""

import json
import re
from datetime import date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from casestudies import withdrawal
from casestudies.models import CaseAuthor, CaseStudy
from casestudies.open_data import citation
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    agency = factories.agency(
        legal_name="新邻社工服务中心", name_en="Xinlin Social Work Centre", division=factories.division()
    )
    case = factories.case(
        agency,
        title="初三那年要不要走 {100% & 更多}",
        title_en="Leaving in Ninth Grade",
        abstract="第一行。\n第二行。",
        keywords=["返乡升学", "初三"],
        first_published_at=timezone.make_aware(datetime(2026, 3, 4, 12)),
    )
    for n, name in enumerate(["曾晓棠", "欧阳明远", "Maria Chen", "李华"]):
        CaseAuthor.objects.create(case=case, name=name, position=n)
    return case


def test_gbt_7714_names_three_authors_and_the_dates(case):
    assert citation.gbt7714(case, today=date(2026, 11, 23)) == (
        "曾晓棠, 欧阳明远, CHEN M, 等. 初三那年要不要走 {100% & 更多}[R/OL]. 东莞市: 新邻社工服务中心, "
        f"2026 (2026-03-04)[2026-11-23]. {citation.permanent_url(case)}."
    )


def test_apa_spells_family_names_as_they_are_read(case):
    assert citation.apa(case).startswith(
        "Zeng, X., Ouyang, M., Chen, M., & Li, H. (2026). 初三那年要不要走 {100% & 更多} [Leaving in Ninth Grade]. "
        "Xinlin Social Work Centre. http"
    )


def test_bibtex_keeps_chinese_names_whole_and_its_braces_balance(case):
    text = citation.bibtex(case)

    assert text.startswith(f"@techreport{{zeng2026{case.public_id.hex[:6]},\n")
    fields = dict(re.findall(r"^  (\w+) = \{(.*)\},?$", text, re.M))
    assert fields["author"] == "{曾晓棠} and {欧阳明远} and Maria Chen and {李华}"
    assert fields["title"] == r"{初三那年要不要走 \{100\% \& 更多\}}"
    assert fields["institution"] == "{新邻社工服务中心}"
    assert fields["year"] == "2026"
    bare = re.sub(r"\\[{}]", "", text)
    assert bare.count("{") == bare.count("}")


def test_ris_is_read_back_line_by_line(case):
    lines = citation.ris(case).split("\r\n")
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines[:-1])

    tags: dict[str, list] = {}
    for line in lines[:-1]:
        tags.setdefault(line[:2], []).append(line[6:])
    assert (lines[0], lines[-2], lines[-1]) == ("TY  - RPRT", "ER  - ", "")
    assert tags["AU"] == ["曾晓棠", "欧阳明远", "Chen, Maria", "李华"]
    assert tags["KW"] == ["返乡升学", "初三"]
    assert tags["AB"] == ["第一行。 第二行。"]


def test_csl_json_is_a_report(case):
    (item,) = json.loads(citation.csl_json(case))
    assert (item["type"], item["issued"]) == ("report", {"date-parts": [[2026, 3, 4]]})
    assert item["author"] == [
        {"literal": "曾晓棠"},
        {"literal": "欧阳明远"},
        {"family": "Chen", "given": "Maria"},
        {"literal": "李华"},
    ]


def test_a_case_without_authors_is_its_agencys():
    case = factories.case(factories.agency(legal_name="甲中心", name_en="Centre A"), title="甲")
    assert citation.gbt7714(case).startswith("甲中心. 甲[R/OL]")
    assert citation.apa(case).startswith(f"Centre A. ({timezone.localdate().year}). 甲.")
    assert "{{甲中心}}" in citation.bibtex(case)


@pytest.mark.parametrize("style", citation.STYLES)
def test_each_style_is_a_file_of_its_type(client, case, style):
    response = client.get(reverse("case_citation", args=[case.public_id, style]))

    assert response.status_code == 200
    assert response["Content-Type"] == citation.STYLES[style]
    ending = {"biblatex": "biblatex.bib"}.get(style, style)
    assert (
        response["Content-Disposition"]
        == f'attachment; filename="tongxing-{str(case.public_id)[:8]}.{ending}"'
    )
    assert response.content.decode() == citation.render(case, style)


def test_there_is_no_citation_in_another_style_or_of_a_draft(client, case, agency, member):
    draft = factories.case(agency, live=False)
    client.force_login(member)
    assert client.get(reverse("case_citation", args=[case.public_id, "exe"])).status_code == 404
    assert client.get(reverse("case_citation", args=[draft.public_id, "bib"])).status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_citation_of_a_withdrawn_case_says_so_and_gives_its_text_no_more(client, case, language):
    case.language = language
    case.save()
    withdrawal.withdraw(case, by=factories.moderator(), reason="数据有误。")
    notice = {"zh-hans": "已撤回", "en": "Withdrawn"}[language]
    for style in ("bib", "biblatex", "ris", "json", "txt"):
        answer = client.get(reverse("case_citation", args=[case.public_id, style]))
        assert answer.status_code == 200
        words = answer.content.decode()
        assert notice in words
        assert "第二行" not in words
        if style == "json":
            assert json.loads(words)[0]["status"] == "withdrawn"
    assert "(Withdrawn " in citation.apa(CaseStudy.objects.get(pk=case.pk))
    assert client.get(reverse("case_citation", args=[case.public_id, "datacite.json"])).status_code == 404
    tombstone = client.get(case.get_absolute_url())
    assert tombstone.status_code == 410
    assert notice in tombstone.content.decode()
    assert "cite.ris" in tombstone.content.decode()
