"""Reading reports: what a file is, its bytes say; headings find their section; nothing that was written is lost."""

import io
import zipfile
from pathlib import Path

import docx
import pytest

from casestudies import rich_text
from casestudies.report.headings import field_of, looks_like
from casestudies.report.reading import Unreadable, read
from tests.given import given


def word_file(build=None, **parts) -> bytes:
    """A Word file made by `build(document)`, with more parts put into the package."""
    document = docx.Document()
    if build:
        build(document)
    file = io.BytesIO()
    document.save(file)
    with zipfile.ZipFile(file, "a") as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_bin", ".bin"), content)
    return file.getvalue()


def a_report(document):
    document.add_heading("两年转衔", 0)
    document.add_paragraph("摘要：陪三十一名学生走过两年。")
    document.add_heading("一、案例背景", 1)
    document.add_paragraph("老师把这件事叫").add_run("“初二现象”").bold = True
    document.add_heading("（一）家庭", 2)
    document.add_paragraph("父母在外。")
    document.add_heading("三、介入过程", 1)
    document.add_paragraph("家访", style="List Bullet")
    document.add_paragraph("小组", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, words in zip((cell for row in table.rows for cell in row.cells), "甲乙丙丁", strict=True):
        cell.text = words
    document.add_heading("媒体报道", 1)
    document.add_paragraph("日报一次。")


def test_a_word_report_finds_its_sections():
    report = read("报告.docx", word_file(a_report))

    assert [(piece.heading, piece.field) for piece in report.pieces] == [
        ("摘要", "abstract"),
        ("案例背景", "background"),
        ("介入过程", "process"),
        ("媒体报道", "further_text"),
    ]
    assert report.unmatched == ["媒体报道"]
    fields = report.fields()
    assert (fields["title"], fields["abstract"]) == ("两年转衔", "陪三十一名学生走过两年。")
    assert fields["background"] == (
        "<p>老师把这件事叫<strong>“初二现象”</strong></p><h3>（一）家庭</h3><p>父母在外。</p>"
    )
    assert fields["process"] == (
        "<ul><li>家访</li><li>小组</li></ul><table><thead><tr><th>甲</th><th>乙</th></tr></thead>"
        "<tbody><tr><td>丙</td><td>丁</td></tr></tbody></table>"
    )
    assert fields["further_text"] == "<h3>媒体报道</h3><p>日报一次。</p>"


def test_bold_lines_and_chinese_numbers_are_headings_without_styles():
    def build(document):
        document.add_paragraph("两年转衔")
        for heading, words in (("一、背景", "甲。"), ("二、 服务成效：", "乙。")):
            document.add_paragraph(heading)
            document.add_paragraph(words)
        document.add_paragraph().add_run("专业反思").bold = True
        document.add_paragraph("丙。")

    fields = read("x.docx", word_file(build)).fields()

    assert fields == {
        "title": "两年转衔",
        "abstract": "",
        "keywords": [],
        "background": "<p>甲。</p>",
        "outcomes": "<p>乙。</p>",
        "reflection": "<p>丙。</p>",
    }


def test_proposed_insertions_count_and_deleted_words_do_not():
    def build(document):
        paragraph = document.add_paragraph("原文")
        for tag, words in (("ins", "加入"), ("del", "删去")):
            inner = "delText" if tag == "del" else "t"
            paragraph._p.append(
                docx.oxml.parse_xml(
                    f'<w:{tag} xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
                    f"<w:r><w:{inner}>{words}</w:{inner}></w:r></w:{tag}>"
                )
            )
        document.add_paragraph("一二三。")

    assert "删去" not in str(read("x.docx", word_file(build)))
    assert "原文加入" in str(read("x.docx", word_file(build)))


def test_pictures_are_left_out_and_counted():
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301"
        "0100c9fe92ef0000000049454e44ae426082"
    )

    def build(document):
        document.add_paragraph("一段话。")
        document.add_picture(io.BytesIO(pixel))

    report = read("x.docx", word_file(build))
    assert (report.pictures, report.fields()["further_text"]) == (1, "<p>一段话。</p>")
    assert read("x.md", "# 甲\n\n![图](a.png)\n\n乙".encode()).pictures == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_is_read_in_every_encoding_that_is_in_use(encoding):
    text = "两年转衔\r\n案例背景：\r\n在大兴长大的孩子。\r\n【服务成效】\r\n二十六名仍在读。"

    assert read("x.txt", text.encode(encoding)).fields() == {
        "title": "两年转衔",
        "abstract": "",
        "keywords": [],
        "background": "<p>在大兴长大的孩子。</p>",
        "outcomes": "<p>二十六名仍在读。</p>",
    }


def test_a_repeated_section_is_joined_under_its_heading():
    fields = read("x.md", "# 题\n\n## 背景\n\n甲\n\n## 基本情况\n\n乙".encode()).fields()
    assert fields["background"] == "<p>甲</p><h3>基本情况</h3><p>乙</p>"


def test_a_file_that_carries_no_title_is_called_by_its_name():
    assert read("夜间工友.md", "## 背景\n\n甲\n\n## 成效\n\n乙".encode()).title == "夜间工友"


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("一、案例背景", "background"),
        ("（三）需求评估", "needs_assessment"),
        ("2.1 理论依据：", "theory"),
        ("【服务目标】", "aims"),
        ("四、服务计划实施过程", "process"),
        ("裁判结果", "outcomes"),
        ("Lessons learned", "reflection"),
        ("不足之处", "what_did_not_work"),
        ("第五部分 推广建议", "transferability"),
        ("媒体报道", None),
    ],
)
def test_headings_in_the_words_that_agencies_use(heading, field):
    assert field_of(heading) == field


def test_an_ordinary_sentence_is_no_heading():
    assert [
        looks_like(line) for line in ("一、我们去了三次，没有人开门。", "背景很复杂", "（一）家访", "反思：")
    ] == [None, None, 2, 1]


BAD = {
    "a program named .docx": b"MZ\x90\x00\x03" + bytes(200),
    "an empty file": b"",
    "only spaces": b" \n\n ",
    "a PDF": b"%PDF-1.7\n...",
    "the old Word": b"\xd0\xcf\x11\xe0" + bytes(600),
    "zeros in a text": "背景\x00".encode(),
    "a package that is no document": None,
    "macros": None,
    "a bomb": None,
    "half a package": None,
    "a broken document": None,
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_refused_with_a_sentence(kind):
    content = BAD[kind]
    if kind == "macros":
        content = word_file(a_report, word__vbaProject_bin=b"x")
    elif kind == "half a package":
        content = word_file(a_report)[:900]
    elif content is None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
            name = "x.txt" if kind == "a package that is no document" else "word/document.xml"
            package.writestr(name, b" " * 30_000_000 if kind == "a bomb" else b"<w")
        content = file.getvalue()

    with pytest.raises(Unreadable) as refusal:
        read("报告.docx", content)

    assert str(refusal.value).endswith(("。", "."))


def test_a_file_that_is_too_large_is_not_opened(settings):
    settings.UPLOAD_MAX_BYTES = 100
    with pytest.raises(Unreadable):
        read("x.txt", "一二三。".encode() * 40)


def words_of(file: Path) -> str:
    return "".join(
        rich_text.to_plain(html)
        for html in read(file.name, file.read_bytes()).fields().values()
        if isinstance(html, str)
    ).replace(" ", "")


def test_the_article_has_an_opening_and_five_headed_parts():
    for file in given("cases", "article-zh").iterdir():
        report = read(file.name, file.read_bytes())
        assert report.title == "如何走出社会工作介入流动人口服务面临的困境"
        assert [bool(piece.heading) for piece in report.pieces] == [False, True, True, True, True, True]


def test_all_24_court_cases_are_read_with_all_their_headings():
    files = sorted(given("cases", "court-zh").glob("*.md"))
    assert len(files) == 24
    for file in files:
        lines = file.read_text(encoding="utf-8").splitlines()
        report = read(file.name, file.read_bytes())
        assert [piece.heading for piece in report.headed] == [
            line[3:].strip() for line in lines if line.startswith("## ")
        ]
        assert report.fields()["background"]


def test_no_word_of_a_court_case_is_lost():
    for file in sorted(given("cases", "court-zh").glob("*.md")):
        kept = str(read(file.name, file.read_bytes()).pieces)
        for line in file.read_text(encoding="utf-8").splitlines():
            words = line.strip("#> ").strip()
            if words and not words.startswith(("<!--", "- ", "*", "!")) and not line.startswith("# "):
                assert rich_text.to_plain(rich_text.from_markdown(words)) in rich_text.to_plain(kept).replace(
                    "&amp;", "&"
                )
