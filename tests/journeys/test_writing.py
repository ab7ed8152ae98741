"""Writing on a phone: the line drops, the tab closes, a colleague writes too, a report is pasted from Word."""

import re

import pytest

from tests.journeys.people import sign_in, sign_in_by_code
from tests.journeys.reviewing import RESEARCHER

pytestmark = pytest.mark.journey

WORD_CLIPBOARD = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta name=Generator content="Microsoft Word 15"><style>p.MsoNormal {mso-style-parent:""; font-family:"宋体"}</style>
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]--></head>
<body lang=ZH-CN><!--StartFragment-->
<h2 style='mso-pagination:widow-orphan'><span style='font-family:宋体'>第一阶段<span lang=EN-US><o:p></o:p></span></span></h2>
<p class=MsoNormal style='text-indent:21.0pt'><span style='color:red'>我们先<b style='mso-bidi-font-weight:normal'>敲门</b>，再开会。</span><span lang=EN-US><o:p>&nbsp;</o:p></span></p>
<p class=MsoListParagraph style='margin-left:21.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span lang=EN-US style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;</span></span><![endif]>家访三十四户</p>
<p class=MsoListParagraph style='margin-left:42.0pt;mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o<span>&nbsp;</span></span>晚上七点以后</p>
<p class=MsoListParagraph style='margin-left:21.0pt;mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp;</span></span>院子里的会</p>
<table class=MsoTableGrid border=1 style='border-collapse:collapse'><tr style='mso-yfti-irow:0'><td width=100 style='border:solid windowtext 1.0pt'><p class=MsoNormal>周次</p></td><td><p class=MsoNormal>人数</p></td></tr>
<tr><td><p class=MsoNormal>1</p></td><td><p class=MsoNormal>22</p></td></tr></table>
<p class=MsoNormal><a href="javascript:alert(1)">坏链接</a><script>alert(1)</script><img src="file:///C:/a.png" onerror="alert(1)"></p>
<!--EndFragment--></body></html>"""


def state(page, name: str) -> None:
    """Wait until the page says this about what was written."""
    page.locator(f"[data-state={name}]").wait_for()


def begin(page, title: str) -> str:
    """Begin a case study; returns its address."""
    page.goto("/desk/agencies/dg-tongxin/cases/new/")
    page.fill("[name=title]", title)
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile(r"/cases/[0-9a-f-]{36}/$"))
    return page.url


def write(page, section: str, words: str) -> None:
    part = page.locator(f"#part-{section}")
    if part.get_attribute("open") is None:
        part.locator("> summary").click()
    page.locator(f"#part-{section} .editor-box").fill(words)


def text_of(page, section: str) -> str:
    return page.locator(f"#part-{section} .editor-box").text_content()


def paste(page, section: str, html: str) -> None:
    page.locator(f"#part-{section} .editor-box").evaluate(
        """(box, html) => {
            box.focus();
            const data = new DataTransfer();
            data.setData("text/html", html);
            data.setData("text/plain", "plain");
            box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        html,
    )


def test_a_lost_line_and_a_closed_tab_lose_nothing(window):
    phone = window(width=360, height=780)
    sign_in(phone, "staff@example.org")
    address = begin(phone, "断线也不丢")

    write(phone, "background", "有线时写的。")
    state(phone, "saved")
    phone.context.set_offline(True)
    write(phone, "process", "断线时写的。")
    state(phone, "kept")
    phone.close()

    # The tab is gone. Another one opens when the line is back: the words are there, and go to the server.
    context = phone.context
    context.set_offline(False)
    phone = context.new_page()
    phone.goto(address)
    assert text_of(phone, "process") == "断线时写的。"
    state(phone, "saved")
    assert (
        phone.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('case-draft')).length") == 0
    )
    phone.reload()
    assert text_of(phone, "process") == "断线时写的。"
    assert text_of(phone, "background") == "有线时写的。"

    # Signing out leaves nothing of it on the phone.
    context.set_offline(True)
    write(phone, "process", "没有送出的秘密。")
    state(phone, "kept")
    context.set_offline(False)
    other = context.new_page()
    other.goto("/accounts/logout/")
    other.locator("main form button").first.click()
    other.wait_for_load_state()
    assert other.evaluate("JSON.stringify(localStorage)") == "{}"


def test_a_review_survives_a_lost_line_and_a_closed_tab(window):
    phone = window(width=360, height=780)
    sign_in(phone, RESEARCHER)
    phone.locator("a[href*='/my-reviews/']").first.click()
    phone.check("#declares")
    phone.click("button[value=accept]")
    address = phone.url

    phone.fill("[name=reasons]", "有线时写的。")
    state(phone, "saved")
    phone.context.set_offline(True)
    phone.fill("[name=note_to_editor]", "断线时写的。")
    phone.locator("[name=line_real][value='3']").check()
    state(phone, "kept")
    phone.close()

    context = phone.context
    context.set_offline(False)
    phone = context.new_page()
    phone.goto(address)
    assert phone.input_value("[name=note_to_editor]") == "断线时写的。"
    state(phone, "saved")
    assert phone.evaluate("Object.keys(localStorage).length") == 0
    phone.reload()
    assert phone.input_value("[name=reasons]") == "有线时写的。"
    assert phone.input_value("[name=note_to_editor]") == "断线时写的。"
    assert phone.locator("[name=line_real][value='3']").is_checked()


def test_what_is_typed_before_the_script_arrives_is_saved_too(window):
    phone = window(width=360, height=780)
    sign_in(phone, "staff@example.org")
    address = begin(phone, "慢的网络")
    held = []
    phone.route("**/write*.js", lambda route: held.append(route))
    phone.goto(address, wait_until="commit")
    phone.fill("[name=title]", "脚本来之前改的题目")
    phone.locator("#part-background > summary").click()
    phone.fill("textarea[name=background]", "脚本来之前写的**背景**。")
    while not held:
        phone.wait_for_timeout(20)
    held[0].continue_()

    state(phone, "saved")
    phone.unroute("**/write*.js")
    phone.reload()
    assert phone.input_value("[name=title]") == "脚本来之前改的题目"
    assert text_of(phone, "background") == "脚本来之前写的背景。"


def test_two_people_write_at_once_and_see_both_texts_where_they_collide(window):
    mine, hers = window(), window()
    sign_in(mine, "staff@example.org")
    sign_in_by_code(hers, "dg-tongxin-2@example.org", window())
    address = begin(mine, "两个人一起写")
    hers.goto(address)

    write(mine, "background", "我写的背景。")
    state(mine, "saved")
    write(hers, "process", "她写的过程。")
    state(hers, "saved")
    write(mine, "process", "我写的过程。")
    state(mine, "both")
    card = mine.locator(".beside-card")
    assert "她写的过程。" in card.inner_text()
    assert "我写的过程。" in card.inner_text()

    # Nothing is decided by closing: whoever comes back reads both.
    card.locator("button").last.click()
    state(mine, "saved")
    assert text_of(mine, "process") == "她写的过程。"
    hers.reload()
    assert (text_of(hers, "background"), text_of(hers, "process")) == ("我写的背景。", "她写的过程。")


def test_what_comes_from_word_is_clean_and_stays_what_it_was(window):
    phone = window(width=360, height=780)
    sign_in(phone, "staff@example.org")
    begin(phone, "从 Word 粘贴")
    phone.locator("#part-process > summary").click()
    paste(phone, "process", WORD_CLIPBOARD)

    html = phone.locator("#part-process .editor-box").inner_html()
    assert not re.search(r"style=|class=|mso|o:p|javascript|script|<img|<span|·", html)
    state(phone, "saved")
    phone.reload()
    phone.locator("#part-process > summary").click()
    box = phone.locator("#part-process .editor-box")
    assert box.locator("h3").inner_text() == "第一阶段"
    assert box.locator("strong").inner_text() == "敲门"
    assert box.locator("> ul > li").count() == 2
    assert box.locator("ul ul li").inner_text() == "晚上七点以后"
    assert box.locator("td, th").all_inner_texts() == ["周次", "人数", "1", "22"]
    assert "坏链接" in box.inner_text()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def test_without_javascript_the_whole_form_works(window):
    plain = window(width=360, height=780, java_script_enabled=False)
    sign_in(plain, "staff@example.org")
    begin(plain, "没有脚本")
    plain.fill("[name=abstract]", "摘要。")
    plain.locator("#part-about button[name=part]").click()
    plain.fill("[name=background]", "第一段\n\n- **甲**\n- 乙")
    plain.locator("#part-background button[name=part]").click()
    plain.locator("#part-needs_assessment[open]").wait_for()
    plain.locator("#part-background > summary").click()
    assert plain.input_value("[name=background]") == "第一段\n\n- **甲**\n- 乙"
