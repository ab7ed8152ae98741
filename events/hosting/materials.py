"""Files for those who take part: what may be uploaded, who may have it when, and that it goes when its event goes.

A file is what its content says, never what its name says. It lies in the private storage under a name that says nothing
and is handed out only by a view that asks `may_read`.
"""

import hashlib
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.core.files.base import File
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Event, Material, Registration
from events.permissions import can_manage
from orgs.evidence import EvidenceError, check_pdf, check_picture, plain_name, type_of
from orgs.models import User
from portal import storage

MOST_BYTES = 20 * 1024 * 1024
MOST_FILES = 30
OFFICE = "application/vnd.openxmlformats-officedocument."
#: What we take, and how its name ends.
ENDINGS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    OFFICE + "wordprocessingml.document": ".docx",
    OFFICE + "presentationml.presentation": ".pptx",
    OFFICE + "spreadsheetml.sheet": ".xlsx",
    "application/zip": ".zip",
}
#: The part that makes an office document what it is.
MAIN_PARTS = {
    "word/document.xml": OFFICE + "wordprocessingml.document",
    "ppt/presentation.xml": OFFICE + "presentationml.presentation",
    "xl/workbook.xml": OFFICE + "spreadsheetml.sheet",
}
MOST_PARTS = 5000
MOST_UNPACKED = 500 * 1024 * 1024
#: What would run when somebody opens it on the machine of their office.
PROGRAMS = (
    ".exe",
    ".bat",
    ".cmd",
    ".com",
    ".js",
    ".vbs",
    ".scr",
    ".msi",
    ".ps1",
    ".jar",
    ".apk",
    ".lnk",
    ".hta",
)
ENCRYPTED = 0x1  # in the flags of a part of an archive


class MaterialError(Exception):
    """A refusal, with a sentence for people."""


@dataclass(frozen=True)
class Handout:
    """An examined file: what it really is, and its SHA-256 in hexadecimal."""

    file: File
    name: str
    content_type: str
    size: int
    sha256: str


def examine(file: File) -> Handout:
    """Look at what an upload really is. Raises MaterialError with what to do instead."""
    name = plain_name(file.name)
    if not file.size:
        raise MaterialError(_("“%(name)s” is empty.") % {"name": name})
    if file.size > MOST_BYTES:
        raise MaterialError(
            _("“%(name)s” is larger than 20 MB. Make it smaller, or give a link.") % {"name": name}
        )
    file.seek(0)
    content = file.read()
    content_type = type_of(content)
    try:
        if content_type == "application/pdf":
            check_pdf(content, name)
        elif content_type in ENDINGS:
            check_picture(file, content_type, name)
        else:
            content_type = type_of_archive(file, name)
    except EvidenceError as no:
        raise MaterialError(str(no)) from no
    if not name.lower().endswith((ENDINGS[content_type], ".jpeg")):
        name += ENDINGS[content_type]
    file.seek(0)
    return Handout(file, name, content_type, len(content), hashlib.sha256(content).hexdigest())


def type_of_archive(file: File, name: str) -> str:
    """An office document or a ZIP archive without anything that runs. Raises MaterialError."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if archive.start_dir and not is_at_the_start(file):
                raise zipfile.BadZipFile
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, UnicodeError) as broken:
        raise MaterialError(
            _("“%(name)s” is no PDF, Word, PowerPoint or Excel file (docx, pptx, xlsx), picture or ZIP.")
            % {"name": name}
        ) from broken
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise MaterialError(_("“%(name)s” unpacks to too much. Send its files one by one.") % {"name": name})
    names = [part.filename.lower().replace("\\", "/") for part in parts]
    if any(part.flag_bits & ENCRYPTED for part in parts):
        raise MaterialError(_("“%(name)s” has a password. Take it away, and try again.") % {"name": name})
    if any(one.startswith("/") or ".." in one.split("/") or ":" in one for one in names):
        raise MaterialError(_("“%(name)s” would unpack outside its folder. Pack it anew.") % {"name": name})
    if any(one.endswith(PROGRAMS) for one in names):
        raise MaterialError(_("“%(name)s” contains a program. Send documents only.") % {"name": name})
    if any(one.endswith("vbaproject.bin") for one in names):
        raise MaterialError(_("“%(name)s” contains macros. Save it without, and try again.") % {"name": name})
    is_office = "[content_types].xml" in names
    return next((kind for part, kind in MAIN_PARTS.items() if is_office and part in names), "application/zip")


def is_at_the_start(file: File) -> bool:
    """Whether the archive is the whole file: one that hides behind another kind of file is two files in one."""
    file.seek(0)
    return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


@transaction.atomic
def add(event: Event, handout: Handout, *, audience: str, by: User) -> Material:
    """Put a file up; the same file again only changes who gets it. Raises MaterialError."""
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if same := event.materials.filter(sha256=handout.sha256).first():
        return release(same, audience=audience)
    if event.materials.count() >= MOST_FILES:
        raise MaterialError(_("At most %(count)d files go with one event.") % {"count": MOST_FILES})
    material = Material.objects.create(
        event=event,
        audience=audience,
        name=handout.name,
        content_type=handout.content_type,
        size=handout.size,
        sha256=handout.sha256,
        file=File(handout.file, name="material"),
        uploaded_by=by,
    )
    note(event)
    return material


@transaction.atomic
def release(material: Material, *, audience: str) -> Material:
    """Say anew who gets it, and when."""
    material.audience = audience
    material.save(update_fields=["audience"])
    note(material.event)
    return material


@transaction.atomic
def remove(material: Material) -> None:
    """Take a file away, for good."""
    event = material.event
    material.delete()
    note(event)


def note(event: Event) -> None:
    """Whether there are files; an event without any costs no query for them."""
    event.has_materials = event.materials.exists()
    event.save(update_fields=["has_materials", "updated_at"])


@transaction.atomic
def copy(event: Event, *, to: Event, by: User) -> None:
    """Give `to` files of its own like those of `event`. One whose file is lost is left out."""
    for material in event.materials.all():
        try:
            with material.file.open("rb") as file:
                handout = Handout(file, material.name, material.content_type, material.size, material.sha256)
                add(to, handout, audience=material.audience, by=by)
        except FileNotFoundError:
            continue
    to.refresh_from_db(fields=["has_materials", "updated_at"])


def may_read(user, material: Material, at: datetime | None = None) -> bool:
    """The host always; people with a seat from their confirmation or after the end; everybody what is for everybody."""
    event = material.event
    registration = None
    if user.is_authenticated:
        if can_manage(user, event):
            return True
        registration = Registration.of(event, user)
    return event.status in Event.SHOWN and is_released(material, event, registration, at or timezone.now())


def may_have(registration: Registration, material: Material, at: datetime | None = None) -> bool:
    """Whether a file goes with this place, whoever has it: for people without an account, who show their link instead."""
    event = registration.event
    is_of_it = material.event_id == event.pk and event.status in Event.SHOWN
    return is_of_it and is_released(material, event, registration, at or timezone.now())


def shown(event: Event, *, registration: Registration | None, is_host: bool) -> Collection[Material]:
    """The files that this reader of the event's page can have now. No query when the event has none."""
    if not event.has_materials:
        return []
    at = timezone.now()
    return [one for one in event.materials.all() if is_host or is_released(one, event, registration, at)]


def is_released(material: Material, event: Event, registration: Registration | None, at: datetime) -> bool:
    if material.audience == Material.Audience.EVERYBODY:
        return True
    has_seat = registration is not None and registration.has_seat
    return has_seat and (material.audience == Material.Audience.BEFORE or event.is_over(at))


@receiver(post_delete, sender=Material)
def delete_file_too(sender, instance: Material, **kwargs) -> None:
    """A material or an event that is deleted takes the file along."""
    files = Material._meta.get_field("file").storage
    transaction.on_commit(partial(files.delete, instance.file.name))


def sweep(on: date) -> list[str]:
    """Files that belong to no row, left by a change that was rolled back."""
    count = storage.sweep(Material, "materials")
    return [f"{count} stray files of events deleted"] if count else []
