"""What may go with a case study: told by its bytes, and freed of what it says about the people who made it.

Pictures are drawn anew. Documents and tables lose properties, names and older states (`pdf_cleaning`,
`package_cleaning`); what cannot be taken out surely is told to the author.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import IO

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from casestudies.files import package_cleaning, pdf_cleaning
from casestudies.files.pdf_text import PdfRefused
from casestudies.models import Attachment
from orgs.evidence import plain_name
from portal import pictures, tables
from portal.importing import Refused
from portal.packages import PackageRefused, open_package

LONGEST_SIDE = 2400  # pixels: sharp on a screen and on a printed page
OFFICE = "application/vnd.openxmlformats-officedocument."
#: How the name of each type ends.
ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "application/pdf": ".pdf",
    OFFICE + "wordprocessingml.document": ".docx",
    OFFICE + "presentationml.presentation": ".pptx",
    OFFICE + "spreadsheetml.sheet": ".xlsx",
    "text/csv": ".csv",
    "application/json": ".json",
    "text/plain": ".txt",
}
#: The part that makes a package what it is.
MAIN_PARTS = {
    "word/document.xml": OFFICE + "wordprocessingml.document",
    "ppt/presentation.xml": OFFICE + "presentationml.presentation",
    "xl/workbook.xml": OFFICE + "spreadsheetml.sheet",
}
#: What can be a dataset. A table can also be meant as a document.
DATASETS = ("text/csv", "application/json", OFFICE + "spreadsheetml.sheet")
PICTURES = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP", re.S)
MARKUP = re.compile(r"\s*<(?:\?xml|!doctype|!--|svg|html|head|body|script)", re.I)


class UploadRefused(Exception):
    """A refusal, with a sentence for people."""


@dataclass(frozen=True)
class Upload:
    """A file that was examined and cleaned: what it is, its new bytes and their SHA-256 in hexadecimal.

    `notes` are sentences for the author about what was taken out and what was not.
    """

    content: bytes
    name: str
    content_type: str
    kind: str
    width: int | None = None
    height: int | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def examine(file: IO[bytes], name: str) -> Upload:
    """Look at what an upload really is, and clean it. Raises UploadRefused with what to do instead."""
    name = plain_name(name)
    file.seek(0)
    content = file.read(settings.UPLOAD_MAX_BYTES + 1)
    if not content:
        raise UploadRefused(_("“%(name)s” is empty.") % {"name": name})
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise UploadRefused(
            _("“%(name)s” is larger than %(size)s. Make it smaller and try again.")
            % {"name": name, "size": filesizeformat(settings.UPLOAD_MAX_BYTES)}
        )
    try:
        return examined(content, name)
    except (PackageRefused, PdfRefused, pictures.PictureRefused) as refusal:
        raise UploadRefused(str(refusal)) from refusal


def examined(content: bytes, name: str) -> Upload:
    if PICTURES.match(content):
        return picture(content, name)
    if content.startswith(b"%PDF-"):
        cleaned, notes = pdf_cleaning.clean(content)
        return made(cleaned, name, "application/pdf", notes)
    if content.startswith(b"PK\x03\x04"):
        content_type = type_of_package(content)
        cleaned, notes = package_cleaning.clean(content)
        properties = _("The file’s properties (author, company, dates) were taken out.")
        return made(cleaned, name, content_type, [properties, *notes])
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UploadRefused(
            _(
                "“%(name)s” is a file of the old Word, Excel or PowerPoint, or a protected one. Open it, choose “Save as” "
                "and take .docx, .xlsx or .pptx without a password."
            )
            % {"name": name}
        )
    return made(content, name, type_of_text(content, name), [])


def picture(content: bytes, name: str) -> Upload:
    drawn = pictures.redraw(content, longest=LONGEST_SIDE)
    return Upload(
        drawn.content,
        with_ending(name, drawn.content_type),
        drawn.content_type,
        Attachment.Kind.IMAGE,
        drawn.width,
        drawn.height,
        [_("The picture was drawn anew: the place and the device it was taken with are no longer in it.")],
    )


def made(content: bytes, name: str, content_type: str, notes: list[str]) -> Upload:
    kind = Attachment.Kind.DATASET if content_type in DATASETS else Attachment.Kind.DOCUMENT
    return Upload(content, with_ending(name, content_type), content_type, kind, notes=notes)


def with_ending(name: str, content_type: str) -> str:
    """The name, ending as its content is: `报告.exe` that is a Word file becomes `报告.exe.docx`."""
    ending = ENDINGS[content_type]
    if name.lower().endswith(ending) or (ending == ".txt" and name.lower().endswith(".md")):
        return name
    other = tuple(one for one in (*ENDINGS.values(), ".jpeg", ".webp", ".gif") if one != ending)
    if name.lower().endswith(other):
        name = name[: name.rindex(".")]
    return (name or _("File")) + ending


def type_of_package(content: bytes) -> str:
    names = set(open_package(content).namelist())
    for part, content_type in MAIN_PARTS.items():
        if part in names and "[Content_Types].xml" in names:
            return content_type
    raise PackageRefused(
        _("This is an archive, or a kind of file that we do not take. Add the files one by one.")
    )


def type_of_text(content: bytes, name: str) -> str:
    """CSV, JSON or plain text: of these the name may choose, for each is harmless. Raises UploadRefused."""
    unknown = UploadRefused(
        _(
            "“%(name)s” is none of the files that we take: a picture (JPG, PNG, WebP), PDF, Word, PowerPoint or Excel "
            "(docx, pptx, xlsx), CSV, JSON or plain text."
        )
        % {"name": name}
    )
    try:
        text = tables.decode(content, name)
    except Refused as refusal:
        raise unknown from refusal
    if MARKUP.match(text):
        raise UploadRefused(
            _(
                "“%(name)s” is a web page or a drawing in SVG, which can carry scripts. Save a picture as PNG, a text as PDF."
            )
            % {"name": name}
        )
    if name.lower().endswith(".json") or (text.lstrip()[:1] in "{[" and not name.lower().endswith(".csv")):
        try:
            json.loads(text)
        except (ValueError, RecursionError) as error:
            if name.lower().endswith(".json"):
                raise UploadRefused(_("“%(name)s” is no valid JSON.") % {"name": name}) from error
        else:
            return "application/json"
    return "text/csv" if name.lower().endswith((".csv", ".tsv")) else "text/plain"
