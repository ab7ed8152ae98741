"""The practice library, end to end: a Word report becomes a draft, is checked, handed in, published, cited and adapted.

The writer has a phone of 360 pixels and no mouse: everything of hers is done by keys.
"""

import io
import re
from datetime import datetime

import docx
import pytest
from PIL import Image
from pypdf import PdfReader

from tests.journeys.people import mail_to, sign_in, sign_in_by_code
from tests.journeys.reviewing import review_and_publish

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


def tab_to(page, selector: str, most: int = 250) -> None:
    """Press Tab until what is meant has the focus, as somebody without a mouse does."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by Tab")


def press(page, selector: str, key: str = "Enter") -> None:
    tab_to(page, selector)
    page.keyboard.press(key)


def press_and_wait(page, selector: str) -> None:
    """Press a button by Enter, and go on when the next page is there."""
    tab_to(page, selector)
    enter(page)


def enter(page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def open_part(page, name: str) -> None:
    """Open a part of the form by its summary."""
    if page.locator(f"#part-{name}").get_attribute("open") is None:
        press(page, f"#part-{name} > summary")


def test_from_a_word_file_to_a_case_that_is_cited_and_adapted(window):
    writer, editor, reader, other = window(width=360, height=780), window(), window(), window()
    title = f"一根晾衣绳：楼道互助小组 {datetime.now():%H%M%S}"
    sign_in(writer, "staff@example.org")

    # The report is taken apart; a piece is moved to another section.
    writer.goto("/desk/agencies/dg-tongxin/cases/import/")
    writer.set_input_files(
        "[type=file]", {"name": "报告.docx", "mimeType": "application/octet-stream", "buffer": report(title)}
    )
    press(writer, "main form button")
    writer.wait_for_url("**/report/")
    assert fits(writer)
    assert "社区小报" in writer.locator(".piece.remainder").inner_text()
    tab_to(writer, ".piece.remainder select")
    writer.keyboard.press("Home")
    press(writer, "main form button.button")
    writer.wait_for_url(re.compile(r"/cases/[0-9a-f-]{36}/$"))
    assert fits(writer)
    case_id = re.search(r"([0-9a-f-]{36})", writer.url).group(1)
    assert writer.input_value("[name=title]") == title
    assert "社区小报" in writer.input_value("[name=background]")
    assert "二十户" in writer.input_value("[name=outcomes]")

    # What is missing is written.
    tab_to(writer, "[name=abstract]")
    writer.keyboard.type("二十三户流动人口家庭用一根晾衣绳认识了邻居。")
    open_part(writer, "topics")
    for code in ("pop:women", "svc:education"):
        box = writer.locator(f"input[type=checkbox][value='{code}']")
        group = writer.locator("details.choice-group", has=box)
        if group.get_attribute("open") is None:
            group.locator("> summary").focus()
            writer.keyboard.press("Enter")
        box.focus()
        writer.keyboard.press("Space")
        assert box.is_checked()
    writer.locator("button[value=save]").last.focus()
    enter(writer)

    # The photograph came along, and asks for words.
    writer.goto(f"/desk/agencies/dg-tongxin/cases/{case_id}/files/")
    assert fits(writer)
    field = writer.locator("[name=alt_text]").first
    field.focus()
    writer.keyboard.type("院子里的一根晾衣绳，上面挂着写了名字的纸条。")
    enter(writer)

    # The check finds the telephone number and replaces it; then she signs.
    writer.goto(f"/desk/agencies/dg-tongxin/cases/{case_id}/check/")
    assert SECRET in writer.locator("main").inner_text()
    assert fits(writer)
    press_and_wait(writer, "button[value=replace]")
    while writer.locator("button[value=keep]").count():
        writer.locator("[name=reason]").first.focus()
        writer.keyboard.type("化名")
        press_and_wait(writer, "button[value=keep]")
    assert SECRET not in writer.locator("main").inner_text()
    press(writer, "form[action$='/submit/'] button")
    writer.wait_for_url("**/desk/")

    # Nobody reads it yet, as page, as file, or in the search.
    sign_in_by_code(other, "sz-xinqiao-1@example.org", window())
    for ending in ("", "text.pdf", "text.docx"):
        assert other.request.get(f"/cases/{case_id}/{ending}").status == 404

    review_and_publish(editor, title=title, case_id=case_id, writer=writer)
    mail_to(window(), "staff@example.org", re.escape(title))

    # A reader reads, takes along the paper and the citation.
    reader.goto(f"/cases/{case_id}/")
    assert WORD in reader.locator("article.case").inner_text()
    with reader.expect_download() as download:
        reader.locator("a[href$='text.pdf']").first.click()
    words = "".join("".join(page.extract_text() for page in PdfReader(download.value.path()).pages).split())
    assert "".join(title.split()) in words
    assert WORD in words
    assert SECRET not in words
    with reader.expect_download() as download:
        reader.locator("a[href$='text.docx']").first.click()
    content = download.value.path().read_bytes()
    assert b"PLANTED" not in content
    assert docx.Document(io.BytesIO(content)).core_properties.title == title
    with reader.expect_download() as download:
        reader.get_by_role("link", name="BibTeX").click()
    assert title in download.value.path().read_text(encoding="utf-8")

    # Another agency tried it, and the case shows it.
    other.goto(f"/cases/{case_id}/")
    other.locator("a[href*='/adapt/']").first.click()
    other.fill("[name=context]", "城中村的一栋楼，十二户。")
    other.fill("[name=changes]", "两周一次，由楼长主持。")
    other.select_option("[name=decided_by]", index=1)
    for name in ("fidelity", "result"):
        other.locator(f"[name={name}]").first.check()
    other.fill("[name=result_text]", "十二户里有九户交换了电话。")
    other.locator("main form button").last.click()
    other.wait_for_url("**/adaptations/**")
    with other.expect_navigation():
        other.locator("button[value=publish]").click()
    reader.goto(f"/cases/{case_id}/")
    assert reader.locator("#adapted svg.family").count() == 1
