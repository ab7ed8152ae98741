"""The probes: that the process lives, and whether visitors may be sent to it, part by part and without a secret."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from portal import health, search
from portal.mail import queue

SECRET = "password-in-an-error"


def breaks():
    raise OperationalError(f"connection to server failed: {SECRET}")


@pytest.fixture
def indexed(db):
    search.rebuild()


@pytest.fixture
def change_part(monkeypatch):
    def change(name, ask):
        parts = [health.Part(p.name, ask if p.name == name else p.ask, p.matters) for p in health.PARTS]
        monkeypatch.setattr(health, "PARTS", parts)

    return change


def test_the_process_lives_without_a_database(client):
    """No mark of a database here: a query would fail this test."""
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_when_all_is_well_each_part_says_so(client, indexed):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "parts": {"database": "ok", "migrations": "ok", "search": "ok", "outbox": "ok"},
    }
    assert answer["Cache-Control"] == "no-store"


def test_without_a_database_nobody_is_sent_here_and_nobody_reads_why(client, change_part):
    change_part("database", breaks)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    assert answer.json() == {"ready": False, "parts": {"database": "failed"}}
    assert SECRET not in answer.content.decode()


def test_a_migration_that_is_missing_counts(client, indexed, monkeypatch):
    monkeypatch.setattr(health, "migrations", health._Migrations())
    MigrationRecorder.Migration.objects.filter(app="events").latest("id").delete()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["migrations"] == "not applied"


def test_without_search_the_portal_goes_on(client, db):
    """No index was built in this test's folder."""
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["parts"]["search"] == "away"


@pytest.mark.parametrize(("minutes", "word"), [(14, "ok"), (16, "late")])
def test_mail_that_waits_for_a_quarter_of_an_hour_is_told(client, indexed, minutes, word):
    queue(subject="一张票", body="…", to="lin@example.org", language="zh-hans")
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(minutes=minutes))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["parts"]["outbox"] == word


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_asks_by_any_name_of_this_machine_and_without_tls(client, indexed, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
    assert client.get(path, headers={"host": "10.0.0.7:8000"}).status_code == 200
    assert client.post(path, headers={"host": "10.0.0.7:8000"}).status_code == 405
    assert client.get("/robots.txt", headers={"host": "10.0.0.7:8000"}, secure=True).status_code == 400


def test_probes_carry_the_seals_of_every_answer(client):
    answer = client.get("/healthz")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors" in answer["Content-Security-Policy"]
