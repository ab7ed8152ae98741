"""The doctor: each thing that can be wrong is said with what to do, in both languages, and the timer sees it."""

import os
import socket
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone
from django.utils.translation import override
from django_tasks_db.models import DBTaskResult

from events.models import Event
from portal import doctor, health, search, timer
from portal.doctor import How
from portal.mail import queue
from portal.models import Turn
from tests import factories
from tests.smtp import mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_use(settings, tmp_path, monkeypatch):
    """An installation in which nothing is wrong."""
    settings.BACKUP_DIR = str(tmp_path / "archives")
    (tmp_path / "archives").mkdir()
    (tmp_path / "archives" / "tongxing-20261129T030000_000000Z.tar").write_bytes(b"x")
    timer.beat()
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda place: SimpleNamespace(free=40 * doctor.GIGABYTE))
    search.rebuild()


def said(examination, language="en") -> list[tuple[How, str]]:
    with override(language):
        return [(finding.how, finding.what) for finding in examination()]


def wrongs() -> list[str]:
    with override("en"):
        return [finding.what for finding in doctor.examine() if finding.how is How.WRONG]


def test_where_nothing_is_wrong_it_says_so_and_ends_well(in_use, capsys):
    assert wrongs() == []
    call_command("doctor", "--language", "en")
    assert "✓ The worker is at work." in capsys.readouterr().out


def test_what_is_wrong_comes_with_what_to_do_and_ends_with_an_error(in_use, capsys):
    Turn.objects.all().delete()
    with pytest.raises(CommandError, match="1 thing is wrong"):
        call_command("doctor", "--language", "en")
    out = capsys.readouterr().out
    assert "✗ The worker has never been at work, so no mail leaves." in out
    assert "→ Start it: systemctl start tongxing-worker" in out


def test_every_finding_that_is_not_well_says_what_to_do(in_use, settings, monkeypatch):
    Turn.objects.all().delete()
    settings.BACKUP_DIR = ""
    with override("en"):
        assert [one for one in doctor.examine() if one.how is not How.WELL and not one.advice] == []


@pytest.mark.parametrize(("minutes", "how"), [(4, How.WELL), (6, How.WRONG)])
def test_a_worker_that_is_quiet(in_use, minutes, how):
    at = timezone.now() - timedelta(minutes=minutes)
    Turn.objects.update(taken_at=at, ended_at=at)
    assert said(doctor.of_the_worker)[0][0] is how


def test_what_is_due_was_done_by_a_timer_and_no_worker_is_at_work(in_use):
    Turn.objects.all().delete()
    call_command("run_due")
    assert said(doctor.of_the_worker) == [
        (How.WRONG, "The worker has never been at work, so no mail leaves.")
    ]


@pytest.mark.parametrize(("minutes", "how"), [(4, How.WELL), (6, How.WRONG)])
def test_a_worker_that_does_not_get_through(in_use, minutes, how):
    queue(subject="…", body="…", to="lin@example.org", language="en")
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(minutes=minutes))
    [(found, what)] = said(doctor.of_the_worker)
    assert found is how
    assert how is How.WELL or what == "The worker does not get through: a job has waited for 6 minutes."


def test_mail_that_waits_fails_and_has_failed(in_use):
    for n in range(3):
        queue(subject=f"{n}", body="…", to="lin@example.org", language="en")
    waiting, retried, failed = DBTaskResult.objects.all()
    DBTaskResult.objects.filter(pk=waiting.pk).update(enqueued_at=timezone.now() - timedelta(minutes=20))
    retried.args_kwargs["kwargs"]["attempt"] = 5
    retried.save()
    failed.status = "FAILED"
    failed.save()
    assert said(doctor.of_the_outbox) == [
        (How.WRONG, "2 jobs wait, the oldest for 20 minutes."),
        (How.LOOK, "1 jobs have failed for a quarter of an hour and are tried again."),
        (How.LOOK, "1 jobs have failed for good."),
    ]


@pytest.mark.parametrize(("hours", "how"), [(25, How.WELL), (27, How.WRONG)])
def test_a_backup_that_is_old(in_use, settings, tmp_path, hours, how):
    [archive] = (tmp_path / "archives").iterdir()
    at = time.time() - hours * 3600
    os.utime(archive, (at, at))
    assert said(doctor.of_the_backups)[0][0] is how
    archive.unlink()
    assert said(doctor.of_the_backups)[0][0] is How.WRONG
    settings.BACKUP_DIR = ""
    assert said(doctor.of_the_backups) == [(How.WRONG, "Nobody knows where the backups are.")]


@pytest.mark.parametrize(("free", "how"), [(0.5, How.WRONG), (3, How.LOOK), (40, How.WELL)])
def test_a_disk_that_is_full(in_use, monkeypatch, free, how):
    monkeypatch.setattr(
        doctor.shutil, "disk_usage", lambda place: SimpleNamespace(free=free * doctor.GIGABYTE)
    )
    assert {one for one, _what in said(doctor.of_the_disks)} == {how}


def test_a_database_that_is_away_is_said_and_the_others_are_examined_all_the_same(in_use, monkeypatch):
    def away(*arguments, **options):
        raise OperationalError("connection refused, password=secret")

    monkeypatch.setattr(health, "ask_database", away)
    monkeypatch.setattr(doctor, "outbox_state", away)
    found = wrongs()
    assert found == [
        "The database does not answer (OperationalError).",
        "This could not be examined: worker (OperationalError).",
        "This could not be examined: outbox (OperationalError).",
    ]
    assert "secret" not in "".join(found)


def test_migrations_that_are_missing(in_use, monkeypatch):
    def missing(self):
        raise health.NotWell("not applied")

    monkeypatch.setattr(health._Migrations, "ask", missing)
    assert wrongs() == ["The database is older than the program: migrations are missing."]


def test_an_index_that_differs_and_one_that_is_away(in_use, monkeypatch):
    event = factories.event()
    search.rebuild()
    Event.objects.filter(pk=event.pk).update(status=Event.Status.DRAFT)
    assert said(doctor.of_the_search) == [
        (
            How.LOOK,
            "The search index differs from the database: 1 event records in the index although not public.",
        )
    ]

    def away():
        raise doctor.SearchIsAway("no")

    monkeypatch.setattr(doctor.comparing, "compare", away)
    assert said(doctor.of_the_search)[0][0] is How.WRONG


def test_a_mail_server_that_is_there_and_one_that_is_not(in_use, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.url.rpartition("/")[2].split(":")
        assert said(doctor.of_the_mail_server) == [(How.WELL, "The mail server lets us in.")]
    with socket.create_server(("127.0.0.1", 0)) as closed:
        settings.EMAIL_HOST, settings.EMAIL_PORT = closed.getsockname()
    assert said(doctor.of_the_mail_server)[0][0] is How.WRONG


@pytest.mark.parametrize(
    ("answer", "how", "word"),
    [
        ((200, ""), How.WELL, "answers through the proxy"),
        ((301, "https://portal.example.org/robots.txt"), How.WRONG, "in a circle"),
        ((400, ""), How.WRONG, "refuses the name"),
        ((502, ""), How.WRONG, "(502)"),
        ((0, ""), How.WRONG, "(nobody there)"),
    ],
)
def test_what_the_proxy_does(settings, monkeypatch, answer, how, word):
    settings.IN_PRODUCTION, settings.SITE_URL = True, "https://portal.example.org"
    monkeypatch.setattr(doctor, "ask", lambda address: answer)
    [(found, what)] = said(doctor.of_the_proxy)
    assert found is how
    assert word in what


def test_the_address_is_asked_for_real(live_server_like):
    assert doctor.ask(f"{live_server_like}/robots.txt") == (0, "")


@pytest.fixture
def live_server_like():
    """Where nobody listens any more."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


def test_in_production_the_settings_are_examined(settings, monkeypatch):
    settings.IN_PRODUCTION = True
    settings.SESSION_COOKIE_SECURE = False
    assert any("security.W012" in what for _how, what in said(doctor.of_the_settings))


def test_it_speaks_chinese_too(in_use):
    """Until the catalogue has the words, at least no sentence breaks."""
    assert said(doctor.of_the_worker, "zh-hans")[0][0] is How.WELL
