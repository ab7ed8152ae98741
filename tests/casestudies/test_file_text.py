"""The words of a file: every place of it where a client could be named, and nothing that could fill the machine."""

import io
import json
import zipfile
from datetime import date

import docx
import openpyxl
import pytest
import typst
from docx.oxml import parse_xml
from openpyxl.comments import Comment

from casestudies.files import file_text
from casestudies.files.file_text import Unreadable, text_of
from tests import factories
from tests.given import given

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def saved(document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def with_parts(content: bytes, parts: dict[str, str | bytes]) -> bytes:
    """A package with more parts, or other ones."""
    new = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as made:
        for name in old.namelist():
            if name not in parts:
                made.writestr(name, old.read(name))
        for name, part in parts.items():
            made.writestr(name, part)
    return new.getvalue()


def a_word_file() -> bytes:
    """A Word file with a word in every place that a reader does not see at once."""
    document = docx.Document()
    document.add_paragraph("正文里的张大山")
    document.add_table(1, 1).cell(0, 0).text = "表格里的李小河"
    section = document.sections[0]
    section.header.paragraphs[0].text = "页眉里的王五"
    section.footer.paragraphs[0].text = "页脚 13800138000"
    document.core_properties.author = "作者赵六"
    document.core_properties.last_modified_by = "最后保存的孙七"
    run = document.add_paragraph("有批注的一句。").runs[0]
    document.add_comment(run, "批注里的周八", author="写批注的吴九")
    paragraph = document.add_paragraph("改过：")
    for tag, inner, words in (("ins", "t", "加入的郑十"), ("del", "delText", "删去的冯十一")):
        change = f'<w:{tag} {W} w:author="改稿人"><w:r><w:{inner}>{words}</w:{inner}></w:r></w:{tag}>'
        paragraph._p.append(parse_xml(change))
    document.add_picture(io.BytesIO(factories.picture()))
    document.inline_shapes[0]._inline.docPr.set("descr", "图片说明里的陈十二")
    box = f"<w:r {W}><w:pict><w:txbxContent><w:p><w:r><w:t>文本框里的褚十三</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    paragraph._p.append(parse_xml(box))
    book = openpyxl.Workbook()
    book.active.append(["图表背后的卫十四"])
    notes = f"<w:footnotes {W}><w:footnote><w:p><w:r><w:t>脚注里的蒋十五</w:t></w:r></w:p></w:footnote></w:footnotes>"
    parts = {"word/footnotes.xml": notes, "word/embeddings/sheet1.xlsx": saved(book)}
    return with_parts(saved(document), parts)


def test_every_place_of_a_word_file_is_read():
    lines = text_of(a_word_file()).splitlines()

    for words in (
        "正文里的张大山",
        "表格里的李小河",
        "页眉里的王五",
        "页脚 13800138000",
        "作者赵六",
        "最后保存的孙七",
        "批注里的周八",
        "写批注的吴九",
        "改过：加入的郑十删去的冯十一",
        "改稿人",
        "图片说明里的陈十二",
        "文本框里的褚十三",
        "脚注里的蒋十五",
        "图表背后的卫十四",
    ):
        assert words in lines


def test_a_twin_for_old_programs_is_read_once():
    document = docx.Document()
    twins = "".join(
        f"<mc:{twin}><w:p><w:r><w:t>同一句话</w:t></w:r></w:p></mc:{twin}>" for twin in ("Choice", "Fallback")
    )
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    document.add_paragraph("甲")._p.append(
        parse_xml(f'<mc:AlternateContent xmlns:mc="{mc}" {W}>{twins}</mc:AlternateContent>')
    )
    assert text_of(saved(document)).count("同一句话") == 1


def a_workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名单"
    sheet.append(["姓名", "电话", "出生"])
    sheet.append(["张大山", 13800138000, date(1990, 5, 31)])
    sheet["A2"].comment = Comment("批注里的李小河", "写批注的人")
    sheet["A1"].hyperlink = "mailto:someone@example.org"
    hidden = book.create_sheet("藏起来的")
    hidden.append(["王五", 1.5, True])
    hidden.sheet_state = "hidden"
    sheet.oddHeader.center.text = "页眉赵六"
    return saved(book)


def test_every_sheet_is_read_row_by_row_as_it_is_shown():
    lines = text_of(a_workbook()).splitlines()

    assert "张大山\t13800138000\t1990-05-31" in lines
    assert "王五\t1.5\t1" in lines
    text = "\n".join(lines)
    for words in ("批注里的李小河", "写批注的人", "页眉赵六", "藏起来的", "mailto:someone@example.org"):
        assert words in text


def test_a_telephone_number_that_a_program_wrote_with_an_exponent_is_spelled_out():
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row>'
        '<c><v>1.3800138E10</v></c><c><v>9E9999</v></c><c t="inlineStr"><is><t>甲</t></is></c>'
        "</row></sheetData></worksheet>"
    )
    assert "13800138000" in text_of(with_parts(a_workbook(), {"xl/worksheets/sheet1.xml": sheet}))


def a_pdf(text: str) -> bytes:
    return typst.compile(text.encode(), format="pdf", font_paths=[], ignore_system_fonts=False)


def test_a_pdf_is_read_with_its_title_and_where_its_links_lead():
    source = '#set document(title: "题名里的张大山")\n#set text(font: "Noto Serif CJK SC")\n第一页，李小河。\n#pagebreak()\n#link("mailto:wang@example.org")[第二页]'
    text = text_of(a_pdf(source))

    for words in ("题名里的张大山", "第一页，李小河。", "第二页", "mailto:wang@example.org"):
        assert words in text


def test_json_is_read_with_its_characters_spelled_out():
    assert "张大山" in text_of(json.dumps({"name": "张大山"}).encode("ascii"))
    assert text_of(b"[" * 100_000).startswith("[")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_is_read_in_every_encoding_that_is_in_use(encoding):
    assert (
        text_of("姓名,电话\r\n张大山,13800138000\r\n".encode(encoding)) == "姓名,电话\n张大山,13800138000\n"
    )


def test_a_picture_and_an_empty_file_have_no_words():
    assert [text_of(factories.picture(kind)) for kind in ("PNG", "JPEG", "WEBP")] == ["", "", ""]
    assert text_of(b"") == ""


def test_a_file_is_read_from_its_beginning_wherever_it_stands():
    file = io.BytesIO("张大山".encode())
    file.read()
    assert text_of(file) == "张大山"


def test_the_real_article_is_read():
    file = next(given("cases", "article-zh").glob("*.docx"))
    assert "流动人口" in text_of(file.read_bytes())


def a_bomb() -> bytes:
    return with_parts(saved(docx.Document()), {"word/document.xml": b" " * 60_000_000})


def many_words() -> bytes:
    body = "<w:p><w:r><w:t>" + "字" * 1000 + "</w:t></w:r></w:p>"
    return with_parts(
        saved(docx.Document()),
        {"word/document.xml": f"<w:document {W}><w:body>{body * 60}</w:body></w:document>"},
    )


def dolls() -> bytes:
    inner = saved(docx.Document())
    for _depth in range(5):
        inner = with_parts(saved(docx.Document()), {"word/embeddings/a.docx": inner})
    return inner


def laughs() -> bytes:
    """Entities of entities: a kilobyte that would become a gigabyte."""
    rows = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    part = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a0 "哈哈">{rows}]><w:document {W}><w:t>&a9;</w:t></w:document>'
    return with_parts(saved(docx.Document()), {"word/document.xml": part})


BAD = {
    "a bomb": a_bomb,
    "documents within documents": dolls,
    "half a package": lambda: a_word_file()[:2000],
    "half a PDF": lambda: a_pdf("= A")[:800],
    "a PDF that is none": lambda: b"%PDF-1.7 \x00\xff",
    "the old Word": lambda: b"\xd0\xcf\x11\xe0" + bytes(600),
    "a program": lambda: b"MZ\x90\x00" + bytes(100),
    "bytes": lambda: bytes(range(256)) * 10,
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_read_whole_is_refused_with_a_sentence(kind):
    with pytest.raises(Unreadable) as refusal:
        text_of(BAD[kind]())
    assert str(refusal.value).endswith(("。", "."))


def test_a_file_with_too_many_words_is_refused_and_not_cut_off(monkeypatch):
    monkeypatch.setattr(file_text, "MOST_CHARACTERS", 50_000)
    with pytest.raises(Unreadable):
        text_of(many_words())
    assert text_of(a_word_file())


def test_entities_are_not_followed():
    try:
        text = text_of(laughs())
    except Unreadable:
        return
    assert len(text) < 1000
