"""The database is down, frozen or full: 503 with a sentence in the reader's language, and nobody waits for long."""

import errno
import os
import signal
import socket
import time
from contextlib import contextmanager

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from portal import database_deadline
from tests.portal.test_worker import database_url

SECRET = "10.1.2.3 password"


@pytest.fixture
def browser():
    return Client(raise_request_exception=False)


def raising(error):
    def broken(*args, **kwargs):
        raise error

    return broken


@pytest.fixture
def no_database(monkeypatch):
    """Every question to the database fails, as when it is down; these tests have no mark of a database at all."""
    monkeypatch.setattr(
        "django.db.backends.base.base.BaseDatabaseWrapper.cursor",
        raising(OperationalError(f"refused by {SECRET}")),
    )


@pytest.mark.parametrize(
    ("path", "language", "sentence"),
    [
        ("/", "zh-hans", "门户的数据库暂时无法工作"),
        ("/en/", "en", "What you had saved before is safe"),
        ("/en/events/", "en", "database cannot do its work"),
        ("/accounts/login/", "zh-hans", "门户的数据库暂时无法工作"),
    ],
)
def test_without_a_database_every_page_says_when_to_come_back(browser, no_database, path, language, sentence):
    answer = (
        browser.get(path)
        if path != "/accounts/login/"
        else browser.post(path, {"login": "a@example.org", "password": "x"})
    )
    assert answer.status_code == 503, answer.content
    assert answer["Retry-After"] == "10"
    assert answer["Cache-Control"] == "no-store"
    said = answer.content.decode()
    assert SECRET not in said
    if language == "en":
        assert sentence in said
        assert '<html lang="en">' in said
    else:
        assert '<html lang="zh-CN">' in said


def test_somebody_with_a_session_gets_the_same_page(browser, no_database):
    """The session fails before the language of the page was worked out."""
    browser.cookies["sessionid"] = "x" * 32
    answer = browser.get("/en/desk/")
    assert answer.status_code == 503
    assert '<html lang="en">' in answer.content.decode()


@pytest.mark.parametrize(
    "error", [InterfaceError("connection already closed"), OperationalError("disk is full")]
)
def test_a_connection_that_broke_and_a_full_disk_are_503_too(browser, monkeypatch, error):
    monkeypatch.setattr("portal.search_page.context", raising(error))
    assert browser.get("/en/search/").status_code == 503


def test_another_fault_is_a_500(browser, monkeypatch, db):
    monkeypatch.setattr("portal.search_page.context", raising(ValueError("a fault of ours")))
    assert browser.get("/en/search/").status_code == 500


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_no_room_for_a_file_is_said_in_so_many_words(browser, monkeypatch, db, code):
    monkeypatch.setattr("portal.search_page.context", raising(OSError(code, "No space left on device")))
    answer = browser.get("/en/search/")
    assert answer.status_code == 507
    assert "Your file could not be stored" in answer.content.decode()


# -- A real PostgreSQL that froze -------------------------------------------------------------------------------------


@pytest.fixture
def postgres(django_db_setup, django_db_blocker):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL is another process")
    return database_url().replace("postgres://", "postgresql://")


@contextmanager
def frozen(process: int):
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def test_who_asks_a_backend_that_froze_is_let_go_and_the_connection_closed(postgres, monkeypatch):
    monkeypatch.setattr(database_deadline, "seconds", 0.5)
    with database_deadline.Connection.connect(postgres) as open_one:
        began = time.monotonic()
        with (
            frozen(open_one.info.backend_pid),
            pytest.raises(psycopg.OperationalError, match="did not answer within"),
        ):
            open_one.execute("SELECT 1")
        assert time.monotonic() - began < 3
        assert open_one.closed


def test_a_long_statement_of_a_command_has_no_deadline(postgres, monkeypatch):
    monkeypatch.setattr(database_deadline, "seconds", None)
    with database_deadline.Connection.connect(postgres) as open_one:
        assert open_one.execute("SELECT 7 FROM pg_sleep(0.6)").fetchone() == (7,)


def test_a_host_that_accepts_and_never_speaks_is_given_up():
    """What a black hole does to a new connection: the kernel accepts, and nobody is there."""
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL is another process")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        began = time.monotonic()
        facts = connection.settings_dict["OPTIONS"]
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"postgresql://x@127.0.0.1:{port}/x", connect_timeout=facts["connect_timeout"])
        assert time.monotonic() - began < 8
