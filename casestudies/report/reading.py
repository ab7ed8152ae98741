"""Reading the reports that agencies have (.docx, .md, .txt) into the sections of a case study.

What a file is, its bytes say, never its name. Headings are mapped by `casestudies.report.headings`; what fits nowhere is
kept under "further text" with its heading, so nothing that was written is lost. Notes stand at the end of their section,
pictures are told with the section that they stand in.
"""

import io
import re
import zipfile
import zlib
from html import escape

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from casestudies import rich_text
from casestudies.report import headings, notes, word
from casestudies.report.headings import Heading
from casestudies.report.report import Piece, Report, plain_blocks

#: A Word file may not unpack to more than this, nor to more than so many times its own size.
UNPACKED_MAX_BYTES = 100 * 1024 * 1024
UNPACKED_MAX_RATIO = 200
PART_MAX_BYTES = 32 * 1024 * 1024  # of XML, which takes ten times as much when it is read: some 2,000 pages
WEB_PAGES = (b"<html", b"<!doctype html", b"mime-version:")
BOLD_LINE = re.compile(r"<p>\s*<strong>[^<]*</strong>\s*[：:]?\s*</p>")
TITLE_LONGEST = 200  # characters, as in the model


class Unreadable(Exception):
    """This file is not read; the argument is the sentence that says why and what to do."""


def read(name: str, content: bytes) -> Report:
    """Read one file. `name` gives the title when the report has none. Raises Unreadable."""
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise Unreadable(
            _("This file is larger than %(size)s. Take the pictures out and try again.")
            % {"size": filesizeformat(settings.UPLOAD_MAX_BYTES)}
        )
    if not content.strip():
        raise Unreadable(_("This file is empty."))
    stem = re.sub(r"\.(docx|md|markdown|txt)$", "", name, flags=re.I)
    if content.startswith(b"PK\x03\x04"):
        check_package(content)
        try:
            document = word.read(content)
        except Exception as error:  # whatever a damaged or hostile file makes the parsers raise
            raise Unreadable(
                _("This Word file is damaged. Open it in Word or WPS, save it again as .docx and try again.")
            ) from error
        report = arrange(document.blocks, stem)
        report.pictures, report.footnotes = len(document.pictures), len(document.notes)
        report.changes = document.changes
        notes.settle(report, document)
        return report
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Unreadable(
                _(
                    "This file is protected by a password. Open it in Word or WPS, take the password away under File, "
                    "Protect document, save it, and try again."
                )
            )
        raise Unreadable(
            _(
                "This is a file of the old Word (.doc) or of WPS. Open it, choose “Save as”, take “Word document (.docx)”, "
                "and try again."
            )
        )
    if content.startswith(b"{\\rtf") or content[:2000].lstrip().lower().startswith(WEB_PAGES):
        raise Unreadable(
            _(
                "This file is called a Word file but is rich text (RTF) or a web page. Open it, choose “Save as”, take "
                "“Word document (.docx)”, and try again."
            )
        )
    if content.startswith(b"%PDF"):
        raise Unreadable(_("A PDF cannot be taken apart into sections. Use the Word file it was made from."))
    text = decoded(content)
    is_markdown = name.lower().endswith((".md", ".markdown")) or re.search(r"^#{1,6}\s+\S", text, re.M)
    blocks, pictures = markdown_blocks(text) if is_markdown else (plain_blocks(text), 0)
    report = arrange(blocks, stem)
    report.pictures = pictures
    return report


def check_package(content: bytes) -> None:
    """Refuse a package that is no plain Word document or would unpack to something huge. Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Unreadable(_("This file is damaged. Save it again as .docx and try again.")) from error
    names = {entry.filename for entry in entries}
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable(_("This Word file is protected by a password. Save it without one and try again."))
    if "word/document.xml" not in names:
        raise Unreadable(_("This is not a Word document. Use a .docx, .md or .txt file."))
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Unreadable(_("This Word file contains macros. Save it as .docx without macros and try again."))
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > UNPACKED_MAX_BYTES or unpacked > UNPACKED_MAX_RATIO * len(content):
        raise Unreadable(_("This Word file unpacks to far more than it should. It was not opened."))
    if any(
        entry.file_size > PART_MAX_BYTES for entry in entries if entry.filename.endswith((".xml", ".rels"))
    ):
        raise Unreadable(_("The text of this Word file is too long to be read at once. Split it."))
    kinds = content_types(content)
    if b"macroEnabled" in kinds:
        raise Unreadable(_("This Word file contains macros. Save it as .docx without macros and try again."))
    if b"wordprocessingml.template" in kinds:
        raise Unreadable(
            _("This is a template of Word. Open it, save it as a Word document (.docx) and try again.")
        )


def content_types(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        try:
            return package.read("[Content_Types].xml")
        except (KeyError, zipfile.BadZipFile, NotImplementedError, zlib.error) as error:
            raise Unreadable(_("This file is damaged. Save it again as .docx and try again.")) from error


def decoded(content: bytes) -> str:
    """The words of a text file: UTF-8, UTF-16 with its mark, or GB18030. Raises Unreadable."""
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if is_utf16 else ["utf-8-sig", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not rich_text.CONTROL_CHARACTERS.search(text):
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise Unreadable(_("This is neither a Word document nor a text. Use a .docx, .md or .txt file."))


def markdown_blocks(text: str) -> tuple[list, int]:
    """The blocks of a Markdown text, and how many pictures it names."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    pictures = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
    found = len(pictures.findall(text))
    return rich_text.markdown_blocks(pictures.sub("", text), Heading), found


def arrange(blocks: list, stem: str) -> Report:
    """Put headings and HTML blocks, in the order of the source, where they belong in a case study."""
    title, blocks = take_title(blocks)
    if not any(isinstance(block, str) for block in blocks):
        raise Unreadable(_("No text was found in this file."))
    report = Report(title=(title or stem)[:TITLE_LONGEST])
    if len(title) > TITLE_LONGEST:
        report.pieces.append(Piece("", "further_text", "".join(plain_blocks(title))))
    piece, level = None, 0
    for block in see_headings(blocks):
        if isinstance(block, str):
            if piece is None:
                piece = labelled(block) or Piece("", "further_text")
                report.pieces.append(piece)
                if piece.field != "further_text":
                    piece = None
                    continue
            piece.html += block
            continue
        known = place_of(block.text, report)
        guessed = None if known else headings.guess_of(block.text)
        is_within = piece is not None and piece.heading and block.level > level
        if piece and is_within and (piece.field != "further_text" or not known):
            tag = "h3" if block.level == level + 1 else "h4"
            piece.html += f"<{tag}>{escape(block.text)}</{tag}>"
            continue
        piece = Piece(headings.bare(block.text), known or guessed or "further_text", is_guess=bool(guessed))
        level = block.level
        report.pieces.append(piece)
    return report


def place_of(heading: str, report: Report) -> str | None:
    """The field for a heading at this point of the report."""
    known = headings.field_of(heading)
    if known == "needs_assessment" and any(piece.field == "outcomes" for piece in report.pieces):
        return "reflection"  # an analysis that follows the outcome explains it
    return known


def labelled(block: str) -> Piece | None:
    """A paragraph such as "摘要：…" or "关键词：…" before the first heading."""
    words = rich_text.to_plain(block)
    label, mark, rest = words.replace(":", "：", 1).partition("：")
    known = headings.field_of(label) if mark and rest.strip() and len(label) < 12 else None
    if known not in ("abstract", "keywords"):
        return None
    return Piece(headings.bare(label), known, "".join(plain_blocks(rest)))


def take_title(blocks: list) -> tuple[str, list]:
    """The title of the report, and the blocks without it: the broadest heading if it comes first, or a short first line."""
    for position, block in enumerate(blocks[:3]):
        if isinstance(block, Heading):
            same = [other for other in blocks if isinstance(other, Heading) and other.level <= block.level]
            if len(same) == 1 and not headings.field_of(block.text):
                return block.text.strip(), blocks[:position] + blocks[position + 1 :]
            break
    if blocks and isinstance(blocks[0], str):
        first = line_of(blocks[0])
        is_title = len(first) <= 60 and "\n" not in first and not re.search(r"[。；！？：:]", first)
        if is_title and not headings.looks_like(first):
            marks = word.marks_in(blocks[0])
            return first, [*([f"<p>{marks}</p>"] if marks else []), *blocks[1:]]
    return "", blocks


def see_headings(blocks: list) -> list:
    """The blocks with those paragraphs turned into headings that only look like ones.

    Where the source has headings of its own, lines that look like headings are parts of those.
    """
    styled = [block.level for block in blocks if isinstance(block, Heading)]
    broadest, deepest = min(styled, default=1), max(styled, default=0)
    has_parts = any(headings.NUMBERED_PART.match(line) for line in map(line_of, blocks) if line)
    seen: list = []
    for block in blocks:
        if isinstance(block, Heading):
            seen.append(Heading(block.text, block.level - broadest + 1))
            continue
        words = line_of(block)
        is_paragraph = block.startswith("<p>") and "\n" not in words
        is_bold = bool(BOLD_LINE.fullmatch(word.without_marks(block)))
        level = headings.looks_like(words) if is_paragraph else None
        if level is None and is_paragraph and is_bold and len(words) <= headings.LONGEST:
            level = 1 if headings.field_of(words) else 2
        if level is None:
            seen.append(block)
            continue
        if has_parts and headings.NUMBERED_PLAINLY.match(words):
            level = 3  # where 一、 divides the report, 1. divides a part of a part
        seen.append(Heading(words, level + max(0, deepest - broadest + 1)))
        if marks := word.marks_in(block):
            seen.append(f"<p>{marks}</p>")
    return seen


def line_of(block) -> str:
    """The words of a block without the marks of notes and pictures."""
    return "" if isinstance(block, Heading) else rich_text.to_plain(word.without_marks(block))
