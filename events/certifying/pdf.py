"""A certificate as PDF: set by Typst from the template in events/certifying/, made when somebody asks for it.

PDF/A-2u on purpose: that standard refuses a document in which a character has no glyph, embeds every font, and lets
text be copied out. So a name with a rare character is set right or not at all, and never as an empty box. The same
certificate gives the same bytes: the only time in it is when it was issued.
"""

from datetime import timedelta
from pathlib import Path

import segno
from django.conf import settings
from django.core.cache import cache as kept
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from events.hours.words import in_hours
from events.models import Certificate
from portal import typesetting
from portal.bilingual import CHINESE, ENGLISH
from portal.typesetting import CannotBeSet, has_chinese_font, has_rare_characters

__all__ = ["CannotBeSet", "file_name", "has_chinese_font", "has_rare_characters", "pdf"]
TEMPLATE = Path(__file__).parent / "certificate.typ"
KEPT_FOR = timedelta(hours=1).total_seconds()
LANGUAGES = (CHINESE, ENGLISH)


def pdf(certificate: Certificate, language: str = "") -> bytes:
    """The certificate as PDF/A in Chinese or English, in the person's language when none is given.

    Raises CannotBeSet when no installed font has one of its characters.
    """
    language = language if language in LANGUAGES else certificate.language
    key = f"certificate.{certificate.public_id}.{language}.{typesetting.fingerprint(TEMPLATE)}"
    content = kept.get(key)
    if content is None:
        content = make(certificate, language)
        kept.set(key, content, KEPT_FOR)
    return content


def make(certificate: Certificate, language: str) -> bytes:
    """Set it now. Raises CannotBeSet."""
    return typesetting.make(
        TEMPLATE, words(certificate, language), at=certificate.issued_at, standards=["a-2u"]
    )


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
