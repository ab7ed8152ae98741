"""Files that prove something: what may be uploaded, who sees it, and when it is deleted.

A file is what its content says, never what its name says. It lies in the private storage under a name that says nothing,
is handed out only by a view that asks `may_see`, and is deleted 90 days after the decision; its SHA-256 stays.
"""

import hashlib
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.core.files.base import File
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from orgs.models import Application, Evidence, User
from orgs.permissions import can, is_portal_staff
from portal import storage

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 5
MOST_PIXELS = 60_000_000  # above every phone's ordinary picture, far below what fills the memory
KEPT_AFTER_DECISION = timedelta(days=90)
#: The first bytes of what we take, and what Pillow calls it.
FORMATS = {
    "application/pdf": "PDF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
}
EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
}
#: Signs of a second nature, where no scan has them: at the beginning or the end of the file, in lower case.
SECOND_NATURES = (b"<html", b"<script", b"<!doctype", b"<svg", b"<?php", b"<?xml-stylesheet")
EDGE = 2048
#: What a scan in PDF never needs and a reader's machine should never run.
ACTIVE_PDF = (b"/JavaScript", b"/Launch", b"/EmbeddedFile")


class EvidenceError(Exception):
    """A refusal, with a sentence for people."""


@dataclass(frozen=True)
class Scan:
    """An uploaded file that was examined: what it really is, and its SHA-256 in hexadecimal."""

    file: File
    name: str
    content_type: str
    size: int
    sha256: str


def examine(file: File) -> Scan:
    """Look at what an upload really is. Raises EvidenceError with what to do instead."""
    name = plain_name(file.name)
    if not file.size:
        raise EvidenceError(_("“%(name)s” is empty.") % {"name": name})
    if file.size > MOST_BYTES:
        raise EvidenceError(
            _("“%(name)s” is larger than %(size)d MB. Send a smaller picture or scan.")
            % {"name": name, "size": MOST_BYTES // 1024 // 1024}
        )
    file.seek(0)
    content = file.read()
    content_type = type_of(content)
    if content_type is None:
        raise EvidenceError(
            _("“%(name)s” is neither a PDF nor a picture (JPEG, PNG, WebP). Scan it or take a photo of it.")
            % {"name": name}
        )
    if content_type == "application/pdf":
        check_pdf(content, name)
    else:
        check_picture(file, content_type, name)
    check_has_one_nature(file, content, name)
    file.seek(0)
    return Scan(file, name, content_type, len(content), hashlib.sha256(content).hexdigest())


def type_of(content: bytes) -> str | None:
    """What the first bytes say, or None for what we do not take."""
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def check_pdf(content: bytes, name: str) -> None:
    if b"%%EOF" not in content[-EDGE:]:
        raise EvidenceError(_("“%(name)s” is not a whole PDF. Please save it again.") % {"name": name})
    if any(sign in content for sign in ACTIVE_PDF):
        raise EvidenceError(
            _("“%(name)s” contains a script or another file. Print it to a plain PDF, or take a photo of it.")
            % {"name": name}
        )


def check_picture(file: File, content_type: str, name: str) -> None:
    """Open the picture and read it once: a broken one, or one that would fill the memory, is refused."""
    broken = EvidenceError(_("“%(name)s” cannot be opened as a picture. Save it again.") % {"name": name})
    too_large = EvidenceError(
        _("“%(name)s” has too many pixels. Send it at half the size or less.") % {"name": name}
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            with Image.open(file, formats=[FORMATS[content_type]]) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise too_large
                picture.verify()
            file.seek(0)
            with Image.open(file, formats=[FORMATS[content_type]]) as picture:
                picture.draft("L", (64, 64))  # JPEG: a thumbnail is enough to find that the end is missing
                picture.load()
    except EvidenceError:
        raise
    except Image.DecompressionBombError:
        raise too_large
    except Exception:  # Pillow raises a dozen kinds for what is broken
        raise broken


def check_has_one_nature(file: File, content: bytes, name: str) -> None:
    """Refuse what is a picture or PDF for us and something else for another program."""
    edges = (content[:EDGE] + content[-EDGE:]).lower()
    file.seek(0)
    if any(sign in edges for sign in SECOND_NATURES) or zipfile.is_zipfile(file):
        raise EvidenceError(
            _("“%(name)s” is two kinds of file in one. Please take a plain scan or photo.") % {"name": name}
        )


def plain_name(name: str | None) -> str:
    """The name of an upload as people may read it: no folders, no signs that turn the direction of writing."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C").strip()
    if len(shown) > 120:
        shown = f"{shown[:100]}…{shown[-12:]}"
    return shown or _("File")


def attach(application: Application, scans: Iterable[Scan], *, by: User, kind: str = "") -> list[Evidence]:
    """Keep examined files with an application, the same file once. Raises EvidenceError when they become too many."""
    held = set(application.evidence.filter(deleted_at=None).values_list("sha256", flat=True))
    new = {scan.sha256: scan for scan in scans if scan.sha256 not in held}
    if len(held) + len(new) > MOST_FILES:
        raise EvidenceError(_("At most %(count)d files go with one application.") % {"count": MOST_FILES})
    default = (
        Evidence.Kind.LETTER if application.kind == Application.Kind.CLAIM else Evidence.Kind.CERTIFICATE
    )
    return [
        Evidence.objects.create(
            application=application,
            kind=kind or default,
            name=scan.name,
            content_type=scan.content_type,
            size=scan.size,
            sha256=scan.sha256,
            file=File(scan.file, name="scan"),
            uploaded_by=by,
        )
        for scan in new.values()
    ]


def may_see(user, evidence: Evidence) -> bool:
    """The applicant, the portal's staff, and those who keep the agency's profile; of a claim, not the rivals."""
    if not user.is_authenticated or evidence.deleted_at:
        return False
    return is_portal_staff(user) or is_theirs(user, evidence)


def is_theirs(user, evidence: Evidence) -> bool:
    """Whether this person sees the file without being staff: they sent it, or keep the profile that it speaks for."""
    application = evidence.application
    if application.applicant_id == user.pk:
        return True
    is_claim = application.kind == Application.Kind.CLAIM
    return not is_claim and can(user, "profile.edit", application.agency)


def forget(on: date) -> list[str]:
    """Delete the files of applications that were decided 90 days ago. Their names go too; hash and decision stay."""
    before = timezone.make_aware(datetime.combine(on, datetime.min.time())) - KEPT_AFTER_DECISION
    old = Evidence.objects.filter(application__decided_at__lt=before, deleted_at=None)
    count = 0
    for one in old:
        count += forget_one(one)
    return [f"{count} files of evidence deleted"] if count else []


@transaction.atomic
def forget_one(evidence: Evidence) -> bool:
    evidence = (
        Evidence.objects.select_for_update(of=("self",)).filter(pk=evidence.pk, deleted_at=None).first()
    )
    if evidence is None:
        return False
    path = evidence.file.name
    evidence.file, evidence.name, evidence.deleted_at = "", _("Deleted file"), timezone.now()
    evidence.save(update_fields=["file", "name", "deleted_at"])
    delete_after_commit(path)
    return True


def sweep(on: date) -> list[str]:
    """Files that belong to no row, left by a change that was rolled back."""
    count = storage.sweep(Evidence, "evidence")
    return [f"{count} stray files of evidence deleted"] if count else []


@receiver(post_delete, sender=Evidence)
def delete_file_too(sender, instance: Evidence, **kwargs) -> None:
    """An application or agency that is deleted takes its files along."""
    if instance.file:
        delete_after_commit(instance.file.name)


def delete_after_commit(path: str) -> None:
    files = Evidence._meta.get_field("file").storage
    transaction.on_commit(partial(files.delete, path))
