"""A migrated database to begin with: migrations take half a minute of every process, and rarely change.

On SQLite it is a file, on PostgreSQL a database of the same server that each process has cloned.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.conf import settings

#: The parts of `make test` have a folder each, and this one together.
KEPT_IN = Path(os.environ.get("MIGRATED_DIR") or settings.VAR_DIR)


def begin_with_migrated(place: str) -> None:
    """Put a database there that all migrations of today made. Of several processes one makes it, once."""
    made = KEPT_IN / f"migrated-{state_of_migrations()}.sqlite3"
    with (KEPT_IN / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            for older in KEPT_IN.glob("migrated-*.sqlite3*"):
                older.unlink()
            unfinished = made.with_suffix(".sqlite3-unfinished")
            migrate(f"sqlite:///{unfinished}")
            with closing(sqlite3.connect(unfinished)) as database:
                # What stands beside a file is not renamed with it.
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            unfinished.rename(made)
    for end in ("-wal", "-shm"):
        Path(place + end).unlink(missing_ok=True)
    shutil.copyfile(made, place)


def migrated_on_postgresql() -> str:
    """The name of a database there that all migrations of today made. Of several processes one makes it, once."""
    made, unfinished = f"migrated_{state_of_migrations()}", "migrated_unfinished"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(hashtext('migrated'))")  # until the connection ends
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [made]).fetchone():
            for (older,) in server.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, 'migrated_')"
            ):
                server.execute(f"DROP DATABASE {older}")
            server.execute(f"CREATE DATABASE {unfinished}")
            migrate(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{unfinished}").geturl())
            server.execute(f"ALTER DATABASE {unfinished} RENAME TO {made}")
    return made


def migrate(url: str) -> None:
    """Apply all migrations to this database, in a process of its own."""
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=settings.BASE_DIR, env={**os.environ, "DATABASE_URL": url}, check=True)


def state_of_migrations() -> str:
    """Another word as soon as a migration of ours, or a package with migrations of its own, changes."""
    said = hashlib.sha256()
    for file in sorted(
        [settings.BASE_DIR / "requirements.txt", *settings.BASE_DIR.glob("*/migrations/*.py")]
    ):
        said.update(f"{file.parent.parent.name} {file.name}\n".encode() + file.read_bytes())
    return said.hexdigest()[:16]
