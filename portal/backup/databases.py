"""Copying a database while people write, and putting the copy in its place: SQLite and PostgreSQL.

Both copies are of one moment. SQLite's own backup call reads one snapshot of the log; PostgreSQL exports a snapshot, and
the dump, the counts of rows and the names of files are all read from it.
"""

import gzip
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection, connections, transaction
from django.db.backends.sqlite3._functions import register

from portal.backup import BackupRefused, file_columns

#: Seconds: whoever ended a moment ago may still be on PostgreSQL's list.
LEAVING = 3
STOP = (
    "Stop everything that writes, then restore: systemctl stop tongxing-web.socket tongxing-web tongxing-worker "
    "tongxing-due.timer tongxing-backup.timer (or: docker compose stop proxy web worker)."
)


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
    if Path(connection.settings_dict["NAME"]).exists():
        with alone_in_sqlite():
            pass


@contextmanager
def alone_in_sqlite() -> Iterator[sqlite3.Connection]:
    """The database, which nobody else can read or write until the end of the block. Raises BackupRefused."""
    place = Path(connection.settings_dict["NAME"])
    place.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(place, timeout=LEAVING, isolation_level=None)) as ours:
        try:
            # What is locked stays so until the connection is closed; a log of writes only goes for who is alone.
            ours.execute("PRAGMA locking_mode=EXCLUSIVE")
            ours.execute("PRAGMA journal_mode=DELETE")
            ours.execute("BEGIN EXCLUSIVE")
            ours.execute("COMMIT")
        except sqlite3.OperationalError as no:
            raise BackupRefused(f"Nothing has changed, because the database is in use ({no}). {STOP}") from no
        yield ours


def put_sqlite(file: Path) -> None:
    """What was there stays in a file beside, under the name of this moment.

    The file itself stays and its content is exchanged, in one transaction: who has opened it meanwhile and waits would
    otherwise write into the old one.
    """
    place = Path(connection.settings_dict["NAME"])
    connections.close_all()
    beside = place.with_name(f"{place.name}.restoring")
    before = place.with_name(f"{place.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    with alone_in_sqlite() as ours:
        try:
            with gzip.open(file, "rb") as source, beside.open("wb") as target:
                shutil.copyfileobj(source, target)
            if place.stat().st_size:
                with closing(sqlite3.connect(before)) as kept:
                    ours.backup(kept)
            with closing(sqlite3.connect(beside)) as new:
                new.backup(ours)
        except BaseException as no:
            before.unlink(missing_ok=True)
            if isinstance(no, sqlite3.Error):
                raise BackupRefused(f"Nothing has changed, because the copy did not come in ({no}).") from no
            raise
        finally:
            beside.unlink(missing_ok=True)


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


def refuse_company_in_postgresql(*ours: int) -> None:
    """`ours` are server processes of our own, besides that of this connection."""
    if not ours:
        connections.close_all()
        connection.close_pool()  # from now on we have one connection, so all others on the list are somebody else
        connection.settings_dict["OPTIONS"].pop("pool", None)
    deadline = time.monotonic() + LEAVING
    while others := others_in_postgresql(*ours):
        if time.monotonic() > deadline:
            raise BackupRefused(
                f"Nothing has changed, because others are connected to the database: {', '.join(others)}. {STOP}"
            )
        time.sleep(0.1)


def others_in_postgresql(*ours: int) -> list[str]:
    """Who else is connected to this database, by account. What the server does for itself has no account."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT usename, count(*) FROM pg_stat_activity WHERE datname = current_database() AND usesysid IS NOT NULL "
            "AND pid <> pg_backend_pid() AND pid <> ALL(%s) GROUP BY usename ORDER BY usename",
            [list(ours)],
        )
        return [f"{name} ({count})" for name, count in cursor.fetchall()]


def put_postgresql(file: Path) -> None:
    """In one transaction: whoever comes meanwhile waits, and what was there is there when the copy does not come in."""
    run("pg_restore", "--list", str(file), with_database=False)  # a program that is missing changes nothing
    refuse_company_in_postgresql()
    command, environment = on_our_database("psql")
    begin = f"BEGIN; SET LOCAL lock_timeout = '{LEAVING}s'; SET client_min_messages = warning;"
    if not is_empty():
        begin += " DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
    why = None
    with tempfile.TemporaryFile("w+") as complaints:
        try:
            with subprocess.Popen(  # noqa: S603  arguments of our own
                [*command, "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
            ) as psql:
                exchange(psql, begin, file)
        except (BackupRefused, BrokenPipeError) as no:
            why = no
        if why or psql.returncode:
            complaints.seek(0)
            said = f"psql failed: {complaints.read().strip()[-500:]}" if psql.returncode else why
            raise BackupRefused(
                f"{said} Nothing has changed: the data that was there is still there."
            ) from why


def exchange(psql: Any, begin: str, file: Path) -> None:
    """Have psql read the copy in. Without its last word, also when our process dies, everything is as it was before."""
    psql.stdin.write(f"{begin}\nSELECT pg_backend_pid();\n\\o {os.devnull}\n")
    psql.stdin.flush()
    if not (number := psql.stdout.readline()):
        raise BackupRefused("The tables that were there could not be taken away.")
    refuse_company_in_postgresql(int(number))  # whoever came before they had to wait
    run(
        "pg_restore",
        "--no-owner",
        "--no-privileges",
        "--file=-",
        str(file),
        with_database=False,
        stdout=psql.stdin,
    )
    psql.stdin.write("COMMIT;\n")


def on_our_database(program: str) -> tuple[list[str], dict[str, str]]:
    """The command that runs a program of PostgreSQL on our database, and its environment. Raises BackupRefused."""
    path = shutil.which(program)
    if not path:
        raise BackupRefused(
            f"{program} was not found. Install PostgreSQL's client (Debian: postgresql-client)."
        )
    facts = connection.settings_dict
    place = {"host": facts["HOST"], "port": facts["PORT"], "username": facts["USER"], "dbname": facts["NAME"]}
    encrypted = {
        f"PG{name.upper()}": str(value) for name, value in facts["OPTIONS"].items() if name.startswith("ssl")
    }
    password = {"PGPASSWORD": facts["PASSWORD"] or os.environ.get("PGPASSWORD", "")}
    options = [f"--{name}={value}" for name, value in place.items() if value]
    return [path, *options], {**os.environ, **password, **encrypted}


def run(program: str, *arguments: str, with_database: bool = True, stdout: Any = subprocess.DEVNULL) -> None:
    """Run a program of PostgreSQL, on our database or on a file. Raises BackupRefused with what it said."""
    command, environment = on_our_database(program)
    done = subprocess.run(  # noqa: S603  arguments of our own
        [*(command if with_database else command[:1]), *arguments],
        env=environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupRefused(f"{program} failed: {done.stderr.strip()[-500:]}")
