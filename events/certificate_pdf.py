"""A certificate as PDF: set by Typst from the template in events/certificate/, made when somebody asks for it.

PDF/A-2u on purpose: that standard refuses a document in which a character has no glyph, embeds every font, and lets
text be copied out. So a name with a rare character is set right or not at all, and never as an empty box. The same
certificate gives the same bytes: the only time in it is when it was issued.
"""

import json
from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock

import segno
import typst
from django.conf import settings
from django.core.cache import cache as kept
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from events.hours_words import in_hours
from events.models import Certificate
from portal.bilingual import CHINESE, ENGLISH

TEMPLATE = Path(__file__).parent / "certificate" / "certificate.typ"
#: Families of which one must be there, and those that hold characters of names which it lacks (CJK extensions B to F).
CHINESE_FONTS = ("Noto Serif CJK SC", "Source Han Serif SC")
RARE_FONTS = ("HanaMinA", "HanaMinB")
KEPT_FOR = timedelta(hours=1).total_seconds()
LANGUAGES = (CHINESE, ENGLISH)
#: A compiler works on one document at a time; a certificate takes some milliseconds.
alone = Lock()


class CannotBeSet(Exception):
    """The certificate cannot be made on this server. Its text is a sentence for people."""


def pdf(certificate: Certificate, language: str = "") -> bytes:
    """The certificate as PDF/A in Chinese or English, in the person's language when none is given.

    Raises CannotBeSet when no installed font has one of its characters.
    """
    language = language if language in LANGUAGES else certificate.language
    key = f"certificate.{certificate.public_id}.{language}.{fingerprint()}"
    content = kept.get(key)
    if content is None:
        content = make(certificate, language)
        kept.set(key, content, KEPT_FOR)
    return content


def make(certificate: Certificate, language: str) -> bytes:
    """Set it now. Raises CannotBeSet."""
    if not has_chinese_font():
        raise CannotBeSet(
            _(
                "This server has no Chinese font, so certificates cannot be made now. Nothing is lost: "
                "please tell the portal's staff, and come back later."
            )
        )
    data = json.dumps(words(certificate, language), ensure_ascii=False)
    try:
        with alone:
            return compiler().compile(
                format="pdf",
                sys_inputs={"data": data},
                pdf_standards=["a-2u"],
                timestamp=certificate.issued_at.replace(microsecond=0),
            )
    except typst.TypstError as problem:
        raise CannotBeSet(
            _(
                "This server has no font for one of the characters of the certificate. Nothing is lost: "
                "please tell the portal's staff, and come back later."
            )
        ) from problem


def words(certificate: Certificate, language: str) -> dict:
    """What stands on the paper, in one language."""
    with override(language):
        first, last = certificate.starts_on, certificate.ends_on
        days = date_format(first, "DATE_FORMAT")
        if last != first:
            days = _("%(first)s to %(last)s") % {"first": days, "last": date_format(last, "DATE_FORMAT")}
        address = settings.SITE_URL + reverse("check_certificate", args=[certificate.number])
        issued_on = timezone.localdate(certificate.issued_at)
        facts = {
            "days": days,
            "hours": in_hours(certificate.minutes),
            "role": certificate.get_role_display(),
        }
        return {
            "language": language,
            "portal": _("Tongxing: walking together, and of the same trade."),
            "heading": _("Certificate of attendance"),
            "number_label": _("No."),
            "number": certificate.number,
            "before": _("This is to certify that"),
            "name": certificate.name,
            "has_attended": _("has attended"),
            "title": str(certificate.display_title),
            "facts": _("%(days)s · %(hours)s hours · as: %(role)s") % facts,
            "hosts_label": _("Held by"),
            "hosts": [str(name) for name in certificate.host_names],
            "issued_label": _("Issued on"),
            "issued": date_format(issued_on, "DATE_FORMAT"),
            "date": [issued_on.year, issued_on.month, issued_on.day],
            "check_label": _("Anybody can check this certificate with this code or at"),
            "check_address": address.partition("://")[2],
            "check_url": address,
            "qr": segno.make(address, error="m", micro=False).svg_inline(dark="#2b2622", border=0),
        }


def file_name(certificate: Certificate) -> str:
    """Such as 7K3M9-QWD4P-张红.pdf, without what a file system would take for a path."""
    name = "".join(sign for sign in certificate.name if sign.isalnum() or sign in " -·").strip()
    return f"{certificate.number}-{name}.pdf"


@cache
def compiler() -> typst.Compiler:
    """One for the process: it reads the fonts once."""
    return typst.Compiler(str(TEMPLATE), font_paths=fonts())


@cache
def fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=True)


def has_chinese_font() -> bool:
    return not set(CHINESE_FONTS).isdisjoint(fonts().families())


def has_rare_characters() -> bool:
    return set(RARE_FONTS) <= set(fonts().families())


@cache
def fingerprint() -> str:
    """Another one when the template changes, so that no old PDF is served."""
    return sha256(TEMPLATE.read_bytes()).hexdigest()[:12]
