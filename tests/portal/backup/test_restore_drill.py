"""The restore drill: an archive taken while people write is put back elsewhere, and every row and file is accounted for."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.portal.test_worker import PATIENCE, database_url

ROOT = Path(settings.BASE_DIR)
COUNT = """
import hashlib, json
from events.models import Material, Registration
print(json.dumps({
    "registrations": [str(id) for id in Registration.objects.values_list("public_id", flat=True)],
    "materials": {str(m.public_id): hashlib.sha256(m.file.read()).hexdigest() for m in Material.objects.all()},
}))
"""


class Installation:
    """A portal of its own: a database, a folder, an environment."""

    def __init__(self, folder: Path, database: str):
        self.folder = folder
        folder.mkdir()
        self.environment = {
            **os.environ,
            "VAR_DIR": str(folder),
            "DATABASE_URL": database,
            "LETTERS_WAIT": "0",
        }

    def run(self, *arguments: str, code: int | None = 0) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert code is None or done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def manage(self, *arguments: str, **options) -> str:
        return self.run("manage.py", *arguments, **options)

    @contextmanager
    def people_at_work(self):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.portal.backup.writers", str(self.folder)],
            cwd=ROOT,
            env=self.environment,
        )
        try:
            yield
        finally:
            (self.folder / "stop").touch()
            assert process.wait(timeout=PATIENCE) == 0

    def wait_for(self, lines: int) -> set[str]:
        """What is committed once there are so many lines of it."""
        for _tenth in range(PATIENCE * 10):
            if len(committed := self.committed()) >= lines:
                return committed
            signal.sigtimedwait([], 0.1)
        raise AssertionError("Nobody wrote.")

    def committed(self) -> set[str]:
        file = self.folder / "committed"
        # The last line may not be whole yet.
        return set(file.read_text().rpartition("\n")[0].splitlines()) if file.exists() else set()


@pytest.fixture
def databases(django_db_setup, django_db_blocker, tmp_path):
    """A set-up database of people at work, and an empty one to restore to."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            connection.close()
            shutil.copyfile(connection.settings_dict["NAME"], tmp_path / "source.sqlite3")
            yield [f"sqlite:///{tmp_path}/{name}.sqlite3" for name in ("source", "target")]
            return
        url = database_url()
        names = [f"drill_{name}_{os.getpid()}" for name in ("source", "target")]
        server = url.rpartition("/")[0]
        with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
            for name in names:
                admin.execute(f"CREATE DATABASE {name}")
            dump = tmp_path / "set_up.pgdump"
            subprocess.run(["pg_dump", "-Fc", "--no-owner", f"--file={dump}", url], check=True)
            subprocess.run(["pg_restore", "--no-owner", "-d", f"{server}/{names[0]}", str(dump)], check=True)
            yield [f"{server}/{name}" for name in names]
            for name in names:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_an_archive_taken_while_people_write_comes_back_whole_elsewhere(databases, tmp_path):
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("four words are enough\n")
    at_work = Installation(tmp_path / "at_work", databases[0])
    elsewhere = Installation(tmp_path / "elsewhere", databases[1])
    with at_work.people_at_work():
        before = at_work.wait_for(40)
        said = at_work.manage("backup", str(tmp_path / "archives"), "--passphrase-file", str(passphrase))
        assert "verified" in said
        after = at_work.wait_for(len(at_work.committed()) + 3)
    assert len(after) > len(before) + 3
    [archive] = (tmp_path / "archives").iterdir()

    said = elsewhere.manage("restore", str(archive), "--passphrase-file", str(passphrase))
    assert "Restored, with 0 findings" in said
    there = json.loads(elsewhere.manage("shell", "--verbosity", "0", "-c", COUNT).splitlines()[-1])

    # Every row committed before the archive was begun is there, and none that nobody committed.
    wrote = {
        line.split(" ")[1]: line.split(" ")[-1] for line in at_work.committed() if line.startswith("material")
    }
    registered = {line.split(" ")[1] for line in before if line.startswith("registration")}
    assert registered <= set(there["registrations"])
    deleted = {line.split(" ")[1] for line in at_work.committed() if line.startswith("deleted")}
    stay = {line.split(" ")[1] for line in before if line.startswith("material")} - deleted
    assert stay
    assert stay <= there["materials"].keys()
    # Every file that comes back is the one that was put up.
    assert {id: sha for id, sha in there["materials"].items() if wrote.get(id) != sha} == {}
    # And no file came back that nobody ever put up.
    files = [path for path in (elsewhere.folder / "private").rglob("*") if path.is_file()]
    assert {hashlib.sha256(path.read_bytes()).hexdigest() for path in files} <= set(wrote.values())
    assert "Everything holds" in elsewhere.manage("check_invariants")

    # A second restore does not write over what is there, and with --replace it is the same again.
    said = elsewhere.manage("restore", str(archive), "--passphrase-file", str(passphrase), code=1)
    assert "There is something already: the database" in said
    said = elsewhere.manage("restore", str(archive), "--passphrase-file", str(passphrase), "--replace")
    assert "Restored, with 0 findings" in said
