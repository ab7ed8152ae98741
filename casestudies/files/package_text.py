"""The words of Word, Excel and PowerPoint files (ECMA-376), from every part that carries any.

Part by part: paragraphs of text and of drawings, deleted text, field codes, descriptions of pictures, comments, the rows
of all sheets, what charts remember, properties, addresses of links, and the documents that are embedded.
"""

import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from portal.packages import PackageRefused, forget, local, open_package, walk

DEEPEST = 3  # documents within documents
#: Elements whose text is words.
WORDS = {"t", "delText", "instrText", "delInstrText", "text"}
#: Elements that stand on a line of their own: paragraphs, comments, points of a chart.
BLOCKS = {"p", "comment", "threadedComment", "cm", "pt"}
SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
#: Properties that people or their machines write.
PROPERTIES = {
    "title", "subject", "creator", "keywords", "description", "lastModifiedBy", "category", "Manager", "Company",
    "HyperlinkBase", "lpwstr", "lpstr",
}  # fmt: skip
SHEET = re.compile(r"xl/(work|dialog)sheets/[^/]+\.xml$")
EMBEDDED = re.compile(r"\.(docx|xlsx|pptx|docm|xlsm|pptm)$", re.I)


class _Lines:
    """Collects lines, and refuses when they become too many."""

    def __init__(self, most: int):
        self.lines: list[str] = []
        self.left = most

    def add(self, line: str | None) -> None:
        line = (line or "").strip()
        if line:
            self.left -= len(line) + 1
            if self.left < 0:
                raise PackageRefused(_("This file holds more text than can be read through. Split it."))
            self.lines.append(line)


def read(content: bytes, most: int) -> str:
    """All words, a line for each paragraph or row. Raises PackageRefused, also above `most` characters."""
    lines = _Lines(most)
    read_package(content, lines, DEEPEST)
    return "\n".join(lines.lines)


def read_package(content: bytes, lines: _Lines, deep: int) -> None:
    package = open_package(content)
    names = sorted(package.namelist(), key=lambda name: ("document.xml" not in name, name))
    if "xl/workbook.xml" in names:
        read_sheets(package, names, lines)
    for name in names:
        if SHEET.match(name) or name == "xl/sharedStrings.xml":
            continue
        if name.startswith("docProps/") and name.endswith(".xml"):
            for _event, element in walk(package, name):
                if local(element) in PROPERTIES and not len(element):
                    lines.add(element.text)
        elif name.endswith(".rels"):
            for _event, element in walk(package, name):
                if element.get("TargetMode") == "External":
                    lines.add(element.get("Target"))
        elif EMBEDDED.search(name):
            if deep == 0:
                raise PackageRefused(_("This file holds documents within documents. Send them one by one."))
            read_package(package.read(name), lines, deep - 1)
        elif name.endswith(".xml"):
            for line in paragraphs(package, name):
                lines.add(line)


def paragraphs(package: zipfile.ZipFile, name: str) -> Iterator[str]:
    """The paragraphs of one part, then the people whom it names. A twin for old programs counts when it says more."""
    open_blocks: list[str] = [""]
    said: set[str] = set()
    people: set[str] = set()
    for event, element in walk(package, name, ("start", "end")):
        tag = local(element)
        if event == "start":
            if tag in BLOCKS:
                open_blocks.append("")
            continue
        if tag in WORDS or (tag == "v" and local(element.getparent()) == "pt"):
            open_blocks[-1] += element.text or ""
        elif tag in SIGNS:
            open_blocks[-1] += SIGNS[tag]
        elif tag in ("docPr", "cNvPr"):
            yield from filter(None, (element.get("title"), element.get("descr")))
        elif tag in ("sheet", "person", "cmAuthor"):
            people.add(element.get("displayName") or element.get("name") or "")
        elif tag == "author":
            people.add(element.text or "")
        people |= {value for key, value in element.items() if key.rpartition("}")[2] == "author"}
        if tag in BLOCKS:
            line = open_blocks.pop()
            if line not in said or not any(local(one) == "Fallback" for one in element.iterancestors()):
                yield line
            said.add(line)
            element.clear()
    yield open_blocks[0]
    yield from sorted(people)


# -- Sheets -----------------------------------------------------------------------------------------------------------


def read_sheets(package: zipfile.ZipFile, names: list[str], lines: _Lines) -> None:
    """The rows of all sheets, hidden ones too, the cells of a row separated by tabs."""
    shared = list(shared_strings(package)) if "xl/sharedStrings.xml" in names else []
    dates = date_styles(package) if "xl/styles.xml" in names else set()
    epoch = CALENDAR_WINDOWS_1900
    for _event, element in walk(package, "xl/workbook.xml"):
        if local(element) == "workbookPr" and element.get("date1904") in ("1", "true"):
            epoch = CALENDAR_MAC_1904
        if local(element) == "definedName":
            lines.add(element.text if element.text and '"' in element.text else None)
    for name in filter(SHEET.match, names):
        row: list[str] = []
        for _event, element in walk(package, name):
            tag = local(element)
            if tag == "c":
                row.append(cell(element, shared, dates, epoch))
            elif tag == "row":
                lines.add("\t".join(filter(None, row)))
                row = []
                forget(element)
            elif tag.endswith(("Header", "Footer")) or tag in ("formula1", "formula2"):
                lines.add(element.text)


def shared_strings(package: zipfile.ZipFile) -> Iterator[str]:
    for _event, element in walk(package, "xl/sharedStrings.xml"):
        if local(element) == "si":
            yield words_in(element)
            forget(element)


def words_in(element) -> str:
    """The words of a rich string; how they are read aloud is left out."""
    return "".join(
        node.text or "" for node in element.iter() if local(node) == "t" and local(node.getparent()) != "rPh"
    )


def date_styles(package: zipfile.ZipFile) -> set[str]:
    """The numbers of the cell styles that show a number as a date."""
    formats = dict(BUILTIN_FORMATS)
    styles: list[int] = []
    for _event, element in walk(package, "xl/styles.xml"):
        if local(element) == "numFmt" and (element.get("numFmtId") or "").isdigit():
            formats[int(element.get("numFmtId"))] = element.get("formatCode") or ""
        elif local(element) == "xf" and local(element.getparent()) == "cellXfs":
            number = element.get("numFmtId") or "0"
            styles.append(int(number) if number.isdigit() else 0)
    chinese = {
        *range(27, 37),
        *range(50, 59),
    }  # dates of Chinese, Japanese and Korean Excel, which have no code
    return {
        str(position)
        for position, number in enumerate(styles)
        if number in chinese or is_date_format(formats.get(number))
    }


def cell(element, shared: list[str], dates: set[str], epoch) -> str:
    kind = element.get("t", "n")
    if kind == "inlineStr":
        return words_in(element)
    value = next((child.text for child in element if local(child) == "v"), None)
    if not value:
        return ""
    if kind == "s":
        return shared[int(value)] if value.isdigit() and int(value) < len(shared) else ""
    return number(value, element.get("s") in dates, epoch) if kind == "n" else value


def number(value: str, is_date: bool, epoch) -> str:
    """A number as a sheet shows it: a telephone number without an exponent, a date as 1990-05-31."""
    try:
        exact = Decimal(value)
        if is_date:
            return str(from_excel(float(exact), epoch)).removesuffix(" 00:00:00")
        return format(exact.quantize(1) if exact == exact.to_integral_value() else exact, "f")
    except (InvalidOperation, ValueError, OverflowError, TypeError):
        return value
