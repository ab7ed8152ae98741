"""A case study to take along: what stands on it, read back by programs that are not ours, and who gets it."""

import io
import re
import zipfile
from datetime import date

import docx
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from docx.oxml.ns import qn
from pypdf import PdfReader

from casestudies import paper, versions, withdrawal
from casestudies.files import attachment, upload
from casestudies.models import CaseAuthor, CaseStudy, DailyCount
from casestudies.open_data import citation
from casestudies.paper.pdf import pdf
from casestudies.paper.word_file import word_file
from casestudies.report import reading
from casestudies.review import submission
from casestudies.usage import counting
from casestudies.writing import authoring
from portal import typesetting
from tests import factories
from tests.casestudies.test_authoring import complete_case

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not typesetting.has_chinese_font(), reason="no Chinese font is installed (fonts-noto-cjk)"
    ),
]
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
SECRET = "没有发表的一句话"
#: Words that would do something if a program took them for its own.
TYPST = (
    '#read("/etc/passwd") $x^2$ *粗* _斜_ `raw` \\ #{ panic() } <label> @ref // 注释 [方] = 题 #sys.inputs'
)
PROCESS = (
    '<h3>第一阶段</h3><p>先<strong>敲门</strong>，再<em>开会</em>，见<a href="https://example.org/a?b=1&amp;c=2">做法</a>。</p>'
    "<ul><li>家访三十四户<ul><li>晚上七点以后</li></ul></li><li>院子里的会</li></ul>"
    '<ol start="3"><li>第三步</li><li>第四步</li></ol><h4>细节</h4><blockquote><p>“没人来。”</p><p>后来都来了。</p></blockquote>'
    "<table><thead><tr><th>周次</th><th>人数</th></tr></thead><tbody><tr><td>1</td><td>22</td></tr></tbody></table>"
)


@pytest.fixture
def case(agency, member, moderator):
    """A published case with one of everything that paper carries."""
    draft = complete_case(
        agency,
        member,
        process=PROCESS,
        background=f"<p>{TYPST.replace('<', '&lt;')}</p>",
        title_en="Two years",
        abstract_en="For the reader who has no Chinese.",
        keywords=["转衔", "家校"],
        people_reached=31,
        evidence_level=2,
        evidence_basis="开始与结束时各测一次。",
        consent=["written"],
        ethics_statement="人名均为化名。",
        division=factories.division(),
        started_on=date(2024, 3, 1),
    )
    picture = upload.examine(io.BytesIO(factories.picture("JPEG", (900, 600))), "照片.jpg")
    attachment.add(draft, picture, by=member, section="process", alt_text="一间教室。", caption="晚课的教室")
    table = upload.examine(io.BytesIO("周,人\n1,22\n".encode()), "数据.csv")
    attachment.add(draft, table, by=member, title="每周人数", licence="CC0-1.0")
    authoring.submit(draft, by=member)
    return submission.approve(draft, by=moderator, comment="早于评审制度", is_waived=True)


def text_of(case) -> CaseStudy:
    return versions.text_of(case.current_version)


def words_of(content: bytes) -> str:
    """The words of a PDF without blanks, which no two readers set alike in Chinese."""
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def word_text(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        root = docx.oxml.parse_xml(package.read("word/document.xml"))
    return "".join(node.text or "" for node in root.iter(qn("w:t")))


def address(case, style="pdf", number=None) -> str:
    if number:
        return reverse("case_version_paper", args=[case.public_id, number, style])
    return reverse("case_paper", args=[case.public_id, style])


def draft_address(case, style="pdf") -> str:
    return reverse("draft_paper", args=[case.agency.slug, case.public_id, style])


FACTS = [
    "两年转衔",
    "Two years",
    "石晓棠",
    "贾明远",
    "摘要。",
    "For the reader who has no Chinese.",
    "转衔",
    "东莞市",
    "2024-03",
    "31",
    "开始与结束时各测一次。",
    "第一阶段",
    "敲门",
    "家访三十四户",
    "晚上七点以后",
    "“没人来。”",
    "周次",
    "22",
    "晚课的教室",
    "每周人数",
    "人名均为化名。",
    "https://creativecommons.org/licenses/by/4.0/",
]


@pytest.mark.parametrize("style", ["pdf", "docx"])
def test_all_facts_of_the_page_are_on_the_paper(case, style):
    text = text_of(case)
    said = words_of(pdf(paper.of(text))) if style == "pdf" else word_text(word_file(paper.of(text)))
    said = "".join(said.split())
    for fact in [*FACTS, case.agency.legal_name, citation.permanent_url(case) + "v1/", *TYPST.split()]:
        assert "".join(fact.split()) in said, fact
    day = timezone.localdate(case.current_version.published_at)
    assert "".join(citation.gbt7714(text, today=day).split()) in said
    assert "".join(citation.apa(text).split()) in said


def test_the_pdf_is_tagged_archived_described_and_has_bookmarks(case):
    content = pdf(paper.of(text_of(case)))
    reader = PdfReader(io.BytesIO(content))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "zh-CN"
    xmp = reader.xmp_metadata.rdf_root.toxml()
    assert re.search(r"pdfaid:part[^0-9]+2", xmp)
    assert re.search(r"pdfuaid:part[^0-9]+1", xmp)
    assert (reader.metadata.title, reader.metadata.author.split(", ")[:2]) == (
        "两年转衔",
        ["石晓棠", "贾明远"],
    )
    bookmarks = [one.title for one in reader.outline if not isinstance(one, list)]
    sections = [str(section["title"]) for section in text_of(case).sections]
    assert [title for title in bookmarks if title in sections] == sections
    assert b"/Alt" in content or "一间教室。" in alternatives(reader)
    assert all(font_is_inside(page) for page in reader.pages)


def alternatives(reader: PdfReader) -> list[str]:
    """The words that stand for pictures."""
    objects = (reader.get_object(number) for number in range(1, reader.trailer["/Size"]))
    return [str(one["/Alt"]) for one in objects if isinstance(one, dict) and "/Alt" in one]


def font_is_inside(page) -> bool:
    for font in page["/Resources"].get("/Font", {}).values():
        inner = font.get_object()
        inner = inner["/DescendantFonts"][0].get_object() if "/DescendantFonts" in inner else inner
        described = inner["/FontDescriptor"].get_object()
        if not any(key.startswith("/FontFile") for key in described):
            return False
    return True


def test_a_word_file_has_headings_properties_and_words_for_its_pictures(case):
    document = docx.Document(io.BytesIO(word_file(paper.of(text_of(case)))))
    headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    sections = [str(section["title"]) for section in text_of(case).sections]
    assert [title for title in headings if title in sections] == sections
    properties = document.core_properties
    assert (properties.title, properties.author, properties.language) == (
        "两年转衔",
        "石晓棠; 贾明远",
        "zh-CN",
    )
    assert properties.last_modified_by == ""
    assert "python" not in (properties.comments + properties.author).lower()
    assert [shape._inline.docPr.get("descr") for shape in document.inline_shapes] == ["一间教室。"]
    assert document.styles["Normal"].element.rPr.rFonts.get(qn("w:eastAsia")) == "宋体"
    assert document.tables[0].rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_the_word_file_comes_back_as_the_same_sections(case):
    text = text_of(case)
    text.attachments.set([])
    fields = reading.read("x.docx", word_file(paper.of(text))).fields()
    assert (fields["title"], fields["abstract"], fields["keywords"]) == (
        text.title,
        text.abstract,
        text.keywords,
    )
    for name in CaseStudy.SECTIONS:
        assert fields.get(name, "") == getattr(text, name), name


def test_every_case_section_has_a_title_that_finds_it_again(case):
    from casestudies.report import headings

    for language in ("zh-hans", "en"):
        with override(language):
            for name in CaseStudy.SECTIONS:
                assert headings.field_of(CaseStudy.section_title(name)) == name


def test_words_of_authors_are_never_read_as_typst(agency):
    case = factories.case(
        agency, title=TYPST, abstract=TYPST, keywords=[TYPST[:40]], background=f"<p>{TYPST}</p>"
    )
    CaseAuthor.objects.create(case=case, name=TYPST[:80])
    said = words_of(pdf(paper.of(case)))
    assert '#read("/etc/passwd")' in said
    assert "root:" not in said


def test_a_character_without_a_glyph_is_shown_as_one_and_the_rest_is_there(agency):
    case = factories.case(agency, background="<p>前\ue000后\U00031360完</p>")
    said = words_of(pdf(paper.of(case)))
    assert re.search("前(〓|\ue000)后(〓|\U00031360)完", said)


def test_strange_markup_makes_a_paper_all_the_same(agency):
    html = (
        "<h4>先小后大</h4><h3></h3><ul></ul><ol start='99999999999'><li></li><li><p>甲</p><p>乙</p></li></ol><table></table>"
        "<table><tr><td>一</td></tr><tr><td>二</td><td><ul><li>三</li></ul></td></tr></table><blockquote></blockquote>"
        "<p><a href='https://例え.example/%%zz'>连</a><br><br></p>"
        + "<blockquote>" * 30
        + "深"
        + "</blockquote>" * 30
    )
    case = factories.case(agency, process=html, abstract="", title="长" * 200)
    paper_of_it = paper.of(CaseStudy.objects.get(pk=case.pk))
    assert "深" in words_of(pdf(paper_of_it))
    assert "三" in word_text(word_file(paper_of_it))


@pytest.mark.parametrize("style", ["pdf", "docx"])
def test_the_same_version_gives_the_same_bytes_whatever_the_reader_speaks(client, case, style):
    first = client.get(address(case, style, 1)).content
    cache.clear()
    with override("en"):
        english = reverse("case_version_paper", args=[case.public_id, 1, style])
    assert client.get(english).content == first
    assert first == client.get(address(case, style)).content


def test_a_version_address_gives_that_version(client, case, member, moderator):
    authoring.save_draft(case, by=member, title="三年转衔")
    authoring.submit(case, by=member)
    submission.approve(case, by=moderator, comment="早于评审制度", is_waived=True)
    authoring.save_draft(case, by=member, title=SECRET, reflection=f"<p>{SECRET}</p>")

    first, second, newest = (words_of(client.get(address(case, number=n)).content) for n in (1, 2, None))
    assert "两年转衔" in first
    assert "三年转衔" not in first
    assert "第1版" in first
    assert "三年转衔" in second
    assert second == newest
    assert SECRET not in first + second
    assert client.get(address(case, number=3)).status_code == 404


def test_a_file_of_the_draft_is_not_on_a_published_paper(client, case, member):
    attachment.add(
        case, upload.examine(io.BytesIO(b"x,2\n"), f"{SECRET}.csv"), by=member, title=SECRET, caption=SECRET
    )
    assert SECRET not in words_of(client.get(address(case)).content)
    assert SECRET not in word_text(client.get(address(case, "docx")).content)


def test_names_of_accounts_and_addresses_are_on_no_paper(client, case, member):
    package = zipfile.ZipFile(io.BytesIO(client.get(address(case, "docx")).content))
    everything = b"".join(package.read(name) for name in package.namelist())
    assert member.email.encode() not in everything
    assert member.name.encode() not in everything
    assert {one.date_time for one in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert not any("thumbnail" in name or name.endswith("app.xml") for name in package.namelist())


# -- Who gets it ------------------------------------------------------------------------------------------------------


def test_everybody_takes_along_what_is_published_and_nobody_a_draft(client, case, agency, member, stranger):
    draft = complete_case(agency, member)
    page = client.get(case.get_absolute_url()).text
    assert address(case) in page
    assert address(case, "docx") in page
    for style in ("pdf", "docx"):
        assert client.get(address(case, style)).status_code == 200
        assert client.get(address(draft, style)).status_code == 404
        assert client.get(address(draft, style, 1)).status_code == 404
        client.force_login(stranger)
        assert client.get(draft_address(draft, style)).status_code == 404
        client.logout()
    assert client.get(address(case, "exe")).status_code == 404


def test_the_writers_get_their_draft_marked_as_one(client, case, member):
    authoring.save_draft(case, by=member, reflection=f"<p>{SECRET}</p>")
    client.force_login(member)
    assert (
        draft_address(case, "docx")
        in client.get(reverse("edit_case", args=[case.agency.slug, case.public_id])).text
    )
    answer = client.get(draft_address(case))
    assert answer["Cache-Control"] == "private, no-store"
    said = words_of(answer.content)
    assert SECRET in said
    assert "GB/T" not in said
    with override("zh-hans"):
        mark = paper.of(authoring.draft_of(case), is_draft=True).words["draft_mark"]
    pages = PdfReader(io.BytesIO(answer.content)).pages
    assert all("".join(mark.split()) in "".join(page.extract_text().split()) for page in pages)
    assert (
        mark
        in docx.Document(io.BytesIO(client.get(draft_address(case, "docx")).content))
        .sections[0]
        .header.paragraphs[0]
        .text
    )


def test_what_may_only_be_read_here_is_not_handed_out(client, agency):
    case = factories.case(agency, licence="read-only")
    assert client.get(address(case)).status_code == 404
    page = client.get(case.get_absolute_url()).text
    assert "text.pdf" not in page
    assert "text.pdf" in client.get(factories.case(agency).get_absolute_url()).text


def test_what_was_withdrawn_leaves_its_tombstone(client, case, moderator):
    withdrawal.withdraw(case, by=moderator, reason="数据有误。")
    assert [client.get(address(case, number=n)).status_code for n in (None, 1)] == [410, 410]


def test_readers_count_and_robots_and_what_is_known_already_do_not(client, case):
    client.get(address(case), headers={"user-agent": "Googlebot/2.1"})
    client.head(address(case), headers=BROWSER)
    answer = client.get(address(case), headers=BROWSER)
    client.get(address(case, "docx"), headers=BROWSER)  # within half a minute
    assert client.get(address(case), headers={**BROWSER, "if-none-match": answer["ETag"]}).status_code == 304
    counting.write()
    counts = DailyCount.objects.filter(case=case)
    assert [(one.kind, one.number) for one in counts] == [("download", 1)]


def test_without_a_chinese_font_there_is_a_sentence(client, case, monkeypatch):
    monkeypatch.setattr(typesetting, "CHINESE_FONTS", ("No Such Font",))
    answer = client.get(address(case), follow=True)
    assert answer.redirect_chain[0][0] == case.get_absolute_url()
    assert list(answer.context["messages"])


def test_the_pdf_is_told_to_search_engines_and_harvesters(client, case):
    page = client.get(case.get_absolute_url())
    assert re.search(r'name="citation_pdf_url" content="[^"]+/text\.pdf"', page.text)
    assert re.search(r'text\.pdf>; rel="item"; type="application/pdf"', page["Link"])


def test_the_number_of_pictures_costs_no_query(case, member):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        text = versions.text_of(CaseStudy.objects.get(pk=case.pk).versions.select_related("revision").first())
        with CaptureQueriesContext(connection) as caught:
            paper.of(text)
        return [one["sql"][:300] for one in caught]

    before = queries()
    for _n in range(3):
        attachment.add(
            case, upload.examine(SimpleUploadedFile("b.png", factories.picture()), "b.png"), by=member
        )
    CaseStudy.objects.get(pk=case.pk).latest_revision.publish()
    after = queries()
    assert len(after) == len(before), set(after) - set(before)
