"""A worker that is killed again and again: nothing of a thousand mails and a thousand index writes is lost.

Queues both in a database of its own (SQLite, or PostgreSQL when asked for as `python -m tests.bench.kills pg`), kills the
worker at random moments without warning, lets it end its work, and prints one `name value unit` a line. `mails_lost` and
`index_writes_lost` must be 0, and `mails_sent_twice` at most one for each kill. JOBS and KILLS change how much is done.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from tests.bench.apart import apart
from tests.machine import postgres

ROOT = Path(__file__).resolve().parent.parent.parent
SEED, JOBS, KILLS = 20, int(os.environ.get("JOBS", "1000")), int(os.environ.get("KILLS", "20"))
WORKER = [sys.executable, "manage.py", "worker", "--no-startup-delay", "--interval", "0.05"]


def main() -> None:
    """Measure in a process of its own, with a database, an index and files of its own."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tongxing-bench-"))
        database = {"DATABASE_URL": stack.enter_context(postgres())} if sys.argv[1:] == ["pg"] else {}
        environment = apart(folder, LETTERS_WAIT="0", **database)
        arguments = [sys.executable, "-m", "tests.bench.kills", "measure"]
        subprocess.run(arguments, cwd=ROOT, env=environment, check=True)


def measure() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.core.management import call_command
    from django_tasks_db.models import DBTaskResult

    from portal import search, setup
    from portal.mail import queue
    from portal.search import comparing
    from tests import factories
    from tests.smtp import mail_server

    call_command("migrate", verbosity=0)
    setup.run()
    search.rebuild()
    DBTaskResult.objects.all().delete()
    host = factories.agency()
    for n in range(JOBS):
        queue(subject=f"{n}", body="…", to=f"p{n}@example.org", language="en")
        factories.event(host)
    began, dice = time.perf_counter(), random.Random(SEED)
    with mail_server() as server:
        environment = {**os.environ, "EMAIL_URL": server.url}
        for _kill in range(KILLS):
            process = subprocess.Popen(WORKER, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
            before = len(server.mails)
            deadline = time.monotonic() + 60
            # In the middle of its work, not of its start: the first mail of this life has gone.
            while len(server.mails) == before and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(dice.random() * 0.5)
            if process.poll() is not None:
                raise RuntimeError(f"The worker ended by itself with {process.returncode}.")
            process.kill()
            process.wait()
            left_behind(DBTaskResult)
        while DBTaskResult.objects.filter(backend_name="outbox").exists():
            subprocess.run(
                [*WORKER, "--batch"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, check=True
            )
            left_behind(DBTaskResult)
        names = [mail["Message-ID"] for mail in server.mails]
    found = comparing.compare()
    wrong = sum(len(keys) for kinds in (found.missing, found.stale, found.surplus) for keys in kinds.values())
    print(f"kills {KILLS} times")
    print(f"mails_lost {JOBS - len(set(names))} mails")
    print(f"mails_sent_twice {len(names) - len(set(names))} mails")
    print(f"index_writes_lost {JOBS if found.is_beyond_mending else wrong} records")
    print(f"kills_seconds {time.perf_counter() - began:.0f} s")


def left_behind(jobs) -> None:
    """Six minutes pass: what a killed worker held is taken up again by the next one."""
    from django.utils import timezone

    from portal import outbox
    from portal.models import Turn

    jobs.objects.filter(status="RUNNING").update(started_at=timezone.now() - timedelta(minutes=6))
    Turn.objects.all().delete()
    outbox.take_up_again()


if __name__ == "__main__":
    measure() if sys.argv[1:] == ["measure"] else main()
