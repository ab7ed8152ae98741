"""A table that people take along."""

import csv
import io
from collections.abc import Iterable, Sequence


def as_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """In UTF-8 with a mark, so that a spreadsheet reads Chinese. What would be a formula is `importing.inert` before."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")
