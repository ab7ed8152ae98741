"""Word reports as they come: tracked changes, comments, notes, pictures, numbered headings; and the draft made of them."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image

from casestudies import rich_text
from casestudies.models import CaseFile, CaseStudy, ImportedReport
from casestudies.report import draft as report_draft
from casestudies.report.headings import guess_of
from casestudies.report.reading import Unreadable, read
from casestudies.writing import authoring
from tests.casestudies.test_console import filled_in
from tests.casestudies.test_report import a_report, word_file

W = nsdecls("w")
GPS = b"PLANTED-CAMERA"


def photograph(size=(80, 60)) -> bytes:
    """A JPEG whose camera wrote something into it."""
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = GPS.decode()
    Image.effect_noise(size, 90).convert("RGB").save(file, "JPEG", exif=exif)
    return file.getvalue()


def reference(kind: str, number: int):
    return parse_xml(f'<w:r {W}><w:{kind}Reference w:id="{number}"/></w:r>')


def with_notes(build, notes: dict[int, str], kind="footnote") -> bytes:
    """A Word file with these notes in a part of their own."""
    content = word_file(build)
    inner = "".join(
        f'<w:{kind} w:id="{n}"><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:{kind}>'
        for n, words in notes.items()
    )
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "[Content_Types].xml":
                kind_of = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}s+xml"
                override = f'<Override PartName="/word/{kind}s.xml" ContentType="{kind_of}"/></Types>'
                part = part.replace(b"</Types>", override.encode())
            if name == "word/_rels/document.xml.rels":
                where = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}s"
                relation = f'<Relationship Id="rId99" Type="{where}" Target="{kind}s.xml"/></Relationships>'
                part = part.replace(b"</Relationships>", relation.encode())
            new.writestr(name, part)
        new.writestr(f"word/{kind}s.xml", f"<w:{kind}s {W}>{inner}</w:{kind}s>")
    return made.getvalue()


def repacked(content: bytes, change) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return made.getvalue()


@pytest.mark.parametrize("kind", ["footnote", "endnote"])
def test_notes_stand_at_the_end_of_their_part(kind):
    def build(document):
        document.add_heading("案例背景", 1)._p.append(reference(kind, 3))
        document.add_paragraph("老师这样叫它")._p.append(reference(kind, 2))
        document.add_paragraph("另一段。")
        document.add_heading("服务成效", 1)
        document.add_paragraph("二十六名。")._p.append(reference(kind, 4))

    fields = read(
        "x.docx", with_notes(build, {2: "见访谈。", 3: "标题的注。", 4: "截至七月。"}, kind)
    ).fields()

    assert fields["background"] == (
        "<p>老师这样叫它[注2]</p><p>另一段。</p><p>[注1] 标题的注。</p><p>[注2] 见访谈。</p>"
    )
    assert fields["outcomes"] == "<p>二十六名。[注3]</p><p>[注3] 截至七月。</p>"


def test_tracked_changes_are_accepted_and_comments_counted():
    def build(document):
        paragraph = document.add_paragraph("原文")
        for xml in (
            f"<w:ins {W}><w:r><w:t>加入</w:t></w:r></w:ins>",
            f"<w:del {W}><w:r><w:delText>删去</w:delText></w:r></w:del>",
            f"<w:moveFrom {W}><w:r><w:t>移走</w:t></w:r></w:moveFrom>",
            f'<w:r {W}><w:commentReference w:id="0"/></w:r>',
        ):
            paragraph._p.append(parse_xml(xml))
        table = document.add_table(rows=2, cols=1)
        table.cell(0, 0).text, table.cell(1, 0).text = "留下", "整行删去"
        table.rows[1]._tr.get_or_add_trPr().append(parse_xml(f"<w:del {W}/>"))
        document.add_paragraph("完。一段。")

    report = read("x.docx", word_file(build))
    kept = str(report.pieces)
    assert "原文加入" in kept + report.title
    assert not any(words in kept for words in ("删去", "移走"))
    assert (report.changes.tracked, report.changes.comments) == (4, 1)


def test_headings_that_word_numbers_by_itself_divide_the_report():
    def build(document):
        root = document.part.numbering_part.element
        root.insert(
            0,
            parse_xml(
                f'<w:abstractNum {W} w:abstractNumId="77"><w:lvl w:ilvl="0"><w:numFmt w:val="chineseCountingThousand"/>'
                '<w:lvlText w:val="%1、"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="chineseCountingThousand"/>'
                '<w:lvlText w:val="（%2）"/></w:lvl></w:abstractNum>'
            ),
        )
        root.append(parse_xml(f'<w:num {W} w:numId="88"><w:abstractNumId w:val="77"/></w:num>'))

        def item(words, depth=0):
            numbered = document.add_paragraph(words)._p.get_or_add_pPr().get_or_add_numPr()
            numbered.get_or_add_numId().val, numbered.get_or_add_ilvl().val = 88, depth

        document.add_paragraph("两年转衔")
        item("案例背景")
        document.add_paragraph("甲。")
        item("家庭", 1)
        document.add_paragraph("乙。")
        item("服务成效")
        document.add_paragraph("丙。")

    fields = read("x.docx", word_file(build)).fields()
    assert fields["background"] == "<p>甲。</p><h3>家庭</h3><p>乙。</p>"
    assert fields["outcomes"] == "<p>丙。</p>"


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        (["1、案例背景", "2、服务过程", "3、服务成效"], ["background", "process", "outcomes"]),
        (["1 案例背景", "2 需求评估", "3 反思"], ["background", "needs_assessment", "reflection"]),
        (["第一章 背景", "第二章 介入过程"], ["background", "process"]),
        (["一、本项目的实施背景", "二、一年来的主要成效与不足"], ["background", "outcomes"]),
        (["Chapter 1 Background", "Chapter 2 What the evaluation found"], ["background", "outcomes"]),
    ],
)
def test_headings_in_the_ways_that_agencies_number_them(lines, places):
    text = "题目在此\n" + "\n".join(f"{line}\n这是一段话，有句号。" for line in lines)
    assert [piece.field for piece in read("x.txt", text.encode()).headed] == places


def test_a_guess_says_that_it_is_one_and_a_sentence_is_none():
    report = read(
        "x.md", "# 题\n\n## 本项目的实施背景\n\n甲\n\n## 案例背景\n\n乙\n\n## 媒体报道\n\n丙".encode()
    )
    assert [(piece.field, piece.is_guess) for piece in report.pieces] == [
        ("background", True),
        ("background", False),
        ("further_text", False),
    ]
    assert guess_of("我们为什么这样做以及后来怎样改变了我们原来的计划") is None


def test_a_table_of_contents_is_not_text():
    def build(document):
        document.styles.add_style("toc 1", 1)
        document.add_paragraph("目录")
        for words in ("案例背景\t1", "服务成效\t4"):
            document.add_paragraph(words, style="toc 1")
        a_report(document)

    report = read("x.docx", word_file(build))
    assert [piece.heading for piece in report.headed] == ["摘要", "案例背景", "介入过程", "媒体报道"]
    assert "目录" not in str(report)


SENTENCES = {
    "an encrypted file": ("", b"\xd0\xcf\x11\xe0" + bytes(500) + "EncryptedPackage".encode("utf-16-le")),
    "the old Word": (".docx", b"\xd0\xcf\x11\xe0" + bytes(600)),
    "rich text": ("RTF", rb"{\rtf1\ansi hello}"),
    "a web page called .doc": ("RTF", b"\n<html xmlns:o='x'><body>1</body></html>"),
}


@pytest.mark.parametrize("kind", SENTENCES)
def test_other_kinds_of_files_are_named_with_what_to_do(kind):
    with pytest.raises(Unreadable) as refusal:
        read("报告.doc", SENTENCES[kind][1])
    assert "docx" in str(refusal.value) or kind == "an encrypted file"


def test_macros_are_refused_though_the_program_is_called_otherwise_or_the_part_is_gone():
    def as_docm(name, part):
        return part.replace(
            b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
            b"application/vnd.ms-word.document.macroEnabled.main+xml",
        )

    for content in (
        repacked(word_file(a_report), as_docm),
        word_file(a_report, word__VBAPROJECT_bin=b"x"),
    ):
        with pytest.raises(Unreadable) as refusal:
            read("报告.docx", content)
        assert "宏" in str(refusal.value) or "macros" in str(refusal.value)


# -- The draft --------------------------------------------------------------------------------------------------------


def illustrated(document):
    a_report(document)
    document.paragraphs[1].insert_paragraph_before()
    document.add_heading("服务成效", 1)
    document.add_picture(io.BytesIO(photograph()))
    document.inline_shapes[0]._inline.docPr.set("descr", "孩子们在院子里。")
    document.add_paragraph("图 1 院子里的会")
    document.add_paragraph("二十六名。")
    document.add_picture(io.BytesIO(photograph()))
    document.inline_shapes[1]._inline.docPr.set("descr", "图片包含 室内\n\n描述已自动生成")


@pytest.fixture
def imported(client, agency, member):
    client.force_login(member)
    file = SimpleUploadedFile("报告.docx", word_file(illustrated))
    answer = client.post(reverse("import_case", args=[agency.slug]), {"file": file}, follow=True)
    assert answer.status_code == 200
    return CaseStudy.objects.get()


def arrange_page(case):
    return reverse("arrange_report", args=[case.agency.slug, case.public_id])


@pytest.mark.django_db
def test_pictures_become_attachments_of_their_section_without_what_the_camera_wrote(imported):
    one, other = authoring.draft_of(imported).attachments.all()
    assert (one.section, one.alt_text, one.caption) == ("outcomes", "孩子们在院子里。", "图 1 院子里的会")
    assert (other.section, other.alt_text) == ("outcomes", "")  # what a machine wrote is no description
    assert imported.outcomes == "<p>二十六名。</p>"
    assert len([words for words in authoring.missing(imported) if other.title in words]) == 1
    for file in CaseFile.objects.all():
        assert GPS not in file.file.read()
        assert (file.published_at, file.content_type) == (None, "image/jpeg")


@pytest.mark.django_db
def test_the_page_shows_what_went_where_and_moves_a_piece_with_its_pictures(client, imported):
    answer = client.get(arrange_page(imported))
    pieces = answer.context["pieces"]
    assert [one["field"] for one in pieces] == [
        "abstract",
        "background",
        "process",
        "further_text",
        "outcomes",
    ]
    client.post(arrange_page(imported), {"piece-3": "reflection", "piece-4": "process", "piece-99": "aims"})

    draft = authoring.draft_of(imported)
    assert draft.reflection == "<p>日报一次。</p>"
    assert (draft.outcomes, draft.further_text) == ("", "")
    assert draft.process.endswith("<h3>服务成效</h3><p>二十六名。</p>")
    assert {one.section for one in draft.attachments.all()} == {"process"}
    assert draft.background.startswith("<p>老师把这件事叫")
    assert client.get(arrange_page(imported)).status_code == 302
    assert not ImportedReport.objects.exists()


@pytest.mark.django_db
def test_what_was_written_meanwhile_stays(client, imported, member):
    authoring.save_draft(imported, by=member, background="<p>新写的。</p>", outcomes="<p>改过的。</p>")
    client.post(arrange_page(imported), {"piece-4": "reflection"})
    draft = authoring.draft_of(imported)
    assert (draft.background, draft.outcomes) == ("<p>新写的。</p>", "<p>改过的。</p>")
    assert "二十六名" in draft.reflection


@pytest.mark.django_db
def test_keeping_it_as_it_is_and_nonsense_change_nothing(client, imported):
    before = {name: getattr(authoring.draft_of(imported), name) for name in CaseStudy.SECTIONS}
    client.post(
        arrange_page(imported), {"piece-0": "password", "piece-x": "aims", "piece-³": "aims", "\0": "\0"}
    )
    assert {name: getattr(authoring.draft_of(imported), name) for name in CaseStudy.SECTIONS} == before


@pytest.mark.django_db
def test_nobody_else_sees_a_report_that_was_read(client, imported, stranger):
    client.force_login(stranger)
    assert client.get(arrange_page(imported)).status_code == 404
    assert client.post(arrange_page(imported), {"piece-0": "aims"}).status_code == 404
    client.logout()
    assert client.get(arrange_page(imported)).status_code == 302
    assert ImportedReport.objects.exists()


@pytest.mark.django_db
def test_no_word_of_a_report_is_lost_wherever_its_pieces_go(imported, member):
    words = set(
        rich_text.to_plain("".join(getattr(imported, name) for name in CaseStudy.SECTIONS)).split("\n")
    )
    report_draft.arrange(imported, dict.fromkeys(range(5), "aims"), by=member)
    draft = authoring.draft_of(imported)
    moved = set(rich_text.to_plain(draft.aims).split("\n"))
    assert words <= moved
    assert "陪三十一名学生走过两年。" in draft.aims


@pytest.mark.django_db
def test_a_broken_picture_is_told_and_the_text_comes_in(client, agency, member):
    def break_it(name, part):
        return b"\xff\xd8\xffbroken" if "/media/" in name else part

    client.force_login(member)
    content = repacked(word_file(illustrated), break_it)
    client.post(reverse("import_case", args=[agency.slug]), {"file": SimpleUploadedFile("a.docx", content)})
    case = CaseStudy.objects.get()
    assert not case.attachments.exists()
    assert case.outcomes == "<p>二十六名。</p>"


def test_a_report_of_two_hundred_pages_comes_in_whole_and_stays_whole_while_it_is_written(
    client, agency, member
):
    """All but ten pages of it stand under one heading; the form takes even that."""
    sentence = "我们在晚上七点以后敲门，请每一户说一说最需要什么，并把听到的话照原样记下来。"
    headings = {"案例背景": 70, "介入过程": 2660, "服务成效": 70}  # 200 pages of 500 characters

    def build(document):
        document.add_heading("二百页的报告", 0)
        for heading, number in headings.items():
            document.add_heading(heading, 1)
            for n in range(number):
                document.add_paragraph(f"{n}：{sentence}")

    client.force_login(member)
    file = SimpleUploadedFile("报告.docx", word_file(build))
    answer = client.post(reverse("import_case", args=[agency.slug]), {"file": file})
    assert answer.url.endswith("/report/")
    case = CaseStudy.objects.get()
    held = [
        getattr(authoring.draft_of(case), name).count(sentence)
        for name in ("background", "process", "outcomes")
    ]
    assert held == list(headings.values())
    assert client.get(answer.url).status_code == 200
    page = reverse("edit_case", args=[agency.slug, case.public_id])
    form = client.get(page)
    assert form.status_code == 200
    answer = client.post(
        page,
        filled_in(case, process=form.context["form"]["process"].value(), abstract="二百页。", then="save"),
    )
    assert answer.status_code == 302
    draft = authoring.draft_of(case)
    assert draft.abstract == "二百页。"
    assert draft.process.count(sentence) == headings["介入过程"]
