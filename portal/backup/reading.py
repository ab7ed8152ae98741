"""Reading an archive from its beginning to its end, and holding each file against the manifest at the end."""

import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path, PurePosixPath

from portal.backup import MANIFEST, BackupRefused, Hashing, Manifest
from portal.backup.sealing import MAGIC, Unsealing

BLOCK = 1024 * 1024


@contextmanager
def opened(place: Path, *, passphrase: str) -> Iterator[tarfile.TarFile]:
    """The tar file in an archive. Raises BackupRefused."""
    with place.open("rb") as file:
        is_sealed = file.read(len(MAGIC)) == MAGIC
        file.seek(0)
        if is_sealed and not passphrase:
            raise BackupRefused("This archive is encrypted. Say its passphrase with --passphrase-file.")
        source = BufferedReader(Unsealing(file, passphrase), BLOCK) if is_sealed else file
        try:
            with tarfile.open(fileobj=source, mode="r|") as archive:
                yield archive
        except (tarfile.TarError, EOFError, OSError) as broken:
            raise BackupRefused(f"The archive cannot be read: {broken}") from broken


def read(place: Path, *, passphrase: str, keep: Callable[[str], Path | None]) -> Manifest:
    """Read all of an archive; each file is kept where `keep` says. Raises BackupRefused where anything is not as written."""
    found: dict[str, tuple[str, int]] = {}
    manifest = None
    with opened(place, passphrase=passphrase) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is None or not is_plain(member.name):
                raise BackupRefused(f"The archive holds {member.name!r}, which no archive of ours does.")
            if member.name == MANIFEST:
                manifest = Manifest.from_json(json.load(content))
                continue
            hashing = Hashing(content)
            path = keep(member.name)
            if path is None:
                while hashing.read(BLOCK):
                    pass
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as target:
                    while block := hashing.read(BLOCK):
                        target.write(block)
            found[member.name] = hashing.told
    if manifest is None:
        raise BackupRefused("The archive is cut off: its manifest, which comes last, is missing.")
    wrong = sorted(
        name for name in found.keys() | manifest.files.keys() if found.get(name) != manifest.files.get(name)
    )
    if wrong:
        raise BackupRefused(
            f"{len(wrong)} files of the archive are not as its manifest says, such as {wrong[0]}."
        )
    return manifest


def verify(place: Path, *, passphrase: str = "") -> Manifest:
    """Read an archive without keeping anything. Raises BackupRefused."""
    return read(place, passphrase=passphrase, keep=lambda name: None)


def is_plain(name: str) -> bool:
    """A name that stays inside the folder it is put in."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts
