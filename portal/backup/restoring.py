"""Putting an archive back: read whole and found right first, then put in place, migrated, and looked at.

Nothing is touched before the last byte was verified. What was there is refused unless the caller says to replace it, and
then SQLite's file and the folders are moved aside rather than deleted. Nobody else may be connected: what they wrote
meanwhile would be lost, or stand among rows of another day.
"""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections

from portal import search
from portal.backup import BackupRefused, Manifest, databases, reading, roots


def restore(place: Path, *, passphrase: str = "", replace: bool = False, say=lambda line: None) -> Manifest:
    """Make this installation what the archive holds. Raises BackupRefused; then nothing has changed, or it says what."""
    place.stat()  # a wrong name is said first
    if not replace:
        refuse_what_is_there()
    databases.refuse_company()
    beside = {root: folder.with_name(f"{folder.name}.restoring") for root, folder in roots().items()}
    for folder in beside.values():
        if folder.exists():  # a restore that was killed unpacked something else here
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    try:
        with tempfile.TemporaryDirectory(prefix="tongxing-restoring-") as work:
            kept: dict[str, Path] = {}

            def keep(name: str) -> Path:
                root, _, rest = name.partition("/")
                kept[name] = beside[root] / rest if rest and root in beside else Path(work) / name
                return kept[name]

            manifest = reading.read(place, passphrase=passphrase, keep=keep)
            if manifest.database != connection.vendor:
                raise BackupRefused(
                    f"The archive is of {manifest.database}; DATABASE_URL names {connection.vendor}."
                )
            say(f"The archive is whole: {len(manifest.files)} files, taken at {manifest.taken_at}.")
            [database] = [path for name, path in kept.items() if name.startswith("database.")]
            databases.put_in_place(database)
        for root, folder in roots().items():
            put_folder(beside[root], folder)
    finally:
        for folder in beside.values():
            shutil.rmtree(folder, ignore_errors=True)  # what was unpacked and not put in place
    now = databases.rows_now()
    wrong = sorted(
        table for table in now.keys() | manifest.rows.keys() if now.get(table) != manifest.rows.get(table)
    )
    say(f"Database and files are in place: {sum(now.values())} rows.")
    call_command("migrate", verbosity=0, interactive=False)
    call_command("replay_erasures")  # who was forgotten since the archive was taken is not back
    connections.close_all()
    say(f"Migrated. {search.rebuild()} records are in the search index.")
    if wrong:  # said last: whatever the rows are, nobody who was forgotten is back
        raise BackupRefused(
            "Database and files were put back and migrated, and who was forgotten is forgotten again. But these tables "
            f"have other rows than the archive, so somebody was at work: {', '.join(wrong)}. {databases.STOP}"
        )
    return manifest


def refuse_what_is_there() -> None:
    there = [str(folder) for folder in roots().values() if folder.exists() and any(folder.iterdir())]
    if not databases.is_empty():
        there.insert(0, "the database")
    if there:
        raise BackupRefused(
            f"There is something already: {', '.join(there)}. Restore into an empty installation, or say --replace; "
            "what is there is then moved aside, except in PostgreSQL, where it is dropped once the archive is in."
        )


def put_folder(new: Path, place: Path) -> None:
    if place.exists():
        if any(place.iterdir()):
            place.rename(place.with_name(f"{place.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"))
        else:
            place.rmdir()
    new.rename(place)
