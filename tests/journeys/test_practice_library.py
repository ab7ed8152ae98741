"""The practice library, end to end: a Word report becomes a draft, is checked, handed in, published, cited and adapted.

Everybody has a phone of 360 pixels and no mouse: all is done by keys, but for choosing the file on the device.
"""

import io
import re
from datetime import datetime

import docx
import pytest
from PIL import Image
from pypdf import PdfReader

from tests.journeys import keys
from tests.journeys.people import mail_to, sign_in, sign_in_by_code
from tests.journeys.reviewing import review_and_publish, sign_in_reviewers

pytestmark = pytest.mark.journey

SECRET = "13912345678"
WORD = "晾衣绳小组"  # only this report says it


def report(title: str) -> bytes:
    """A report with a tracked change, a comment, a photograph, a telephone number and a part that fits nowhere."""
    document = docx.Document()
    document.core_properties.author = "PLANTED-AUTHOR"
    document.add_heading(title, level=0)
    for heading, text in {
        "一、案例背景": f"楼道里的{WORD}从一根绳子开始。负责人的电话是{SECRET}。",
        "二、需求评估": "我们与二十三户谈了话，十九户说没有人可以托付孩子。",
        "三、服务目标": "半年后，每一户至少认得一户可以打电话的邻居。",
        "四、介入过程": "每周三晚上七点到八点半，在院子里。",
        "五、主要成效": "半年后二十三户中有二十户认得邻居。",
        "六、专业反思": "我们起初准备的课程没有人要。",
        "七、媒体报道": "社区小报登过一次。",
    }.items():
        document.add_heading(heading, level=1)
        document.add_paragraph(text)
        if "过程" in heading:
            picture = io.BytesIO()
            Image.effect_noise((120, 80), 60).convert("RGB").save(picture, "JPEG")
            document.add_picture(picture)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_from_a_word_file_to_a_case_that_is_cited_and_adapted(window):
    def phone():
        return window(width=360, height=780)

    writer, editor, reader, other = phone(), phone(), phone(), phone()
    readers = phone(), phone()
    title = f"一根晾衣绳：楼道互助小组 {datetime.now():%H%M%S}"
    sign_in(writer, "staff@example.org")
    sign_in_reviewers(*readers, window())

    # The report is taken apart; a piece is moved to another section.
    writer.goto("/desk/agencies/dg-tongxin/cases/import/")
    writer.set_input_files(
        "[type=file]", {"name": "报告.docx", "mimeType": "application/octet-stream", "buffer": report(title)}
    )
    keys.press(writer, "main form button")
    writer.wait_for_url("**/report/")
    assert keys.fits(writer)
    assert "社区小报" in writer.locator(".piece.remainder").inner_text()
    keys.tab_to(writer, ".piece.remainder select")
    writer.keyboard.press("Home")
    keys.press(writer, "main form button.button")
    writer.wait_for_url(re.compile(r"/cases/[0-9a-f-]{36}/$"))
    assert keys.fits(writer)
    case_id = re.search(r"([0-9a-f-]{36})", writer.url).group(1)
    place = f"/desk/agencies/dg-tongxin/cases/{case_id}/"
    assert writer.input_value("[name=title]") == title
    assert "社区小报" in writer.input_value("[name=background]")
    assert "二十户" in writer.input_value("[name=outcomes]")

    # What is missing is written.
    keys.write(writer, "[name=abstract]", "二十三户流动人口家庭用一根晾衣绳认识了邻居。")
    keys.unfold(writer, "#part-topics")
    for code in ("pop:women", "svc:education"):
        box = f"input[type=checkbox][value='{code}']"
        keys.unfold(writer, "details.choice-group", around=box)
        keys.tick(writer, box)
    keys.press(writer, "button[value=save]:not([tabindex])")

    # The photograph came along, and asks for words.
    writer.goto(f"{place}files/")
    assert keys.fits(writer)
    keys.write(writer, "[name=alt_text]", "院子里的一根晾衣绳，上面挂着写了名字的纸条。")
    keys.enter(writer)

    # The check finds the telephone number and replaces it; then she signs.
    writer.goto(f"{place}check/")
    assert SECRET in writer.locator("main").inner_text()
    assert keys.fits(writer)
    keys.press(writer, "button[value=replace]")
    while writer.locator("button[value=keep]").count():
        keys.write(writer, "[name=reason]", "化名")
        keys.press(writer, "button[value=keep]")
    assert SECRET not in writer.locator("main").inner_text()
    keys.press(writer, "form[action$='/submit/'] button")
    writer.wait_for_url("**/desk/")

    # Nobody reads it yet, as page, as file, or in the search.
    sign_in_by_code(other, "sz-xinqiao-1@example.org", window())
    for ending in ("", "text.pdf", "text.docx"):
        assert other.request.get(f"/cases/{case_id}/{ending}").status == 404

    def revise():
        """She reads what was said, changes the text, answers each point, and submits again."""
        writer.goto(place)
        keys.press(writer, ".card a[href$='/review/']")
        assert "每次来了几户" in writer.locator("main").inner_text()
        writer.goto(place)
        keys.tab_to(writer, "[name=abstract]")
        writer.keyboard.press("End")
        writer.keyboard.type("每次来九户。")
        keys.press(writer, "button[value=save]:not([tabindex])")
        writer.goto(f"{place}review/")
        keys.write(writer, "#reply", "谢谢，摘要里写明了每次来九户。")
        keys.write(writer, "[name$='-process']", "每次来九户。")
        assert keys.fits(writer)
        keys.press(writer, "button[value=submit_again]")
        keys.press(writer, "form[action$='/submit/'] button")
        writer.wait_for_url("**/desk/")

    review_and_publish(editor, readers, title=title, revise=revise)
    mail_to(window(), "staff@example.org", re.escape(title))

    # A reader sees who reviewed it, reads, takes along the paper and the citation.
    reader.goto(f"/cases/{case_id}/")
    assert keys.fits(reader)
    assert WORD in reader.locator("article.case").inner_text()
    assert "经一线工作者和研究者评审" in reader.locator("#review-mark").inner_text()
    words = "".join(
        "".join(page.extract_text() for page in PdfReader(taken(reader, "a[href$='text.pdf']")).pages).split()
    )
    assert "".join(title.split()) in words
    assert WORD in words
    assert SECRET not in words
    content = taken(reader, "a[href$='text.docx']").read_bytes()
    assert b"PLANTED" not in content
    assert docx.Document(io.BytesIO(content)).core_properties.title == title
    assert title in taken(reader, "a[href$='cite.bib']").read_text(encoding="utf-8")

    # Another agency tried it, and the case shows it.
    other.goto(f"/cases/{case_id}/")
    keys.press(other, "a[href*='/adapt/']")
    keys.write(other, "[name=context]", "城中村的一栋楼，十二户。")
    keys.write(other, "[name=changes]", "两周一次，由楼长主持。")
    keys.tab_to(other, "[name=decided_by]")
    other.keyboard.press("ArrowDown")
    for name in ("fidelity", "result"):
        keys.choose(other, name, "")
    keys.write(other, "[name=result_text]", "十二户里有九户交换了电话。")
    assert keys.fits(other)
    keys.press(other, "main form button")
    other.wait_for_url("**/adaptations/**")
    keys.press(other, "button[value=publish]")
    reader.goto(f"/cases/{case_id}/")
    assert reader.locator("#adapted svg.family").count() == 1


def taken(page, selector: str):
    """The file that a link gives, opened by Enter."""
    keys.tab_to(page, selector)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    return download.value.path()
