"""The outbox: nothing leaves before commit, nothing is forgotten, and what is done leaves no trace."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from events.nominating import guest_data
from portal import dead_letters, outbox
from portal.mail import queue
from tests.smtp import mail_server

SECRET = "your code is 481516"
calls: list[str] = []


@outbox.after_commit
def sometimes(*, word: str):
    """A job that fails until the word is in the list."""
    calls.append(word)
    if len(calls) < 3:
        raise ConnectionError("the mail server is away")


@pytest.fixture
def worker():
    """The real worker, until nothing is ready."""

    def run():
        call_command(
            "db_worker",
            "--backend",
            "outbox",
            "--batch",
            "--no-startup-delay",
            "--interval",
            "0",
            verbosity=0,
        )

    return run


@pytest.mark.django_db
def test_a_change_that_is_rolled_back_writes_to_nobody(deliver):
    with transaction.atomic():
        queue(subject="Hello", body="…", to="lin@example.org", language="en")
        transaction.set_rollback(True)
    assert deliver() == []


@pytest.mark.django_db(transaction=True)
def test_a_mail_is_sent_once_and_its_text_is_not_kept(worker):
    queue(subject="Sign in", body=SECRET, to="lin@example.org", language="en")
    worker()
    worker()
    assert [message.to for message in mail.outbox] == [["lin@example.org"]]
    assert not DBTaskResult.objects.filter(args_kwargs__icontains="481516").exists()


@pytest.mark.django_db
def test_what_fails_is_tried_again_later_and_then_succeeds(deliver):
    calls.clear()
    sometimes.enqueue(word="once")
    deliver()
    assert calls == ["once"]
    for minutes in (2, 10):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
            deliver()
    assert calls == ["once", "once", "once"]


@pytest.mark.django_db
def test_after_the_last_attempt_it_fails_for_good_and_not_one_before():
    calls.clear()
    sometimes.call(attempt=outbox.ATTEMPTS - 1, word="often")
    assert DBTaskResult.objects.get().args_kwargs["kwargs"]["attempt"] == outbox.ATTEMPTS
    with pytest.raises(ConnectionError):
        sometimes.call(attempt=outbox.ATTEMPTS, word="often")
    assert DBTaskResult.objects.count() == 1


@pytest.mark.django_db
def test_a_mail_has_one_identity_however_often_it_is_delivered(deliver):
    queue(subject="Two\nlines", body="…", to="lin@example.org", language="en")
    job = DBTaskResult.objects.get(task_path="portal.mail.deliver")
    [sent] = deliver()
    job.task.call(*job.task_result.args, **job.task_result.kwargs)
    assert mail.outbox[-1].extra_headers["Message-ID"] == sent.extra_headers["Message-ID"]
    assert sent.subject == "Two lines"


#: Every job of events that was queued before the concepts of that app got folders.
BEFORE_FOLDERS = [
    "events.certificates.issue_each",
    "events.guest_data.send_link",
    "events.letters.compose",
    "events.messages.send_copy",
    "events.reminders.send_reminder",
    "events.reminders.send_thanks",
]


@pytest.mark.parametrize("address", BEFORE_FOLDERS)
def test_a_job_queued_before_its_module_moved_is_the_job_of_today(address):
    job = DBTaskResult(task_path=address, backend_name="outbox").task
    assert job.module_path != address
    assert job.name == import_string(job.module_path).name == address.rpartition(".")[2]


@pytest.mark.django_db(transaction=True)
def test_a_job_queued_before_its_module_moved_is_carried_out_by_the_worker(worker):
    guest_data.send_link.enqueue(address="nobody@example.org", language="en")
    DBTaskResult.objects.update(task_path="events.guest_data.send_link")
    worker()
    assert not DBTaskResult.objects.exists()  # one that is not found stays as a failed job


@pytest.mark.django_db(transaction=True)
def test_an_address_that_does_not_exist_is_given_up_at_once_and_holds_up_nobody(worker, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.url.rpartition("/")[2].split(":")
        server.unknown = {"nobody@example.org"}
        for name in ("lin", "nobody", "fang"):
            queue(subject="x", body="…", to=f"{name}@example.org", language="en")
        worker()
        assert sorted(sent["To"] for sent in server.mails) == ["fang@example.org", "lin@example.org"]
        [failed] = dead_letters.dead_letters()
        assert dead_letters.told(failed).fault == "AddressRefused 550"
        assert dead_letters.told(failed).attempts == 1
        assert "nobody@" not in failed.traceback


@pytest.mark.django_db(transaction=True)
def test_a_server_that_is_busy_is_asked_again(worker, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.url.rpartition("/")[2].split(":")
        server.refuses = True
        queue(subject="x", body="…", to="lin@example.org", language="en")
        worker()
        assert [job.status for job in DBTaskResult.objects.all()] == ["READY"]
        server.refuses = False
        with time_machine.travel(timezone.now() + timedelta(minutes=2)):
            worker()
        assert [sent["To"] for sent in server.mails] == ["lin@example.org"]
