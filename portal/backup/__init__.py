"""Copies of everything that cannot be made again: the database, the files, and the names of the settings.

An archive is one tar file: the database, `media/…`, `private/…`, `settings.txt`, and `manifest.json` last, which says of
each file its SHA-256 and of each table its rows. `taking` writes and verifies it, `restoring` puts it back, `sealing`
encrypts it, `databases` knows both kinds of database.
"""

import hashlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import FileField

from portal.storage import private_storage

FORMAT = 1
MANIFEST, SETTINGS = "manifest.json", "settings.txt"
PREFIX = "tongxing-"


class BackupRefused(Exception):
    """Why nothing was written or put back, in a sentence for the administrator."""


@dataclass
class Manifest:
    taken_at: str
    #: The vendor of the database, such as "sqlite". An archive goes back to the same kind.
    database: str
    rows: dict[str, int] = field(default_factory=dict)
    #: By name in the archive: SHA-256 and size in bytes.
    files: dict[str, tuple[str, int]] = field(default_factory=dict)
    format: int = FORMAT

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "Manifest":
        """Raises BackupRefused when another version of the portal wrote it in another form."""
        if said.get("format") != FORMAT:
            raise BackupRefused(
                f"This archive has the form {said.get('format')}; this portal reads {FORMAT}."
            )
        return cls(**{**said, "files": {name: (sha, size) for name, (sha, size) in said["files"].items()}})


class Hashing:
    """A file that is read or written, and its SHA-256 and size so far."""

    def __init__(self, file):
        self._file, self._sha, self.size = file, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self._note(block)
        return block

    def write(self, block: bytes) -> None:
        self._file.write(block)
        self._note(block)

    def _note(self, block: bytes) -> None:
        self._sha.update(block)
        self.size += len(block)

    @property
    def told(self) -> tuple[str, int]:
        return self._sha.hexdigest(), self.size


def roots() -> dict[str, Path]:
    """Where files lie, by their name in the archive."""
    return {"media": Path(settings.MEDIA_ROOT), "private": Path(settings.PRIVATE_ROOT)}


def file_columns() -> list[tuple[str, str, str]]:
    """Root, table and column of every field that names a file."""
    private = Path(private_storage().location)
    return [
        (
            "private" if Path(field.storage.path("x")).parent in (private, roots()["private"]) else "media",
            model._meta.db_table,
            field.column,
        )
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if isinstance(field, FileField) and not model._meta.proxy
    ]
