"""A migrated SQLite database to begin with: migrations take half a minute of every run, and rarely change."""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from django.conf import settings


def begin_with_migrated(place: str) -> None:
    """Put a database there that all migrations of today made. Of several processes one makes it, once."""
    made = settings.VAR_DIR / f"migrated-{state_of_migrations()}.sqlite3"
    with (settings.VAR_DIR / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            for older in settings.VAR_DIR.glob("migrated-*.sqlite3*"):
                older.unlink()
            make(made)
    for end in ("-wal", "-shm"):
        Path(place + end).unlink(missing_ok=True)
    shutil.copyfile(made, place)


def make(place: Path) -> None:
    unfinished = place.with_suffix(".sqlite3-unfinished")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": f"sqlite:///{unfinished}"},
        check=True,
    )
    with closing(
        sqlite3.connect(unfinished)
    ) as database:  # what stands beside the file is not renamed with it
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    unfinished.rename(place)


def state_of_migrations() -> str:
    """Another word as soon as a migration of ours, or a package with migrations of its own, changes."""
    said = hashlib.sha256()
    for file in sorted(
        [settings.BASE_DIR / "requirements.txt", *settings.BASE_DIR.glob("*/migrations/*.py")]
    ):
        said.update(f"{file.parent.parent.name} {file.name}\n".encode() + file.read_bytes())
    return said.hexdigest()[:16]
