"""The words of a file: all of them, also where a reader would not look.

For the check that nobody's client is exposed, so a header, a comment, a deleted passage that is still in the file, the
sheet behind a chart and the name of the last person who saved it all count. What a file is, its bytes say. A file that
cannot be read whole is refused: half a check would be none.
"""

import json
from typing import IO

from django.utils.translation import gettext as _

from casestudies.files import package_text, pdf_text
from portal import tables
from portal.importing import Refused
from portal.packages import PackageRefused

MOST_BYTES = 50 * 1024 * 1024
MOST_CHARACTERS = 5_000_000  # some 5,000 pages
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")


class Unreadable(Exception):
    """This file's words cannot be read; the argument is the sentence that says why and what to do."""


def text_of(file: IO[bytes] | bytes) -> str:
    """The words of a PDF, Word, Excel, PowerPoint, CSV, JSON or text file, one line for each paragraph or row.

    A picture has none. Raises Unreadable.
    """
    content = file if isinstance(file, bytes) else read_whole(file)
    if len(content) > MOST_BYTES:
        raise Unreadable(_("This file is too large to be read through."))
    try:
        text = words_of(content)
    except (PackageRefused, Refused, pdf_text.PdfRefused) as refusal:
        raise Unreadable(str(refusal)) from refusal
    except Unreadable:
        raise
    except Exception as error:  # whatever a damaged or hostile file makes the parsers raise
        raise Unreadable(_("This file is damaged. Open it, save it again and try again.")) from error
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(_("This file holds more text than can be read through. Split it."))
    return text


def read_whole(file: IO[bytes]) -> bytes:
    """At most one byte more than we take, from the beginning, whether the file is open or not."""
    if getattr(file, "closed", False) or not hasattr(file, "read"):
        file.open("rb")  # type: ignore[attr-defined]  # a file of Django's
    file.seek(0)
    return file.read(MOST_BYTES + 1)


def words_of(content: bytes) -> str:
    if content.startswith(b"PK\x03\x04"):
        return package_text.read(content, MOST_CHARACTERS)
    if content.startswith(b"%PDF"):
        return pdf_text.read(content, MOST_CHARACTERS)
    if content.startswith(PICTURES):
        return ""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            _(
                "This is a file of the old Word or Excel, or a protected one. Save it as .docx or .xlsx without a password and try again."
            )
        )
    if not content.strip():
        return ""
    text = tables.decode(content, _("The file")).replace("\r\n", "\n").replace("\r", "\n")
    return spelled_out(text) if text.lstrip()[:1] in ("{", "[") else text


def spelled_out(text: str) -> str:
    """JSON with its characters as they are read, so that \\u5f20 hides no name; other text as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        return text
