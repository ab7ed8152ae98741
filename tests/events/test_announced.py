"""What everybody asks for at once is read once, and nobody gets by it what the database refuses."""

from time import time

import pytest
from django.db import connection

from events import announced
from events.models import Event
from events.registering import registration
from events.registering.refusals import RegistrationError
from portal import changes
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(monkeypatch):
    monkeypatch.setattr(changes, "WINDOW", 0)
    monkeypatch.setattr(changes, "ASKED_EVERY", 60)
    monkeypatch.setattr(announced, "KEPT", 60)
    monkeypatch.setattr(announced, "LONGEST", 60)
    monkeypatch.setattr(announced, "_kept", {})


def test_while_only_seats_change_they_alone_are_read_again_after_a_moment(
    kept, monkeypatch, django_assert_num_queries
):
    event = factories.event(capacity=30)
    connection.run_on_commit.clear()  # as a commit does
    changes.ask()
    before = announced.announced(event.public_id)
    # Nobody tells of the title, so whoever looks at the whole row is found out.
    Event.objects.filter(pk=event.pk).update(title="锦鲤")
    event.pools.update(taken=7)
    connection.run_on_commit.clear()
    changes.KNOWN.learn({changes.SEATS: time()})
    with django_assert_num_queries(0):
        again = announced.announced(event.public_id)
        assert (again.pk, again.capacity, again.taken) == (event.pk, 30, 0)
    monkeypatch.setattr(announced, "KEPT", 0)
    with django_assert_num_queries(1):
        again = announced.announced(event.public_id)
        assert (again.title, again.taken) == (event.title, 7)
        assert before.taken == 0, "who still shows it keeps its seats"
    assert announced.announced(event.public_id).title == event.title


def test_what_its_host_changes_is_seen_at_once(kept):
    event = factories.event(title="鲤鱼")
    connection.run_on_commit.clear()
    changes.ask()
    assert announced.announced(event.public_id).title == "鲤鱼"
    Event.objects.filter(pk=event.pk).update(title="锦鲤")
    connection.run_on_commit.clear()
    changes.tell_of_texts()
    assert announced.announced(event.public_id).title == "锦鲤"


def test_an_event_is_kept_until_something_changes(
    monkeypatch, django_assert_num_queries, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(announced, "KEPT", 0)
    monkeypatch.setattr(changes, "WINDOW", 0)
    monkeypatch.setattr(changes, "ASKED_EVERY", 60)
    monkeypatch.setattr(announced, "LONGEST", 60)
    event, person = factories.event(capacity=30), factories.user()
    connection.run_on_commit.clear()  # as a commit does
    changes.ask()
    announced.announced(event.public_id)
    with django_assert_num_queries(0):
        announced.announced(event.public_id)
    with django_capture_on_commit_callbacks(execute=True):
        registration.register(event, user=person, by=person)
    connection.run_on_commit.clear()
    assert announced.announced(event.public_id).taken == 1


def test_what_one_request_does_to_its_copy_stays_with_it(kept):
    event = factories.event(capacity=30)
    announced.announced(event.public_id).title = "…"
    assert announced.announced(event.public_id).title == event.title


def test_a_draft_and_an_unknown_address_are_asked_for_each_time(kept):
    draft = factories.event(status=Event.Status.DRAFT)
    assert announced.announced(draft.public_id) is None
    Event.objects.filter(pk=draft.pk).update(status=Event.Status.PUBLISHED)
    assert announced.announced(draft.public_id) == draft


def test_nobody_registers_for_an_event_that_was_cancelled_since_it_was_read(kept, member):
    event = factories.event()
    as_read = announced.announced(event.public_id)
    Event.objects.filter(pk=event.pk).update(status=Event.Status.CANCELLED)
    with pytest.raises(RegistrationError):
        registration.register(as_read, user=member, by=member)


def test_no_more_events_are_kept_than_memory_should_hold(kept, monkeypatch):
    monkeypatch.setattr(announced, "MOST", 2)
    for _ in range(4):
        address = factories.event().public_id
        announced.announced(address)
    assert len(announced._kept) == 2
    announced.announced(address)
    assert len(announced._kept) == 2, "one that is read again takes no further place"
