"""Editors work in Wagtail's admin while its Content-Security-Policy refuses nothing that they need (`window` hears of each refusal)."""

import io
import os
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.journeys.people import sign_in

pytestmark = pytest.mark.journey
LISTS = [
    "reports/site-history/",
    "reports/searched/",
    "images/multiple/add/",
    "snippets/portal/bestbet/add/",
    "account/",
]


def picture() -> dict:
    """One that was never uploaded before, or Wagtail asks which of the two shall stay."""
    kept = io.BytesIO()
    Image.frombytes("L", (200, 200), os.urandom(200 * 200)).save(kept, "PNG")
    return {"name": "water.png", "mimeType": "image/png", "buffer": kept.getvalue()}


def test_an_editor_writes_links_shows_and_previews_and_the_policy_refuses_nothing(window, address):
    page, asked = window(), []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, "editor@example.org")
    answer = page.goto("/admin/pages/3/")
    assert "script-src 'self' 'unsafe-inline'" in answer.headers["content-security-policy"].split("; ")
    page.get_by_role("link", name="关于同行", exact=True).click()
    body = page.locator("section[id$='-body-section']")
    add = body.locator(".c-sf-add-button")

    add.last.click()
    page.get_by_role("option", name="文字", exact=True).click()
    words = body.locator(".Draftail-Editor [contenteditable=true]").last
    words.click()
    words.press_sequentially("去看一看")
    words.press("Shift+Home")
    words.press("Control+k")
    page.locator(".modal-dialog a.choose-page").first.click()
    expect(body.locator(".Draftail-Editor .TooltipEntity").last).to_have_text("去看一看")

    add.last.click()
    page.get_by_role("option", name="图片", exact=True).click()
    body.locator("[data-chooser-action-choose]").last.click()
    chooser = page.locator(".modal-dialog")
    chooser.get_by_role("tab", name="上传").click()
    chooser.locator("input[type=file]").set_input_files(picture())
    expect(chooser.locator("#tab-upload input[name$=title]")).to_have_value("water")
    chooser.locator("#tab-upload button[type=submit]").click()
    expect(body.locator("[data-chooser-image]").last).to_have_attribute("src", re.compile("^/media/"))

    page.locator("[data-side-panel-toggle=preview]").click()
    shown = page.frame_locator("#w-preview-iframe")
    expect(shown.get_by_role("link", name="去看一看").last).to_be_visible()
    page.get_by_role("button", name="存为草稿").click()
    expect(page.locator(".messages .success")).to_be_visible()

    for place in LISTS:
        page.goto(f"/admin/{place}", wait_until="networkidle")
    page.goto("/admin/images/")
    page.locator("[data-bulk-action-checkbox]").first.check()
    page.locator("[data-bulk-action-footer] a, [data-bulk-action-button]").first.click()
    page.wait_for_url("**/admin/bulk/**")
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
