"""What a restore that cannot be done leaves behind: everything as it was, and a sentence that says so."""

import os
import select
import shutil
import signal
import sqlite3
import tarfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.portal.backup.installation import Installation
from tests.portal.test_worker import PATIENCE

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


# -- While what was there is exchanged --------------------------------------------------------------------------------

READ = "SELECT model FROM django_content_type"
WRITE = "INSERT INTO django_content_type (app_label, model) VALUES ('gap', '{}')"


@pytest.fixture
def threads():
    with ThreadPoolExecutor(2) as threads:
        yield threads


def on_postgresql(database: str, statement: str, **options: str) -> list[str]:
    """Somebody comes, does this and leaves: what they read."""
    with psycopg.connect(database, autocommit=True, **options) as theirs:
        done = theirs.execute(statement)
        return [name for (name,) in done.fetchall()] if done.description else []


class Pause:
    """A program that comes first on the PATH: it says that it is there and waits to be told how to go on."""

    def __init__(self, folder: Path, program: str):
        self.here, self.go = folder / "here", folder / "go"
        os.mkfifo(self.here)
        os.mkfifo(self.go)
        self.path = f"{folder}{os.pathsep}{os.environ['PATH']}"
        (folder / program).write_text(
            f"""#!/bin/sh
if [ "$1" != --list ]; then
    echo > {self.here}
    read word < {self.go}
    [ "$word" = killed ] && kill -9 $PPID
    [ "$word" = on ] || {{ echo "disk full" >&2; exit 1; }}
fi
exec {shutil.which(program)} "$@"
"""
        )
        (folder / program).chmod(0o755)

    def wait(self) -> None:
        told = os.open(self.here, os.O_RDWR)
        assert select.select([told], [], [], PATIENCE)[0]
        os.close(told)

    def end(self, word: str) -> None:
        self.go.write_text(f"{word}\n")


@pytest.fixture
def pause(tmp_path):
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's programs")
    folder = tmp_path / "programs"
    folder.mkdir()
    return lambda program: Pause(folder, program)


def test_whoever_comes_while_the_copy_is_read_in_waits_for_it(databases, tmp_path, threads, pause):
    ours = Installation(tmp_path / "ours", databases[0])
    archive, reading_in = ours.archive(), pause("pg_restore")
    on_postgresql(databases[0], WRITE.format("since"))
    restoring = threads.submit(ours.manage, "restore", archive, "--replace", PATH=reading_in.path)
    reading_in.wait()
    for statement in (WRITE.format("meanwhile"), READ):
        with pytest.raises(psycopg.errors.LockNotAvailable):
            on_postgresql(databases[0], statement, options="-c lock_timeout=200")
    waiting = threads.submit(on_postgresql, databases[0], READ)
    reading_in.end("on")
    assert "Restored, with 0 findings" in restoring.result()
    assert "user" in waiting.result()
    assert not {"since", "meanwhile"} & {*waiting.result(), *on_postgresql(databases[0], READ)}


@pytest.mark.parametrize(("end", "code"), [("failed", 1), ("killed", -signal.SIGKILL)])
def test_whoever_waited_goes_on_with_what_was_there_when_the_copy_does_not_come_in(
    databases, tmp_path, threads, pause, end, code
):
    ours = Installation(tmp_path / "ours", databases[0])
    archive, reading_in = ours.archive(), pause("pg_restore")
    on_postgresql(databases[0], WRITE.format("since"))
    before = tables(databases[0])
    restoring = threads.submit(ours.manage, "restore", archive, "--replace", code=code, PATH=reading_in.path)
    reading_in.wait()
    waiting = threads.submit(on_postgresql, databases[0], WRITE.format("meanwhile"))
    reading_in.end(end)
    restoring.result()
    waiting.result()
    assert {"since", "meanwhile"} <= set(on_postgresql(databases[0], READ))
    before["public.django_content_type"] += 1
    assert tables(databases[0]) == before


@pytest.mark.parametrize("doing", [READ, f"BEGIN; {READ}"])
def test_whoever_came_between_the_first_look_and_the_exchange_is_seen(
    databases, tmp_path, threads, pause, doing
):
    """They wait for nothing yet: they may have read what is about to go, and hold it still."""
    ours = Installation(tmp_path / "ours", databases[0])
    archive, beginning = ours.archive(), pause("psql")
    restoring = threads.submit(ours.manage, "restore", archive, "--replace", code=1, PATH=beginning.path)
    beginning.wait()
    with psycopg.connect(databases[0], autocommit=True) as theirs:
        theirs.execute(doing)
        beginning.end("on")
        assert "Nothing has changed" in restoring.result()
        theirs.execute(WRITE.format("theirs"))
        theirs.execute("COMMIT")
    assert "theirs" in on_postgresql(databases[0], READ)


PUT = """
import sys
from pathlib import Path
import django
django.setup()
from portal.backup import databases
databases.put_in_place(Path(sys.argv[1]))
"""


@pytest.fixture
def copy(databases, tmp_path):
    """What an archive holds of a database of SQLite, and a pipe that a restore can be made to read it from."""
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's file")
    ours = Installation(tmp_path / "ours", databases[0])
    pipe = tmp_path / "pipe.gz"
    os.mkfifo(pipe)
    with tarfile.open(ours.archive()) as archive:
        return ours, pipe, archive.extractfile("database.sqlite3.gz").read()


def opened_by_a_reader(pipe: Path) -> int:
    for _tenth in range(PATIENCE * 10):
        with suppress(OSError):
            end = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
            os.set_blocking(end, True)
            return end
        signal.sigtimedwait([], 0.1)
    raise AssertionError("nobody reads")


def on_sqlite(database: str, statement: str, patience: float = PATIENCE) -> list[str]:
    """Somebody comes, does this and leaves: what they read."""
    with closing(
        sqlite3.connect(database.removeprefix("sqlite:///"), patience, isolation_level=None)
    ) as theirs:
        return [name for (name,) in theirs.execute(statement)]


def put(copy, threads, code=0):
    ours, pipe, _content = copy
    return threads.submit(ours.run, "-c", PUT, str(pipe), code=code, DJANGO_SETTINGS_MODULE="portal.settings")


def test_nobody_writes_into_the_file_that_is_about_to_go(copy, databases, threads):
    _ours, pipe, content = copy
    on_sqlite(databases[0], WRITE.format("since"))
    putting = put(copy, threads)
    with open(opened_by_a_reader(pipe), "wb") as end:
        for statement in (WRITE.format("meanwhile"), READ):
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                on_sqlite(databases[0], statement, patience=0.2)
        waiting = threads.submit(on_sqlite, databases[0], WRITE.format("waited"))
        end.write(content)
    putting.result()
    waiting.result()
    now = on_sqlite(databases[0], READ)
    assert "waited" in now
    assert not {"since", "meanwhile"} & set(now)
    [before] = pipe.parent.glob("source.sqlite3.before-*")
    then = on_sqlite(f"sqlite:///{before}", READ)
    assert "since" in then
    assert not {"waited", "meanwhile"} & set(then)


def test_a_copy_that_does_not_come_in_lets_people_go_on_with_what_was_there(copy, databases, threads):
    _ours, pipe, content = copy
    on_sqlite(databases[0], WRITE.format("since"))
    putting = put(copy, threads, code=1)
    with open(opened_by_a_reader(pipe), "wb") as end:
        waiting = threads.submit(on_sqlite, databases[0], WRITE.format("waited"))
        end.write(content[: len(content) // 2])
    putting.result()
    waiting.result()
    assert {"since", "waited"} <= set(on_sqlite(databases[0], READ))
    assert [path.name for path in pipe.parent.glob("source.sqlite3*")] == ["source.sqlite3"]
