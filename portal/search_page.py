"""The page "search over everything": what stands in its address, and what it shows."""

from functools import partial

from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.recommending import recommended
from portal.search import DEEPEST, search, spelling
from portal.search.query import LONGEST_TEXT
from portal.search.showing import show

A_PAGE = 20
TABS = {
    "agency": gettext_lazy("Agencies"),
    "event": gettext_lazy("Events"),
    "case": gettext_lazy("Cases"),
    "page": gettext_lazy("Pages"),
}


def context(asked) -> dict:
    """What the template shows for the parameters `asked`: q, kind and page. Whatever they hold is answered."""
    text = " ".join(asked.get("q", "").replace("\0", " ").split())[:LONGEST_TEXT]
    kind = asked.get("kind") if asked.get("kind") in TABS else None
    number = _number(asked.get("page", "1"))
    results = _page_of(text, kind, number)
    page = Paginator(range(min(results.total, DEEPEST)), A_PAGE).get_page(number)
    if page.number != number:  # beyond the last
        results = _page_of(text, kind, page.number)
    everything = sum(results.counts.values())
    tabs = [
        (None, _("All"), everything),
        *((tab, name, results.counts.get(tab, 0)) for tab, name in TABS.items()),
    ]
    return {
        "text": text,
        "kind": kind,
        "longest": LONGEST_TEXT,
        "results": results,
        "recommended": recommended(text) if page.number == 1 else [],
        "found": show(results),
        "meant": spelling.meant(text, results.total, partial(_visible, kind)) if results.is_available else "",
        "page": page,
        "everything": everything,
        "tabs": [
            {"kind": tab, "name": name, "count": count, "is_here": tab == kind} for tab, name, count in tabs
        ],
    }


def _page_of(text: str, kind: str | None, number: int):
    return search(text, kinds=[kind] if kind else None, limit=A_PAGE, offset=(number - 1) * A_PAGE)


def _visible(kind: str | None, text: str) -> int:
    """How many records, of the first few, other words would show."""
    results = search(text, kinds=[kind] if kind else None, limit=spelling.FEW, with_passages=False)
    return len(show(results))


def _number(page: str) -> int:
    """The page asked for, within what can be paged through."""
    return (
        min(int(page), DEEPEST // A_PAGE) or 1 if page.isascii() and page.isdigit() and len(page) < 6 else 1
    )
