"""Pictures that people send: drawn anew from their pixels, or, inside another document, freed of what else they say.

A file is what its content is, whatever it is called. A picture that is drawn anew carries neither the place where it was
taken nor a script behind it.
"""

import warnings
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

ACCEPTED = ("PNG", "JPEG", "WEBP", "GIF")
SAME = "same"  # the kind that was sent
MOST_PIXELS = 60_000_000  # above every phone's ordinary picture, far below what fills the memory
#: Segments of a JPEG that hold more than pixels and colours: EXIF and XMP, IPTC, makers' notes, comments.
JPEG_EXTRAS = {0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE}
#: Chunks of a PNG that are needed to show it (PNG, third edition); all others are left out.
PNG_KEPT = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"bKGD",
    b"pHYs", b"acTL", b"fcTL", b"fdAT",
}  # fmt: skip


class PictureRefused(Exception):
    """A refusal, with a sentence for people."""


@dataclass(frozen=True)
class Drawn:
    """A new picture: its bytes, "image/jpeg", "image/png" or "image/webp", and its size in pixels."""

    content: bytes
    content_type: str
    width: int
    height: int


def redraw(
    content: bytes,
    *,
    longest: int,
    accepted: tuple[str, ...] = ACCEPTED,
    kind: str = "",
    quality: int = 88,
) -> Drawn:
    """A new picture with the same pixels, upright, scaled down to `longest` pixels on a side where it is larger.

    PNG and GIF become PNG, so that lines stay sharp; JPEG and WebP become JPEG unless they are transparent. With a `kind`
    it becomes that, JPEG on white paper; SAME keeps the one that was sent. Of a moving picture the first one is kept.
    Raises PictureRefused.
    """
    too_large = PictureRefused(_("The picture has too many pixels. Please make it smaller and try again."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            sent = Image.open(BytesIO(content), formats=accepted)
            if sent.width * sent.height > MOST_PIXELS:
                raise too_large
            sent_as = sent.format or ""
            sent.draft("RGB", (longest, longest))  # JPEG: no more is read than is kept
            upright = ImageOps.exif_transpose(sent)
        is_transparent = upright.has_transparency_data
        picture = upright.convert("RGBA" if is_transparent else "RGB")
        picture.thumbnail((longest, longest))
        wanted = sent_as if kind == SAME else kind or best_kind(sent_as, is_transparent)
        if wanted == "JPEG":
            picture = on_paper(picture)
        picture.info.clear()
        drawn = BytesIO()
        picture.save(
            drawn, format=wanted, **({"optimize": True} if wanted == "PNG" else {"quality": quality})
        )
        return Drawn(drawn.getvalue(), f"image/{wanted.lower()}", picture.width, picture.height)
    except PictureRefused:
        raise
    except Image.DecompressionBombError as error:
        raise too_large from error
    except Exception as error:  # a decoder meets any content, and says no in many ways
        raise PictureRefused(
            _("This picture cannot be opened. Save it again as PNG or JPG and try again.")
        ) from error


def best_kind(sent_as: str, is_transparent: bool) -> str:
    return "PNG" if sent_as in ("PNG", "GIF") or is_transparent else "JPEG"


def on_paper(picture: Image.Image) -> Image.Image:
    """The picture on white, for what knows no transparency."""
    if picture.mode != "RGBA":
        return picture
    paper = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(paper, picture).convert("RGB")


def size_of(content: bytes) -> tuple[int, int]:
    """Width and height as a file says, without reading its pixels; nought for what is no picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(BytesIO(content), formats=ACCEPTED).size
    except Exception:  # likewise
        return 0, 0


def without_extras(content: bytes) -> bytes:
    """A JPEG or PNG without anything but its picture, every pixel as it was; other content as it is."""
    if content.startswith(b"\xff\xd8\xff"):
        return jpeg_without_extras(content)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return png_without_extras(content)
    return content


def jpeg_without_extras(content: bytes) -> bytes:
    """Walks over the segments up to the first scan (ITU T.81, annex B); what is behind the end goes too."""
    kept = bytearray(content[:2])
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == 0xDA:
            end = content.rfind(b"\xff\xd9")
            kept += content[at : end + 2 if end > at else len(content)]
            return bytes(kept)
        if marker not in JPEG_EXTRAS:
            kept += content[at : at + 2 + length]
        at += 2 + length
    return content  # no picture that we understand: left as it was


def png_without_extras(content: bytes) -> bytes:
    kept = bytearray(content[:8])
    at = 8
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        name = content[at + 4 : at + 8]
        if name in PNG_KEPT:
            kept += content[at : at + 12 + length]
        at += 12 + length
        if name == b"IEND":
            return bytes(kept)
    return content
