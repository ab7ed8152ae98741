"""Taking an archive while people work: the database at one moment first, then the files, then everything read again.

Files are never changed in place, so one that a row of that moment names is there, unless it was deleted meanwhile. Then
the database is copied once more: the newer moment no longer names it. So no row comes back without its file.
"""

import fcntl
import json
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.db import connection

from portal.backup import (
    MANIFEST,
    PREFIX,
    SETTINGS,
    BackupRefused,
    Hashing,
    Manifest,
    databases,
    file_columns,
    reading,
    roots,
)
from portal.backup.sealing import Sealing

TRIES = 5
#: How the folder begins in which the copy of the database waits.
WORK = ".taking-"
#: What settings.py asks the environment for.
ASKED = re.compile(r'(?:env\.\w+|env|setting)\(\s*"([A-Z_]+)"')


def take(folder: Path, *, passphrase: str = "", keep: int = 0) -> tuple[Path, Manifest]:
    """Write an archive into `folder` and read it again; of older ones `keep` minus one stay (0: all).

    Returns its path and what it holds.

    Nothing half-written is ever called an archive. Raises BackupRefused.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with held(folder):
        return take_alone(folder, passphrase=passphrase, keep=keep)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Write into the folder alone, and begin by sweeping it. Raises BackupRefused."""
    place = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as no:
            raise BackupRefused(
                "Another backup is being written into this folder. Wait until it is done."
            ) from no
        except OSError:
            pass  # a folder of another machine that cannot be held: nobody knows whose the remains are
        else:
            sweep(folder)
        yield
    finally:
        os.close(place)


def sweep(folder: Path) -> None:
    """Remove what a backup that was killed left: half an archive, and a copy of the database that nothing encrypts."""
    for path in folder.glob(f"{PREFIX}*.unfinished"):
        path.unlink()
    for path in folder.glob(f"{WORK}*"):
        shutil.rmtree(path)


def take_alone(folder: Path, *, passphrase: str, keep: int) -> tuple[Path, Manifest]:
    taken_at = datetime.now(UTC)
    place = folder / f"{PREFIX}{taken_at:%Y%m%dT%H%M%S_%f}Z.tar{'.sealed' if passphrase else ''}"
    beside = place.with_suffix(place.suffix + ".unfinished")
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=WORK) as work, ExitStack() as open_files:
            file = open_files.enter_context(os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT, 0o600), "wb"))
            target = open_files.enter_context(Sealing(file, passphrase)) if passphrase else file
            with tarfile.open(fileobj=target, mode="w|") as archive:
                written = write(archive, Path(work), taken_at)
        read = reading.verify(beside, passphrase=passphrase)
        if read != written:
            raise BackupRefused("What was written is not what was read. Look at the disk, and take it again.")
        beside.rename(place)
    finally:
        beside.unlink(missing_ok=True)
    if keep:
        for older in archives(folder)[keep:]:
            older.unlink()
    return place, written


def archives(folder: Path) -> list[Path]:
    """The archives in a folder, the newest first."""
    return sorted(
        (path for path in folder.glob(f"{PREFIX}*.tar*") if path.suffix != ".unfinished"), reverse=True
    )


def write(archive: tarfile.TarFile, work: Path, taken_at: datetime) -> Manifest:
    manifest = Manifest(taken_at=taken_at.isoformat(), database=connection.vendor)
    for _try in range(TRIES):
        copied = databases.copy(work)
        for name, path in kept_files():
            if name not in manifest.files:
                with suppress(FileNotFoundError):
                    add(archive, manifest, name, path)
        if copied.names <= manifest.files.keys() | lost_before(copied.names):
            break
    else:
        raise BackupRefused(
            "Files are being deleted faster than they can be copied. Try again in a quiet hour."
        )
    manifest.rows = copied.rows
    add(archive, manifest, copied.file.name, copied.file)
    add_text(archive, SETTINGS, settings_names(), manifest)
    add_text(archive, MANIFEST, json.dumps(manifest.as_json(), indent=1))
    return manifest


def lost_before(names: set[str]) -> set[str]:
    """Named files that are not there although the rows still say so: lost long ago, and no reason to take no archive.

    The invariants tell of them each night.
    """
    with connection.cursor() as cursor:
        tables = {table for _root, table, _column in file_columns()}
        now = databases.names_of(cursor.execute, cursor.fetchall, tables)
    return {
        name
        for name in names & now
        if not (roots()[name.partition("/")[0]] / name.partition("/")[2]).exists()
    }


def kept_files():
    """Name in the archive and path of each file."""
    for root, folder in roots().items():
        for parent, _folders, names in os.walk(folder):
            for name in sorted(names):
                path = Path(parent) / name
                yield f"{root}/{path.relative_to(folder).as_posix()}", path


def add(archive: tarfile.TarFile, manifest: Manifest, name: str, path: Path) -> None:
    with path.open("rb") as file:
        facts = archive.gettarinfo(fileobj=file, arcname=name)
        facts.uid = facts.gid = 0
        facts.uname = facts.gname = ""
        hashing = Hashing(file)
        archive.addfile(facts, hashing)  # type: ignore[arg-type]
    manifest.files[name] = hashing.told


def add_text(archive: tarfile.TarFile, name: str, text: str, manifest: Manifest | None = None) -> None:
    content = text.encode()
    facts = tarfile.TarInfo(name)
    facts.size = len(content)
    hashing = Hashing(BytesIO(content))
    archive.addfile(facts, hashing)  # type: ignore[arg-type]
    if manifest:
        manifest.files[name] = hashing.told


def settings_names() -> str:
    """Which settings this installation has, without their values: what to look for before a restore elsewhere."""
    source = (settings.BASE_DIR / "portal" / "settings.py").read_text(encoding="utf-8")
    names = sorted(set(ASKED.findall(source)))
    return "".join(f"{name}: {'set' if name in os.environ else 'not set'}\n" for name in names)
