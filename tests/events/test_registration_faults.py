"""Registering while something dies: before the commit nothing has happened, after it the same form finds the same seat."""

from uuid import uuid4

import psycopg
import pytest
from django.db import OperationalError, close_old_connections, connection
from django.test import Client
from django_tasks_db.models import DBTaskResult

from events.models import Registration
from events.registering import registration
from orgs.models import Agency, User
from portal import invariants
from tests import factories
from tests.portal.test_worker import database_url


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """An event with one seat, and the browser of somebody who wants it, outside any transaction."""
    with django_db_blocker.unblock():
        event, person = factories.event(capacity=1), factories.user()
        browser = Client(raise_request_exception=False)
        browser.force_login(person)
        yield event, browser
        Registration.objects.filter(event=event).delete()
        event.delete()
        Agency.objects.filter(pk=event.host_id).delete()
        User.objects.filter(pk=person.pk).delete()
        DBTaskResult.objects.all().delete()


@pytest.fixture
def kill_the_connection():
    """What a database that crashes does to whoever is talking to it."""
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL is another process")

    def kill():
        with psycopg.connect(
            database_url().replace("postgres://", "postgresql://"), autocommit=True
        ) as admin:
            pid = connection.connection.info.backend_pid
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    return kill


def ask(browser, event, key):
    answer = browser.post(f"/en/events/{event.public_id}/register/", {"form_key": str(key)})
    close_old_connections()  # as the server does after each request
    return answer


def places(event) -> list[str]:
    return list(event.registrations.values_list("status", flat=True))


def test_killed_before_the_commit_nothing_has_happened_and_the_same_form_gets_the_seat(
    committed, kill_the_connection, monkeypatch
):
    event, browser = committed
    key, noted_down = uuid4(), registration.note_down

    def dies(*arguments, **options):
        noted_down(*arguments, **options)
        kill_the_connection()

    monkeypatch.setattr(registration, "note_down", dies)
    answer = ask(browser, event, key)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    assert places(event) == []
    assert not DBTaskResult.objects.filter(backend_name="outbox", task_path__startswith="events.").exists()

    monkeypatch.setattr(registration, "note_down", noted_down)
    assert ask(browser, event, key).status_code == 302
    assert places(event) == ["confirmed"]
    assert list(invariants.look(("events.invariants",))) == []


def test_killed_after_the_commit_the_same_form_finds_the_seat_it_has(
    committed, kill_the_connection, monkeypatch
):
    event, browser = committed
    key, register = uuid4(), registration.register

    def dies(*arguments, **options):
        register(*arguments, **options)
        kill_the_connection()
        return Registration.objects.get(event=event)  # what the answer would show

    monkeypatch.setattr(registration, "register", dies)
    assert ask(browser, event, key).status_code == 503
    assert places(event) == ["confirmed"]

    monkeypatch.setattr(registration, "register", register)
    assert ask(browser, event, key).status_code == 302
    assert places(event) == ["confirmed"]
    assert event.pools.get().taken == 1
    assert list(invariants.look(("events.invariants",))) == []


@pytest.mark.parametrize("statement", range(1, 12))
def test_after_whichever_statement_it_breaks_all_of_it_is_there_or_nothing(committed, statement):
    """Registration, log, letter and seat commit together, whichever statement is the last one that the database hears."""
    event, browser = committed
    heard = []
    beside = ("django_session", "portal_lastchange")  # of these nobody's registration depends

    def breaks(execute, sql, parameters, many, context):
        writes = sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
        if writes and not any(table in sql for table in beside):
            heard.append(sql)
            if len(heard) == statement:
                execute(sql, parameters, many, context)
                raise OperationalError("the database went away")
        return execute(sql, parameters, many, context)

    key = uuid4()
    with connection.execute_wrapper(breaks):
        answer = ask(browser, event, key)
    if len(heard) < statement:
        assert answer.status_code == 302  # there are no more statements than that
        return
    assert answer.status_code == 503
    assert list(invariants.look(("events.invariants",))) == []
    assert event.pools.get().taken == len(places(event))
    assert ask(browser, event, key).status_code == 302
    assert places(event) == ["confirmed"]
    assert event.pools.get().taken == 1
