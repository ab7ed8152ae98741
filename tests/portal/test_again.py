"""What the database breaks off because two people got in each other's way is tried again, and nobody is told."""

from threading import Barrier
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection, transaction

from events.registering import registration, seats, waiting_list
from portal import again
from portal.again import tried_again
from portal.models import Turn
from tests.at_once import at_once


def broken_off(sqlstate: str) -> OperationalError:
    error = OperationalError("deadlock detected")
    error.__cause__ = Exception()
    error.__cause__.sqlstate = sqlstate
    return error


def rule_that_fails(times: int, error: Exception):
    calls = []

    @tried_again
    def rule(word: str, *, more: int = 0) -> tuple[str, int]:
        calls.append(word)
        if len(calls) <= times:
            raise error
        return word, more

    return rule, calls


@pytest.fixture(autouse=True)
def at_no_transaction(monkeypatch):
    monkeypatch.setattr(again, "connection", SimpleNamespace(in_atomic_block=False))
    monkeypatch.setattr(again, "PAUSE", 0)


@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
@pytest.mark.parametrize("times", [0, 1, 3])
def test_up_to_three_times_it_is_tried_again(sqlstate, times):
    rule, calls = rule_that_fails(times, broken_off(sqlstate))
    assert rule("a", more=7) == ("a", 7)
    assert len(calls) == times + 1


def test_then_it_is_an_error_after_all():
    rule, calls = rule_that_fails(4, broken_off("40P01"))
    with pytest.raises(OperationalError):
        rule("a")
    assert len(calls) == 4


@pytest.mark.parametrize(
    "error", [broken_off("53100"), OperationalError("database is locked"), ValueError("a fault")]
)
def test_other_faults_are_not_tried_again(error):
    rule, calls = rule_that_fails(1, error)
    with pytest.raises(type(error)):
        rule("a")
    assert len(calls) == 1


def test_inside_a_transaction_it_is_the_transactions_business(monkeypatch):
    monkeypatch.setattr(again, "connection", SimpleNamespace(in_atomic_block=True))
    rule, calls = rule_that_fails(1, broken_off("40P01"))
    with pytest.raises(OperationalError):
        rule("a")
    assert len(calls) == 1


@pytest.mark.parametrize(
    "rule",
    [
        registration.register,
        registration.approve,
        registration.turn_down,
        registration.cancel,
        registration.cancel_everybody,
        waiting_list.promote,
        seats.arrange,
        seats.change_capacity,
    ],
)
def test_what_many_do_at_once_is_tried_again(rule):
    assert rule.__code__ is again.tried_again(lambda: None).__code__


def test_two_who_wait_for_each_other_both_get_through(django_db_setup, django_db_blocker, monkeypatch):
    """A real deadlock: each holds what the other one wants."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time")
    monkeypatch.undo()
    meeting, tries = Barrier(2), []

    @tried_again
    @transaction.atomic
    def take(first: str, second: str) -> str:
        tries.append(first)
        Turn.objects.select_for_update().get(name=first)
        if len(tries) <= 2:
            meeting.wait(20)
        Turn.objects.select_for_update().get(name=second)
        return first

    with django_db_blocker.unblock():
        for name in ("one", "two"):
            Turn.objects.create(name=name)
        try:
            assert at_once([lambda: take("one", "two"), lambda: take("two", "one")]) == ["one", "two"]
            assert len(tries) == 3
        finally:
            Turn.objects.filter(name__in=("one", "two")).delete()
