"""Reading the tables that people send: CSV of several kinds and Excel, told apart by their bytes, within limits.

Every table comes out the same: numbered rows of text, keyed by the header. What is no table is refused with a sentence.
"""

import csv
import datetime
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext, gettext_lazy
from openpyxl import load_workbook

from portal.importing import Refused

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CELL = 20_000  # characters

SEPARATORS = ",;\t"
FOREIGN = {  # the first bytes of what is often sent instead of a table
    b"MZ": gettext_lazy("a program"),
    b"\x7fELF": gettext_lazy("a program"),
    b"%PDF": gettext_lazy("a PDF document"),
    b"\x89PNG": gettext_lazy("a picture"),
    b"\xff\xd8\xff": gettext_lazy("a picture"),
    b"GIF8": gettext_lazy("a picture"),
    b"Rar!": gettext_lazy("an archive"),
    b"7z\xbc\xaf": gettext_lazy("an archive"),
    b"\x1f\x8b": gettext_lazy("an archive"),
    b"\xd0\xcf\x11\xe0": gettext_lazy("an old Excel or Word file"),
    b"{\\rtf": gettext_lazy("a Word document"),
}


@dataclass(frozen=True)
class Row:
    """One row of a table. `number` is the row as a spreadsheet shows it, the header being row 1."""

    number: int
    cells: dict[str, str]


def read(path: Path, *, may_be_bare: bool = False) -> list[Row]:
    """The rows of a CSV or Excel file that hold anything. Raises Refused when it is not a table that can be read.

    A header without rows is refused too, unless it `may_be_bare`.
    """
    if path.stat().st_size > MAX_BYTES:
        raise Refused(
            gettext("“%(name)s” is larger than %(limit)d MB. Split it.")
            % {"name": path.name, "limit": MAX_BYTES // 1024 // 1024}
        )
    return read_bytes(path.read_bytes(), path.name, may_be_bare=may_be_bare)


def read_bytes(data: bytes, name: str, *, may_be_bare: bool = False) -> list[Row]:
    """As `read`, for a file that was uploaded."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Refused(gettext("“%(name)s” is empty.") % {"name": name})
    lines = excel(data, name) if data.startswith(b"PK") else text_table(data, name)
    rows = keyed(lines, name)
    if not rows and not may_be_bare:
        raise Refused(gettext("“%(name)s” has a header but no rows.") % {"name": name})
    return rows


def looks_like_json(path: Path) -> bool:
    """Whether the first sign in the file opens a JSON object or list."""
    with path.open("rb") as file:
        return file.read(1000).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def decode(data: bytes, name: str) -> str:
    """The text of a file in UTF-8 (marked or not) or GB18030; nothing is guessed beyond these and nothing replaced."""
    for start, what in FOREIGN.items():
        if data.startswith(start):
            raise Refused(
                gettext("“%(name)s” is not a text file but %(what)s.") % {"name": name, "what": what}
            )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16").removeprefix("\ufeff")
        except UnicodeDecodeError:
            raise Refused(unreadable(name))
    if b"\x00" in data:
        raise Refused(gettext("“%(name)s” holds zero bytes, so it is not a text file.") % {"name": name})
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # GB18030 makes characters of almost any bytes: that it can read them is no evidence.
        if encoding == "gb18030" and not reads_as_chinese(text):
            continue
        return text
    raise Refused(unreadable(name))


def unreadable(name: str) -> str:
    return gettext("“%(name)s” is neither in UTF-8 nor in GB18030. Save it as “CSV UTF-8” and try again.") % {
        "name": name
    }


def reads_as_chinese(text: str) -> bool:
    """Whether what GB18030 reads there is what people write: half of it within GB 2312, and no control characters.

    Müller in a western encoding reads as M黮ler, with a character that hardly anybody uses.
    """
    beyond = [character for character in text if character > "\x7f"]
    usual = [character for character in beyond if character.encode("gb2312", "ignore")]
    has_controls = any(character < " " and character not in "\t\r\n" for character in text)
    return not has_controls and len(usual) >= 0.5 * len(beyond)


def text_table(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of a CSV text, separated by what stands most often in its header."""
    text = decode(data, name)
    header = text.lstrip().partition("\n")[0]
    separator = max(SEPARATORS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        yield from enumerate(reader, start=1)
    except csv.Error as error:
        raise Refused(
            gettext("“%(name)s” cannot be read from row %(row)d on: %(reason)s.")
            % {"name": name, "row": reader.line_num, "reason": error}
        )


def excel(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet. Cells with a formula give the value that was saved with it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        raise Refused(gettext("“%(name)s” is damaged and cannot be opened.") % {"name": name})
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise Refused(
            gettext("“%(name)s” is an archive or another kind of document, not an Excel table.")
            % {"name": name}
        )
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise Refused(gettext("“%(name)s” unpacks to far more than a table needs.") % {"name": name})
    try:
        yield from saved_values(data)
    except Refused:
        raise
    except Exception as error:  # openpyxl raises a dozen kinds for damaged books
        raise Refused(
            gettext("“%(name)s” cannot be read as an Excel table: %(reason)s.")
            % {"name": name, "reason": error}
        )


def saved_values(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """The first sheet's rows. A formula gives the value that Excel saved with it; without one the book is refused."""
    books = [load_workbook(io.BytesIO(data), read_only=True, data_only=saved) for saved in (True, False)]
    try:
        sheets = [book.worksheets[0] for book in books]
        for sheet in sheets:
            sheet.reset_dimensions()
        limits = {"values_only": True, "max_col": MAX_COLUMNS + 1, "max_row": MAX_ROWS + 2}
        both = zip(*(sheet.iter_rows(**limits) for sheet in sheets), strict=True)
        for number, (values, written) in enumerate(both, start=1):
            for value, source in zip(values, written, strict=True):
                if value is None and source is not None:
                    raise Refused(
                        gettext(
                            "Row %(row)d has a formula without its value. Open the table in Excel, save it, "
                            "and try again."
                        )
                        % {"row": number}
                    )
            yield number, [as_text(cell) for cell in values]
    finally:
        for book in books:
            book.close()


def as_text(cell) -> str:
    """A cell as it would stand in a CSV file: dates as 2024-05-31, whole numbers without a point."""
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case datetime.datetime() if cell.time() == datetime.time():
            return cell.date().isoformat()
        case datetime.datetime():
            return cell.isoformat(sep=" ", timespec="minutes")
        case datetime.date() | datetime.time():
            return cell.isoformat()
        case float() if cell.is_integer():
            return format(Decimal(cell), "f")
        case _:
            return str(cell)


def keyed(lines: Iterator[tuple[int, list[str]]], name: str) -> list[Row]:
    """The lines as dicts by header. Headers are taken without spaces and case; empty lines are passed over."""
    header: list[str] = []
    rows: list[Row] = []
    for number, line in lines:
        cells = [cell.replace("\x00", "").strip() for cell in line]
        if not any(cells):
            continue
        if len(cells) > MAX_COLUMNS and any(cells[MAX_COLUMNS:]):
            raise Refused(
                gettext("“%(name)s” has more than %(limit)d columns, so it is not a table of ours.")
                % {"name": name, "limit": MAX_COLUMNS}
            )
        if any(len(cell) > MAX_CELL for cell in cells):
            raise Refused(
                gettext("“%(name)s” has a cell of more than %(limit)d characters in row %(row)d.")
                % {"name": name, "limit": MAX_CELL, "row": number}
            )
        if not header:
            header = [heading.casefold() for heading in cells]
            repeated = {heading for heading in header if heading and header.count(heading) > 1}
            if repeated:
                raise Refused(
                    gettext("“%(name)s” has the column “%(column)s” twice.")
                    % {"name": name, "column": sorted(repeated)[0]}
                )
            continue
        if len(rows) == MAX_ROWS:
            raise Refused(
                gettext("“%(name)s” has more than %(limit)d rows. Split it.")
                % {"name": name, "limit": MAX_ROWS}
            )
        rows.append(Row(number, {key: cell for key, cell in zip(header, cells, strict=False) if key}))
    return rows
