"""The worker process, for real: killed in the middle of a mail, it loses nothing and doubles nothing."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from portal.mail import queue
from portal.models import Turn
from tests.smtp import mail_server

ROOT = Path(settings.BASE_DIR)
PATIENCE = 120  # seconds that a process may take on a busy machine


@pytest.fixture
def outbox(django_db_setup, django_db_blocker):
    """An outbox that other processes see, empty before and after."""
    with django_db_blocker.unblock():
        DBTaskResult.objects.all().delete()
        yield DBTaskResult.objects
        DBTaskResult.objects.all().delete()
        Turn.objects.all().delete()


@pytest.fixture
def server():
    with mail_server() as server:
        yield server


def database_url() -> str:
    """The test database, as another process is told of it."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    account = quote(facts["USER"]) + (f":{quote(facts['PASSWORD'])}" if facts["PASSWORD"] else "")
    return f"postgres://{account}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"


def worker(server, *options) -> subprocess.Popen:
    environment = {**os.environ, "DATABASE_URL": database_url(), "EMAIL_URL": server.url}
    return subprocess.Popen(
        [sys.executable, "manage.py", "worker", "--no-startup-delay", "--interval", "0.1", *options],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def run_to_the_end(server) -> None:
    process = worker(server, "--batch")
    _nothing, words = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, words.decode()


@pytest.mark.parametrize(("place", "arrived_before"), [("greeting", 0), ("answer", 1)])
def test_a_worker_killed_in_the_middle_of_a_mail_loses_none(outbox, server, place, arrived_before):
    """Killed before the mail server heard of it, or after it took the mail and before the answer: the worst moment."""
    queue(subject="一张票", body="…", to="lin@example.org", language="zh-hans")
    server.hold_at = place
    first = worker(server)
    try:
        assert server.is_held.wait(PATIENCE), first.poll()
    finally:
        os.kill(first.pid, signal.SIGKILL)
        first.communicate(timeout=PATIENCE)
    assert len(server.mails) == arrived_before
    assert [job.status for job in outbox.all()] == ["RUNNING"]

    run_to_the_end(server)  # at once: nobody knows yet that the first one is dead
    assert len(server.mails) == arrived_before
    outbox.update(started_at=timezone.now() - timedelta(minutes=6))
    Turn.objects.all().delete()  # a minute later
    run_to_the_end(server)

    assert len(server.mails) == arrived_before + 1
    assert (
        len({mail["Message-ID"] for mail in server.mails}) == 1
    )  # a mailbox shows one of two with the same identity
    assert outbox.count() == 0


def test_the_worker_ends_when_it_is_asked_to(outbox, server):
    queue(subject="一张票", body="…", to="lin@example.org", language="zh-hans")
    process = worker(server)
    try:
        for _tenth in range(PATIENCE * 10):
            if server.mails and not outbox.exists():
                break
            assert process.poll() is None
            a_moment()
        process.terminate()
        assert process.wait(timeout=PATIENCE) == 0
    finally:
        process.kill()
        process.communicate()
    assert set(Turn.objects.values_list("name", flat=True)) >= {"due", "worker"}


def a_moment():
    """A tenth of a second: another process is looked at, and nothing tells us when it is done."""
    signal.sigtimedwait([], 0.1)
