"""A portal of its own for the tests of backups: a database, a folder, commands in processes of their own."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from tests.portal.test_worker import PATIENCE

ROOT = Path(settings.BASE_DIR)


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

    def run(self, *arguments: str, code: int | None = 0, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**self.environment, **environment},
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

    def archive(self) -> str:
        """The path of an archive of it, taken now."""
        folder = self.folder / "archives"
        self.manage("backup", str(folder))
        [archive] = folder.iterdir()
        return str(archive)
