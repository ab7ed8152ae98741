"""The words of a PDF: of its pages, annotations, form fields and properties.

pypdf limits what one stream may unpack to; the number of pages, the size of a page's drawing and the time are limited here.
"""

import logging
import time
from io import BytesIO

from django.utils.translation import gettext as _
from pypdf import PdfReader
from pypdf.errors import PyPdfError

MOST_PAGES = 2000
MOST_PAGE_BYTES = 8 * 1024 * 1024  # of drawing on one page
MOST_SECONDS = 90
logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of every oddity of other people's files


class PdfRefused(Exception):
    """The PDF is not read; the argument is a sentence for people."""


def open_pdf(content: bytes) -> PdfReader:
    """The PDF, when it can be opened without a password. Raises PdfRefused."""
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            raise PdfRefused(_("This PDF is protected by a password. Save it without one and try again."))
        count = len(reader.pages)
    except PdfRefused:
        raise
    except Exception as error:  # pypdf meets any content, and says no in many ways
        raise damaged() from error
    if count > MOST_PAGES:
        raise PdfRefused(
            _("This PDF has more than %(count)d pages. Split it and try again.") % {"count": MOST_PAGES}
        )
    return reader


def read(content: bytes, most: int) -> str:
    """All words, a page after the other. Raises PdfRefused, also when there are more than `most` characters."""
    reader = open_pdf(content)
    end = time.monotonic() + MOST_SECONDS
    lines: list[str] = []
    length = 0
    try:
        lines += properties(reader)
        for page in reader.pages:
            drawing = page.get_contents()
            if drawing is not None and len(drawing.get_data()) > MOST_PAGE_BYTES:
                raise PdfRefused(
                    _("A page of this PDF is too complicated to be read. Print it to a new PDF.")
                )
            lines += [page.extract_text(), *annotations(page)]
            length += len(lines[-1]) + len(lines[-2]) if len(lines) > 1 else len(lines[-1])
            if length > most or time.monotonic() > end:
                raise PdfRefused(_("This file holds more text than can be read through. Split it."))
        lines += fields(reader)
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
        raise damaged() from error
    return "\n".join(line for line in lines if line.strip())


def damaged() -> PdfRefused:
    return PdfRefused(_("This PDF is damaged. Print it to a new PDF and try again."))


def properties(reader: PdfReader) -> list[str]:
    """Title, author and the like, without the names of programs and dates."""
    wanted = ("/Title", "/Author", "/Subject", "/Keywords")
    return [str(value) for name, value in (reader.metadata or {}).items() if name in wanted and value]


def annotations(page) -> list[str]:
    """What stands in notes, and where links lead."""
    found = []
    for annotation in page.get("/Annots") or []:
        one = annotation.get_object()
        found += [str(one[name]) for name in ("/Contents", "/T", "/V") if one.get(name)]
        action = one.get("/A")
        if action is not None and action.get_object().get("/URI"):
            found.append(str(action.get_object()["/URI"]))
    return found


def fields(reader: PdfReader) -> list[str]:
    """What was filled into a form."""
    return [str(field.get("/V")) for field in (reader.get_fields() or {}).values() if field.get("/V")]
