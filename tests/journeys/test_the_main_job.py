"""The main job, end to end: join, bring in a report, have it reviewed, find it, cite it, and register for a training."""

import re
from datetime import datetime
from io import BytesIO

import docx
import pytest
from icalendar import Calendar

from tests.journeys.people import mail_to, sign_in
from tests.journeys.reviewing import review_and_publish, sign_in_reviewers

pytestmark = pytest.mark.journey

AGENCY = "东莞市东城同心社会工作服务中心"
TITLE = "夜校里的一张桌子：务工母亲读写小组的一年"
WORD = "识字卡片"  # only this report says it


def report() -> bytes:
    """A Word file as it lies in many drawers."""
    document = docx.Document()
    document.add_heading(TITLE, level=0)
    for heading, text in {
        "案例背景": "厂区旁的夜校原来只教电脑。三位母亲说，孩子的家长群里写了什么，她们要等人念。",
        "需求评估": "我们和十一位母亲谈了话，九位小学没有读完。",
        "服务目标": "半年后，组员能自己看懂并回复老师的消息。",
        "介入过程": f"每周两晚，每次一小时，用手机短信和{WORD}当教材，组员轮流带读。",
        "服务成效": "前测平均认得二百一十个字，后测四百三十个；九人能独立回复消息。",
        "专业反思": "我们起初准备的课本没有人要，她们要的是家长群里的字。",
        "经费说明": "教材和茶水共一千二百元。",
    }.items():
        document.add_heading(heading, level=1)
        document.add_paragraph(text)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def test_from_a_report_in_a_drawer_to_a_cited_case_and_a_seat_at_a_training(window):
    newcomer, manager, moderator, researcher = window(width=360, height=780), window(), window(), window()

    # A staff member signs up on a phone and says where she works.
    email = f"lin{datetime.now():%H%M%S%f}@example.org"
    newcomer.goto("/accounts/signup/")
    newcomer.fill("[name=name]", "林小雨")
    newcomer.fill("[name=email]", email)
    newcomer.fill("[name=password1]", "yi-tiao-chang-mima-88")
    newcomer.check("[name=agrees]")
    newcomer.fill("[name=agency]", AGENCY)
    newcomer.press("[name=agency]", "Enter")
    code = newcomer.locator("[name=code]")
    code.wait_for()
    letter = mail_to(window(), email, r"\b[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}\b").inner_text()
    code.fill(re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", letter, re.M).group(1))
    code.press("Enter")
    newcomer.wait_for_url("**/desk/")

    # Her manager says yes.
    sign_in(manager, "staff@example.org")
    asked = manager.locator("article", has_text="林小雨")
    asked.locator("form").filter(has=manager.locator("[value=accept]")).locator("button").click()
    mail_to(window(), email, AGENCY)

    # She brings in the report, completes it and submits it.
    newcomer.goto("/desk/agencies/dg-tongxin/cases/import/")
    newcomer.set_input_files(
        "[type=file]", {"name": "报告.docx", "mimeType": "application/octet-stream", "buffer": report()}
    )
    newcomer.locator("main form button").last.click()
    newcomer.wait_for_url("**/report/")
    remainder = newcomer.locator(".piece.remainder")
    assert "经费说明" in remainder.inner_text()
    newcomer.locator("main form button").last.click()
    newcomer.wait_for_url(re.compile(r"/cases/[0-9a-f-]{36}/$"))
    assert newcomer.input_value("[name=title]") == TITLE
    assert WORD in newcomer.input_value("[name=process]")
    assert "一千二百元" in newcomer.input_value("[name=further_text]")
    newcomer.fill(
        "[name=abstract]",
        "十一位务工母亲在夜校学会读懂家长群。小组用她们手机里的真实消息当教材，一年后九人能独立回复老师。",
    )
    newcomer.locator("#part-people > summary").click()
    newcomer.fill("[name$='-0-name']", "林小雨")
    newcomer.locator("#part-topics > summary").click()
    for code in ("pop:women", "svc:education"):
        box = newcomer.locator(f"input[type=checkbox][value='{code}']")
        newcomer.locator("details.choice-group", has=box).locator("summary").click()
        box.check()
    case_id = re.search(r"([0-9a-f-]{36})", newcomer.url).group(1)
    newcomer.locator("button[value=submit]").click()
    newcomer.wait_for_url("**/desk/")
    assert newcomer.locator(".refusals").count() == 0

    # Until it is published nobody else finds or reads it.
    sign_in(researcher, "researcher@example.org")
    assert researcher.goto(f"/cases/{case_id}/").status == 404

    # It is checked, read by a practitioner and a researcher of other agencies, and published.
    readers = window(), window()
    sign_in_reviewers(*readers, window())
    review_and_publish(moderator, readers, title=TITLE)
    mail_to(window(), email, TITLE)

    # A researcher finds it by a Chinese query, reads it and takes its citation along.
    for _attempt in range(100):
        researcher.goto(f"/search/?q={WORD}")
        if researcher.get_by_role("link", name=TITLE).count():
            break
        researcher.wait_for_timeout(150)
    researcher.get_by_role("link", name=TITLE).click()
    assert WORD in researcher.locator("article.case").inner_text()
    with researcher.expect_download() as download:
        researcher.get_by_role("link", name="BibTeX").click()
    bibtex = download.value.path().read_text(encoding="utf-8")
    assert "@techreport{" in bibtex
    assert TITLE in bibtex

    # She registers for a training of another agency and gets a confirmation with its calendar file.
    researcher.goto("/events/")
    free = researcher.locator("article.row", has=researcher.locator(".badge.jade")).locator("h3 a")
    for place in [link.get_attribute("href") for link in free.all()]:
        researcher.goto(place)
        if researcher.locator(
            "form[action$='/register/']"
        ).count():  # no journey before gave her a seat there
            break
    else:
        raise AssertionError("no training lets her register")
    title = researcher.locator("h1").inner_text()
    researcher.locator("form[action$='/register/'] button").first.click()
    researcher.locator(".ticket").wait_for()
    letter = mail_to(window(), "researcher@example.org", re.escape(title))
    assert "event.ics" in letter.inner_text()
    with researcher.expect_download() as download:
        researcher.locator("a[href$='calendar.ics']").first.click()
    calendar = Calendar.from_ical(download.value.path().read_bytes())
    assert title in {str(part.get("summary")) for part in calendar.walk("VEVENT")}
