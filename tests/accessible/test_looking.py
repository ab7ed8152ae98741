"""What keeps people out of a page is seen: each fault, planted into a page without one, is found and called by its kind."""

import pytest

from tests.accessible.looking import look_at
from tests.accessible.shown import Page

WHOLE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Fine</title>
<style>:root { color-scheme: light dark } body { color: light-dark(#111, #eee); background: light-dark(#fff, #111) }
a:focus { outline: 2px solid } [aria-current] { font-weight: 700 } /* more */</style></head>
<body><main><h1>Fine</h1><p id="lead">Twelve words</p><nav aria-label="Days"><a href="/1/" aria-current="page">Monday</a>
<a href="/2/">Tuesday</a></nav><!-- more --></main></body></html>"""
STYLE, ELEMENT = "/* more */", "<!-- more -->"
#: Where it is put, what is put there, and the kinds by which it is found.
FAULTS = {
    "pale by day": (STYLE, "@media (prefers-color-scheme: light) { #lead { color: #ccc } }", {"axe by day"}),
    "dim by night": (STYLE, "@media (prefers-color-scheme: dark) { #lead { color: #333 } }", {"axe by night"}),
    "a picture without words": (ELEMENT, '<img src="/a.png">', {"axe by day", "axe by night"}),
    "a wide box": (STYLE, "#lead { inline-size: 400px }", {"width", "spacing"}),
    "letters that need room": (STYLE, "#lead { inline-size: 290px; white-space: nowrap; overflow: visible; font: 40px monospace }", {"spacing"}),
    "what moves all the same": (STYLE, "#lead { transition: width 1s }", {"motion"}),
    "an unmarked focus": (STYLE, "a:focus { outline: none !important }", {"focus"}),
    "what is chosen by colour only": (STYLE, "[aria-current] { font-weight: inherit }", {"forced colours"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> dict[str, set[str]]:
    """The kinds of trouble of each fault; one browser looks at all."""
    pages = [Page("/whole/", "whole", WHOLE, "")]
    pages += [
        Page(f"/{at}/", fault, WHOLE.replace(there, planted), "")
        for at, (fault, (there, planted, _kinds)) in enumerate(FAULTS.items())
    ]
    lines = [(kind, line) for kind, lines in look_at(pages).items() for line in lines]
    return {page.who: {kind for kind, line in lines if line.startswith(f"{page}:")} for page in pages}


def test_a_page_without_a_fault_has_none(found):
    assert found["whole"] == set()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_and_called_by_its_kind(found, fault):
    assert found[fault] == FAULTS[fault][2]
