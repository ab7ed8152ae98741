"""What a restore that cannot be done leaves behind: everything as it was, and a sentence that says so."""

import os
import sqlite3
from contextlib import closing, contextmanager

import psycopg
import pytest
from django.db import connection

from tests.portal.backup.installation import Installation

REFUSES = """#!/bin/sh
[ "$1" = --list ] && exit 0
echo "disk full" >&2
exit 1
"""


@contextmanager
def somebody_at_work(database: str):
    """A process that has read, and may write at any moment."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as theirs:
            theirs.execute("SELECT COUNT(*) FROM orgs_user").fetchone()
            yield
    else:
        with psycopg.connect(database, autocommit=True):
            yield


def test_nothing_is_put_back_while_somebody_else_has_the_database_open(databases, tmp_path):
    ours = Installation(tmp_path / "ours", databases[0])
    archive = ours.archive()
    with somebody_at_work(databases[0]):
        said = ours.manage("restore", archive, "--replace", code=1)
    assert "Nothing has changed" in said
    assert "systemctl stop tongxing-web.socket tongxing-web tongxing-worker" in said
    assert list(ours.folder.glob("*.before-*")) + list(tmp_path.glob("*.before-*")) == []
    assert "Restored, with 0 findings" in ours.manage("restore", archive, "--replace")


def tables(database: str) -> dict[str, int]:
    """Each table of each schema with its rows."""
    with psycopg.connect(database, autocommit=True) as server:
        names = server.execute(
            "SELECT schemaname, tablename FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        return {
            f"{schema}.{table}": server.execute(f'SELECT COUNT(*) FROM "{schema}"."{table}"').fetchone()[0]
            for schema, table in names
        }


def test_what_was_there_is_still_there_when_the_copy_cannot_be_read_in(databases, tmp_path):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's file is moved aside whole")
    ours = Installation(tmp_path / "ours", databases[0])
    archive, before = ours.archive(), tables(databases[0])
    assert before["public.wagtailcore_page"]
    nothing, refusing = tmp_path / "nothing", tmp_path / "refusing"
    nothing.mkdir()
    refusing.mkdir()
    (refusing / "pg_restore").write_text(REFUSES)
    (refusing / "pg_restore").chmod(0o755)

    said = ours.manage("restore", archive, "--replace", code=1, PATH=str(nothing))
    assert "pg_restore was not found" in said
    assert tables(databases[0]) == before

    path = f"{refusing}{os.pathsep}{os.environ['PATH']}"
    said = ours.manage("restore", archive, "--replace", code=1, PATH=path)
    assert "disk full Nothing has changed: the data that was there is still there." in said
    assert tables(databases[0]) == before

    assert "Restored, with 0 findings" in ours.manage("restore", archive, "--replace")
    assert tables(databases[0]).keys() == before.keys()  # and nothing of another name is left
