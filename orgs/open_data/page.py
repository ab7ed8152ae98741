"""One page of a list, as HSDS counts it, and the same list as one stream."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet

from orgs.open_data.lists import CHUNK
from orgs.open_data.question import PER_PAGE, Question


def page(
    rows: QuerySet | list, question: Question, show: Callable[[Any], dict], load: Callable = lambda rows: rows
):
    """The page that was asked for; an empty one behind the last. `load` adds what `show` reads, for this page only."""
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    size = question.per_page or (max(total, 1) if question.minimal else PER_PAGE)
    pages = max(1, -(-total // size))
    start = (question.page - 1) * size
    contents = [show(row) for row in load(rows[start : start + size])] if start < total else []
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": question.page,
        "size": len(contents),
        "first_page": question.page == 1,
        "last_page": question.page == pages,
        "empty": not contents,
        "contents": contents,
    }


def lines(
    rows: QuerySet | list, show: Callable[[Any], dict], load: Callable = lambda rows: rows
) -> Iterator[str]:
    """Every record on a line of its own, read a few hundred at a time."""
    loaded = load(rows)
    for row in loaded.iterator(CHUNK) if isinstance(loaded, QuerySet) else loaded:
        yield json.dumps(show(row), ensure_ascii=False) + "\n"
