"""Copying a database while people write, and putting the copy in its place: SQLite and PostgreSQL.

Both copies are of one moment. SQLite's own backup call reads one snapshot of the log; PostgreSQL exports a snapshot, and
the dump, the counts of rows and the names of files are all read from it.
"""

import gzip
import logging
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.sqlite3._functions import register

from portal.backup import BackupRefused, file_columns

#: Seconds: whoever ended a moment ago may still be on PostgreSQL's list.
LEAVING = 3
STOP = (
    "Stop everything that writes, then restore: systemctl stop tongxing-web.socket tongxing-web tongxing-worker "
    "tongxing-due.timer tongxing-backup.timer (or: docker compose stop proxy web worker)."
)
logger = logging.getLogger(__name__)


@dataclass
class Copied:
    """A copy of the database as it was at one moment."""

    file: Path
    rows: dict[str, int]
    #: What its rows name, as in the archive: "private/evidence/…".
    names: set[str]


def copy(folder: Path) -> Copied:
    """Copy the database into a file of `folder`. Raises BackupRefused."""
    return {"sqlite": copy_sqlite, "postgresql": copy_postgresql}[connection.vendor](folder)


def is_empty() -> bool:
    """Whether nothing would be lost."""
    with connection.cursor() as cursor:
        return not connection.introspection.table_names(cursor)


def put_in_place(file: Path) -> None:
    """Make the database what the copy says; what was there goes. Raises BackupRefused."""
    {"sqlite": put_sqlite, "postgresql": put_postgresql}[connection.vendor](file)


def refuse_company() -> None:
    """Raises BackupRefused while somebody else has the database open: what they wrote from now on would be lost."""
    connections.close_all()
    {"sqlite": refuse_company_in_sqlite, "postgresql": refuse_company_in_postgresql}[connection.vendor]()


def rows_now() -> dict[str, int]:
    with connection.cursor() as cursor:
        return rows_of(cursor.execute, cursor.fetchall, connection.introspection.table_names(cursor))


def rows_of(execute: Callable, fetchall: Callable, tables) -> dict[str, int]:
    rows = {}
    for table in sorted(table for table in tables if not table.startswith("sqlite_")):
        execute(f'SELECT COUNT(*) FROM "{table}"')  # noqa: S608  a name of the database's own
        [(rows[table],)] = fetchall()
    return rows


def names_of(execute: Callable, fetchall: Callable, tables) -> set[str]:
    names: set[str] = set()
    for root, table, column in file_columns():
        if table in tables:
            execute(f'SELECT DISTINCT "{column}" FROM "{table}" WHERE "{column}" <> \'\'')  # noqa: S608
            names |= {f"{root}/{name}" for (name,) in fetchall()}
    return names


# -- SQLite -----------------------------------------------------------------------------------------------------------


def copy_sqlite(folder: Path) -> Copied:
    plain = folder / "database.sqlite3"
    place = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(place, timeout=30)) as source, closing(sqlite3.connect(plain)) as target:
        source.backup(target)
    with closing(sqlite3.connect(plain)) as target:
        register(target)  # some constraints ask functions of Django's
        target.execute("PRAGMA journal_mode=DELETE")
        if (said := target.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise BackupRefused(f"The database is damaged: {said}. Keep the last good archive.")
        cursor = target.cursor()
        tables = {name for (name,) in cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        rows = rows_of(cursor.execute, cursor.fetchall, tables)
        names = names_of(cursor.execute, cursor.fetchall, tables)
    packed = folder / "database.sqlite3.gz"
    with plain.open("rb") as source_file, gzip.open(packed, "wb", compresslevel=4) as target_file:
        shutil.copyfileobj(source_file, target_file)
    plain.unlink()
    return Copied(packed, rows, names)


def refuse_company_in_sqlite() -> None:
    """A log of writes can be given up only by who is alone with the file; the next to open it begins a new one."""
    place = Path(connection.settings_dict["NAME"])
    if not place.exists():
        return
    with closing(sqlite3.connect(place, timeout=LEAVING, isolation_level=None)) as ours:
        try:
            ours.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as no:
            raise BackupRefused(f"Nothing has changed, because the database is in use ({no}). {STOP}") from no


def put_sqlite(file: Path) -> None:
    """The old file stays beside the new one, under the name of this moment."""
    place = Path(connection.settings_dict["NAME"])
    connections.close_all()
    beside = place.with_name(f"{place.name}.restoring")
    beside.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(file, "rb") as source, beside.open("wb") as target:
        shutil.copyfileobj(source, target)
    try:
        refuse_company_in_sqlite()  # and brings what stands in the log into the file
    except BackupRefused:
        beside.unlink()
        raise
    if place.exists() and place.stat().st_size:
        place.rename(place.with_name(f"{place.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"))
    for end in ("-wal", "-shm"):
        place.with_name(place.name + end).unlink(missing_ok=True)
    beside.rename(place)


# -- PostgreSQL -------------------------------------------------------------------------------------------------------


def copy_postgresql(folder: Path) -> Copied:
    file = folder / "database.pgdump"
    with snapshot() as (name, cursor):
        tables = set(connection.introspection.table_names(cursor))
        rows = rows_of(cursor.execute, cursor.fetchall, tables)
        names = names_of(cursor.execute, cursor.fetchall, tables)
        run(
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={name}",
            f"--file={file}",
        )
    run("pg_restore", "--list", str(file), with_database=False)
    return Copied(file, rows, names)


@contextmanager
def snapshot() -> Iterator[tuple[str, object]]:
    """The name of a moment of the database, and a cursor that reads at it."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0], cursor


def refuse_company_in_postgresql() -> None:
    connections.close_all()
    connection.close_pool()  # from now on we have one connection, so all others on the list are somebody else
    connection.settings_dict["OPTIONS"].pop("pool", None)
    deadline = time.monotonic() + LEAVING
    while others := others_in_postgresql():
        if time.monotonic() > deadline:
            raise BackupRefused(
                f"Nothing has changed, because others are connected to the database: {', '.join(others)}. {STOP}"
            )
        time.sleep(0.1)


def others_in_postgresql() -> list[str]:
    """Who else is connected to this database, by account. What the server does for itself has no account."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT usename, count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND usesysid IS NOT NULL AND pid <> pg_backend_pid() GROUP BY usename ORDER BY usename"
        )
        return [f"{name} ({count})" for name, count in cursor.fetchall()]


def put_postgresql(file: Path) -> None:
    """What was there waits in a schema of another name until the copy is in, and comes back when it does not come in."""
    run("pg_restore", "--list", str(file), with_database=False)  # a program that is missing changes nothing
    refuse_company_in_postgresql()
    before = None if is_empty() else f"before_{datetime.now(UTC):%Y%m%dt%H%M%Sz}"
    if before:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"ALTER SCHEMA public RENAME TO {before}")
            cursor.execute("CREATE SCHEMA public")
    connections.close_all()
    try:
        run(
            "pg_restore",
            "--no-owner",
            "--no-privileges",
            "--exit-on-error",
            "--single-transaction",
            str(file),
        )
    except BaseException as no:  # also somebody's Ctrl-C
        if before:
            put_back(before)
        if isinstance(no, BackupRefused):
            raise BackupRefused(f"{no} Nothing has changed: the data that was there is still there.") from no
        raise
    if before:
        drop(before)


def put_back(before: str) -> None:
    """Raises BackupRefused, with what a person can do, when even that fails."""
    again = "DROP SCHEMA public CASCADE", f"ALTER SCHEMA {before} RENAME TO public"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in again:
                cursor.execute(statement)
    except DatabaseError as error:
        raise BackupRefused(
            f"The archive could not be read in ({error}). The data that was there is still there, under another name. "
            f"With psql: {'; '.join(again)};"
        ) from error


def drop(before: str) -> None:
    """What was there goes. When it cannot go, the restore goes on: who was forgotten must be forgotten again."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {before} CASCADE")
    except DatabaseError as error:
        logger.warning(
            "What was there before the restore is still there (%s): DROP SCHEMA %s CASCADE", error, before
        )


def run(program: str, *arguments: str, with_database: bool = True) -> None:
    """Run a program of PostgreSQL on our database. Raises BackupRefused with what it said."""
    path = shutil.which(program)
    if not path:
        raise BackupRefused(
            f"{program} was not found. Install PostgreSQL's client (Debian: postgresql-client)."
        )
    facts = connection.settings_dict
    place = {"host": facts["HOST"], "port": facts["PORT"], "username": facts["USER"], "dbname": facts["NAME"]}
    options = [f"--{name}={value}" for name, value in place.items() if value] if with_database else []
    encrypted = {
        f"PG{name.upper()}": str(value) for name, value in facts["OPTIONS"].items() if name.startswith("ssl")
    }
    done = subprocess.run(  # noqa: S603  arguments of our own
        [path, *options, *arguments],
        env={
            **os.environ,
            "PGPASSWORD": facts["PASSWORD"] or os.environ.get("PGPASSWORD", ""),
            **encrypted,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupRefused(f"{program} failed: {done.stderr.strip()[-500:]}")
