"""What may go with a case study: told by its bytes, and without what it says about the people who made it."""

import io
import json
import re
import warnings
import zipfile

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from openpyxl.comments import Comment
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from casestudies.files import upload
from casestudies.files.file_text import text_of
from casestudies.files.upload import UploadRefused, examine
from portal import packages
from tests import factories
from tests.casestudies.test_file_text import W, a_pdf, a_word_file, saved, with_parts


def examined(content: bytes, name="附件"):
    return examine(io.BytesIO(content), name)


def photograph(kind="JPEG", size=(60, 40)) -> bytes:
    """A picture that says where, when and by whom it was taken, and stands on its side."""
    file = io.BytesIO()
    picture = Image.new("RGB", size, "teal")
    exif = picture.getexif()
    exif[0x0112] = 6  # turned
    exif[0x013B] = "PLANTED photographer"
    exif[0x8825] = {1: "N", 2: (23.0, 1.0, 2.0), 3: "E", 4: (113.0, 1.0, 2.0)}
    extra = {"comment": b"PLANTED comment"} if kind == "JPEG" else {}
    picture.save(file, kind, exif=exif, xmp=b"<x:xmpmeta>PLANTED xmp</x:xmpmeta>", **extra)
    return file.getvalue()


# -- What it is -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "kept", "kind"),
    [
        ("照片.png", factories.picture("JPEG"), "照片.jpg", "image"),
        ("图.exe", factories.picture("PNG"), "图.exe.png", "image"),
        ("图.webp", factories.picture("WEBP"), "图.jpg", "image"),
        ("动图.gif", factories.picture("GIF"), "动图.png", "image"),
        ("../../讲义", a_pdf("= A"), "讲义.pdf", "document"),
        ("问卷.docx", a_word_file(), "问卷.docx", "document"),
        ("数据.xlsx", saved(openpyxl.Workbook()), "数据.xlsx", "dataset"),
        ("数据.csv", "组,人数\n甲,3\n".encode("gb18030"), "数据.csv", "dataset"),
        ("数据.json", b'[{"a": 1}]', "数据.json", "dataset"),
        ("笔记\u202etxt.exe", "一段话。".encode(), "笔记txt.exe.txt", "document"),
    ],
)
def test_a_file_is_what_its_content_says(name, content, kept, kind):
    found = examined(content, name)
    assert (found.name, found.kind) == (kept, kind)


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def pixel_flood() -> bytes:
    """A picture of a few kilobytes that would fill the memory."""
    file = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(file, "PNG")
    return file.getvalue()


def acting_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(a_pdf("= A"))))
    action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}
    action = DictionaryObject({NameObject(key): value for key, value in action.items()})
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def pdf_with_a_file() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(a_pdf("= A"))))
    writer.add_attachment("名单.txt", b"x")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def locked_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(a_pdf("= A"))))
    writer.encrypt("secret", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


BAD = {
    "an empty file": lambda: b"",
    "SVG": lambda: SVG,
    "SVG behind a byte order mark": lambda: b"\xef\xbb\xbf" + SVG,
    "SVG in UTF-16": lambda: SVG.decode().encode("utf-16"),
    "a web page": lambda: b"\n <!DOCTYPE html><html>",
    "a program": lambda: b"MZ\x90\x00" + bytes(99),
    "a pixel flood": pixel_flood,
    "half a picture": lambda: factories.picture()[:60],
    "a PDF with a script": acting_pdf,
    "a PDF with a file in it": pdf_with_a_file,
    "a PDF with a password": locked_pdf,
    "half a PDF": lambda: a_pdf("= A")[:500],
    "macros": lambda: with_parts(a_word_file(), {"word/vbaProject.bin": b"x"}),
    "an object of another program": lambda: with_parts(
        a_word_file(), {"word/embeddings/oleObject1.bin": b"x"}
    ),
    "a bomb": lambda: with_parts(a_word_file(), {"word/document.xml": b" " * 60_000_000}),
    "an archive": lambda: an_archive(),
    "an archive that looks a little like Word": lambda: an_archive("word/document.xml"),
    "two parts of one name": lambda: an_archive("[Content_Types].xml", *["word/document.xml"] * 2),
    "a package with a password": lambda: encrypted(a_word_file()),
    "the old Word": lambda: b"\xd0\xcf\x11\xe0" + bytes(99),
    "no JSON": lambda: b"{",
}


def an_archive(*names) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of twins
        for name in names or ("a.txt",):
            archive.writestr(name, "<x/>")
    return file.getvalue()


def encrypted(package: bytes) -> bytes:
    """The same, with every part marked as encrypted in the directory."""
    marked = bytearray(package)
    at = marked.find(b"PK\x01\x02")
    while at >= 0:
        marked[at + 8] |= 0x1
        at = marked.find(b"PK\x01\x02", at + 4)
    return bytes(marked)


@pytest.mark.parametrize("limit", ["MOST_PARTS", "MOST_UNPACKED"])
def test_a_package_is_opened_within_its_limits(monkeypatch, limit):
    assert packages.open_package(a_word_file()).namelist()
    monkeypatch.setattr(packages, limit, 2)
    with pytest.raises(packages.UnpacksTooFar):
        packages.open_package(a_word_file())


def test_a_small_package_may_shrink_as_far_as_it_likes():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 9_000_000)
    assert packages.open_package(file.getvalue()).namelist() == ["word/document.xml"]


@pytest.mark.parametrize("kind", BAD)
def test_what_is_not_taken_is_refused_with_a_sentence(kind):
    with pytest.raises(UploadRefused) as refusal:
        examined(BAD[kind](), "附件.json" if kind == "no JSON" else "附件.pdf")
    assert str(refusal.value).endswith(("。", "."))


def test_a_file_that_is_too_large_is_not_read_to_its_end(settings):
    settings.UPLOAD_MAX_BYTES = 100
    file = io.BytesIO(b"x" * 1000)
    with pytest.raises(UploadRefused):
        examine(file, "a.txt")
    assert file.tell() <= 101


# -- What it no longer says -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_says_nothing_but_its_pixels_and_stands_upright(kind):
    content = photograph(kind)
    assert b"PLANTED" in content

    found = examined(content)

    drawn = Image.open(io.BytesIO(found.content))
    assert b"PLANTED" not in found.content
    assert (dict(drawn.getexif()), drawn.size) == ({}, (40, 60))
    assert (found.width, found.height) == drawn.size
    assert not {"exif", "xmp", "comment", "XML:com.adobe.xmp"} & set(drawn.info)


def test_a_large_picture_is_no_larger_than_a_page_shows_it():
    found = examined(factories.picture("JPEG", (4000, 1000)))
    assert (found.width, found.height) == (upload.LONGEST_SIDE, 600)


def everything_in(content: bytes) -> str:
    """All parts of a package as text, unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return "\n".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


def a_telling_word_file() -> bytes:
    document = docx.Document(io.BytesIO(a_word_file()))
    document.add_picture(io.BytesIO(photograph()))
    paragraph = document.add_paragraph("格式改过")
    paragraph.runs[0]._r.get_or_add_rPr().append(
        parse_xml(f'<w:rPrChange {W} w:author="改稿人" w:date="2026-01-01T00:00:00Z"><w:rPr/></w:rPrChange>')
    )
    document.settings.element.append(parse_xml(f'<w:rsids {W}><w:rsid w:val="00AB12"/></w:rsids>'))
    return saved(document)


def test_a_word_file_says_neither_who_wrote_nor_what_was_deleted():
    before = a_telling_word_file()
    secrets = ("赵六", "孙七", "吴九", "周八", "冯十一", "改稿人", "PLANTED", "00AB12")
    assert all(secret in everything_in(before) for secret in secrets)

    found = examined(before, "报告.docx")

    after = everything_in(found.content)
    assert [secret for secret in secrets if secret in after] == []
    assert "加入的郑十" in after
    assert len(found.notes) == 3  # properties, changes, comments
    document = docx.Document(io.BytesIO(found.content))
    assert "改过：加入的郑十" in [paragraph.text for paragraph in document.paragraphs]
    assert "批注" not in text_of(found.content).replace("有批注的一句。", "")


def test_a_deleted_row_of_a_table_is_gone():
    document = docx.Document()
    table = document.add_table(2, 1)
    table.cell(0, 0).text, table.cell(1, 0).text = "留下", "删去的张大山"
    table.rows[1]._tr.get_or_add_trPr().append(parse_xml(f'<w:del {W} w:author="甲"/>'))

    assert "张大山" not in everything_in(examined(saved(document)).content)


def test_every_relation_of_a_cleaned_file_leads_somewhere():
    with zipfile.ZipFile(io.BytesIO(examined(a_telling_word_file()).content)) as package:
        names = set(package.namelist())
        targets = re.findall(r'Target="([^"]+)"', package.read("word/_rels/document.xml.rels").decode())
        types = re.findall(r'PartName="/([^"]+)"', package.read("[Content_Types].xml").decode())
    assert {f"word/{target}" for target in targets if "embeddings" not in target} <= names | {
        "word/../customXml/item1.xml"
    }
    assert set(types) <= names


def test_a_workbook_says_neither_who_made_it_nor_where_it_lay():
    book = openpyxl.Workbook()
    book.active["A1"] = "甲"
    book.active["A1"].comment = Comment("一句批注", "PLANTED commenter")
    book.create_sheet("旧名单").sheet_state = "hidden"
    book.properties.creator = "PLANTED maker"
    path = '<x15ac:absPath xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac" url="C:\\PLANTED\\"/>'
    content = saved(book)
    workbook = everything_part(content, "xl/workbook.xml").replace("<sheets>", f"{path}<sheets>")
    content = with_parts(content, {"xl/workbook.xml": workbook})
    assert everything_in(content).count("PLANTED") >= 3

    found = examined(content, "数据.xlsx")

    assert "PLANTED" not in everything_in(found.content)
    assert openpyxl.load_workbook(io.BytesIO(found.content)).active["A1"].comment.text == "一句批注"
    assert any("旧名单" in note for note in found.notes)


def everything_part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read(name).decode()


def a_telling_pdf() -> bytes:
    """A PDF with properties, XMP, a photograph with a place, and an older state before the last saving."""
    first = PdfWriter(clone_from=PdfReader(io.BytesIO(a_pdf('#set document(title: "PLANTED title")\n= A'))))
    first.add_metadata({"/Author": "PLANTED author"})
    page = io.BytesIO()
    Image.open(io.BytesIO(photograph())).save(page, "PDF")
    first.append(PdfReader(page))
    for held in first._objects:
        if isinstance(held, DictionaryObject) and held.get("/Subtype") == "/Image":
            held._data = photograph()
    file = io.BytesIO()
    first.write(file)
    second = PdfWriter(io.BytesIO(file.getvalue()), incremental=True)
    second.add_metadata({"/Author": "PLANTED second"})
    out = io.BytesIO()
    second.write(out)
    return out.getvalue()


def test_a_pdf_says_neither_who_made_it_nor_what_it_was_before():
    content = a_telling_pdf()
    assert content.count(b"PLANTED") >= 4

    found = examined(content, "讲义.pdf")

    assert b"PLANTED" not in found.content
    again = PdfReader(io.BytesIO(found.content))
    assert (again.metadata or {}, again.xmp_metadata, len(again.pages)) == ({}, None, 2)
    assert "PLANTED" not in text_of(found.content)
    picture = again.pages[1].images[0].image
    assert picture.size == (60, 40)


def test_the_same_file_gives_the_same_bytes():
    for content in (a_telling_word_file(), photograph(), a_telling_pdf()):
        assert examined(content).sha256 == examined(content).sha256


def test_json_and_tables_stay_as_they_are():
    data = json.dumps([{"组": "甲", "n": 3}]).encode()
    assert examined(data, "a.json").content == data
