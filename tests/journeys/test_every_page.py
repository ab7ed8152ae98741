"""Every public page in both languages: whole, without a foreign request, and fit for a phone."""

import re

import pytest

from tests.pages import PLACES, RECORDS, public_pages

pytestmark = pytest.mark.journey

NAMES = [*PLACES, *RECORDS]
CHINESE = re.compile(r"[一-鿿，。：；（）]+")
ENGLISH_PHRASE = re.compile(r"\b[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}\b")
#: The words of a page that are in the page's own language: everything outside a fragment marked with another `lang`.
OWN_WORDS = """() => {
    const body = document.body.cloneNode(true);
    body.querySelectorAll('[lang], script, style').forEach(element => element.remove());
    return body.textContent.replace(/\\s+/g, ' ');
}"""
WIDER_THAN_THE_WINDOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def paths(address):
    return public_pages(address)


@pytest.mark.parametrize(
    ("prefix", "lang", "stranger"), [("", "zh-CN", ENGLISH_PHRASE), ("/en", "en", CHINESE)]
)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_no_word_of_the_other_language(window, paths, name, prefix, lang, stranger):
    page = window()
    page.goto(prefix + paths[name])
    assert page.locator("html").get_attribute("lang") == lang
    assert stranger.findall(page.evaluate(OWN_WORDS)) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_fits_a_phone_and_asks_no_other_host(window, address, paths, name):
    page = window(width=360, height=740)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for path in (paths[name], "/en" + paths[name]):
        page.goto(path, wait_until="networkidle")
        assert page.evaluate(WIDER_THAN_THE_WINDOW) <= 0, path
    assert [url for url in asked if not url.startswith((address, "data:"))] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_language_switch_keeps_the_place(window, paths, name):
    page = window()
    page.goto(paths[name])
    page.get_by_role("link", name="English").click()
    assert page.url.partition("/en/")[2] == page.evaluate(
        "path => new URL(path, location).href.split(location.host)[1].slice(1)", paths[name]
    )
