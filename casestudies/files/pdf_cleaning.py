"""Taking out of a PDF what it says about its makers: properties, XMP, earlier states, the metadata of its photographs.

The document is written anew from what its pages need, so an older state that "incremental saving" left behind goes too.
A file that would do something when it is opened is refused.
"""

from io import BytesIO

from django.utils.translation import gettext as _
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from casestudies.files.pdf_text import PdfRefused, damaged, open_pdf
from portal.pictures import without_extras

#: What describes a document or a part of it, and is not needed to show it.
DESCRIPTIONS = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/SpiderInfo")
#: What acts: scripts, programs, other files, films, forms that send themselves.
ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/GoToE",
    "/RichMediaExecute",
    "/Rendition",
}
ACTIVE = {"/JS", "/EmbeddedFiles", "/RichMediaContent", "/XFA"}
PHOTOGRAPH = "/DCTDecode"


def clean(content: bytes) -> tuple[bytes, list[str]]:
    """The PDF without what describes its makers, and sentences for the author. Raises PdfRefused."""
    reader = open_pdf(content)
    try:
        writer = PdfWriter(clone_from=reader)
        notes, has_signature = [], False
        for held in writer._objects:
            thing = held.get_object() if isinstance(held, IndirectObject) else held
            for part in parts_of(thing):
                check_is_still(part)
                has_signature = has_signature or part.get("/Type") == "/Sig" or part.get("/FT") == "/Sig"
                for name in DESCRIPTIONS:
                    part.pop(NameObject(name), None)
            if isinstance(thing, StreamObject) and PHOTOGRAPH in filters_of(thing):
                take_out_of_photograph(thing)
        writer.metadata = None
        writer._ID = None
        cleaned = BytesIO()
        writer.write(cleaned)
        # What nothing leads to any more is still written down: only what a second reading finds is kept.
        second = PdfWriter(clone_from=PdfReader(cleaned))
        second.metadata = None
        cleaned = BytesIO()
        second.write(cleaned)
        notes += told(writer, has_signature)
    except PdfRefused:
        raise
    except Exception as error:  # pypdf meets any content, and says no in many ways
        raise damaged() from error
    return cleaned.getvalue(), notes


def parts_of(thing):
    """The dictionaries of one object, those within it too."""
    if isinstance(thing, DictionaryObject):
        yield thing
        for value in list(thing.values()):
            yield from parts_of(value)
    elif isinstance(thing, ArrayObject):
        for value in thing:
            yield from parts_of(value)


def check_is_still(part: DictionaryObject) -> None:
    """Refuse what does something by itself. Raises PdfRefused."""
    if part.get("/S") in ACTIONS or ACTIVE & set(part) or part.get("/Type") == "/EmbeddedFile":
        raise PdfRefused(
            _(
                "This PDF contains a script, a form that sends itself or another file. Print it to a plain PDF."
            )
        )


def filters_of(stream: StreamObject) -> list:
    filters = stream.get("/Filter", [])
    return list(filters) if isinstance(filters, ArrayObject) else [filters]


def take_out_of_photograph(stream: StreamObject) -> None:
    """A JPEG within the PDF loses its EXIF; its pixels stay. One that is wrapped in another filter is unwrapped there."""
    if filters_of(stream) == [PHOTOGRAPH]:
        stream._data = without_extras(stream._data)


def told(writer: PdfWriter, has_signature: bool) -> list[str]:
    sentences = [_("The PDF’s properties (author, programs, dates) were taken out.")]
    if has_signature:
        sentences.append(
            _("A digital signature in it does not hold any longer, because the file was cleaned.")
        )
    if any(has_notes(page) for page in writer.pages):
        sentences.append(_("There are notes in the PDF. They stay, and every reader can see them."))
    return sentences


def has_notes(page) -> bool:
    notes = ("/Text", "/FreeText", "/Popup", "/Highlight")
    return any(one.get_object().get("/Subtype") in notes for one in page.get("/Annots") or [])
