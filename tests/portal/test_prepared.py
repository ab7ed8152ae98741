"""Questions whose SQL is written once answer as querysets do."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import Event, EventSession, Registration
from events.registering import registration as registering
from orgs.models import Membership, User
from portal.prepared import Prepared
from tests import factories
from tests.at_once import at_once

pytestmark = pytest.mark.django_db


def test_blanks_take_keys_words_uuids_and_moments():
    event = factories.event(title="锦鲤 %s ' \"")
    factories.event()
    session = event.sessions.get()
    for question, value, found in (
        (lambda x: Event.objects.filter(pk=x), event.pk, event),
        (lambda x: Event.objects.filter(title=x), event.title, event),
        (lambda x: Event.objects.filter(public_id=x), event.public_id, event),
        (lambda x: EventSession.objects.filter(event=x), event.pk, session),
        (lambda x: EventSession.objects.filter(starts_at=x, event=event.pk), session.starts_at, session),
    ):
        assert Prepared(question).all(x=value) == [found]
        assert Prepared(question).first(x=value) == found


def test_none_is_equal_to_nothing():
    factories.event()
    assert Prepared(lambda theme: Event.objects.filter(theme=theme)).all(theme=None) == []


def test_each_question_is_asked_with_its_own_values_and_what_it_selects_costs_no_other():
    agencies = Prepared(lambda user: Membership.objects.filter(user=user).select_related("agency"))
    for person in (factories.member_of(factories.agency()), factories.member_of(factories.agency())):
        with CaptureQueriesContext(connection) as queries:
            (membership,) = agencies.all(user=person.pk)
            assert membership.agency.status == "listed"
        assert len(queries) == 1
        assert membership == Membership.objects.get(user=person)


def test_what_it_prefetches_is_there_with_each_answer():
    events = Prepared(lambda pk: Event.objects.filter(pk=pk).prefetch_related("sessions", "pools"))
    for event in (factories.event(capacity=3), factories.event(capacity=4)):
        sessions = list(event.sessions.all())
        with CaptureQueriesContext(connection) as queries:
            found = events.first(pk=event.pk)
            assert (list(found.sessions.all()), [pool.event_id for pool in found.pools.all()]) == (
                sessions,
                [event.pk],
            )
        assert len(queries) == 3
    assert events.all(pk=0) == []


def test_objects_know_that_they_are_saved_and_values_are_tuples():
    event, person = factories.event(capacity=3), factories.user()
    registering.register(event, user=person, by=person)
    registration = Prepared(lambda user: Registration.objects.filter(user=user)).first(user=person.pk)
    registration.note = "…"
    registration.save()
    rows = Prepared(lambda user: Registration.objects.filter(user=user).values_list("event", "note"))
    assert rows.all(user=person.pk) == [(event.pk, "…")]


def test_a_row_that_is_written_in_between_is_found():
    question = Prepared(lambda title: Event.objects.filter(title=title).order_by("pk")[:2])
    assert question.first(title="锦鲤") is None
    events = [factories.event(title="锦鲤") for _number in range(3)]
    assert question.all(title="锦鲤") == events[:2]


def test_a_moment_is_never_written_into_a_question():
    now = timezone.now()
    frozen = Prepared(lambda key: Event.objects.filter(Q(pk=key), Q(starts_at__gt=now - timedelta(1))))
    with pytest.raises(ValueError, match="must be a blank"):
        frozen.all(key=1)


@pytest.mark.django_db(transaction=True)
def test_threads_that_ask_at_once_get_their_own_answers():
    people = [factories.user(name=f"锦鲤 {number}") for number in range(20)]
    question = Prepared(
        lambda key: User.objects.filter(pk=key).values_list("name", flat=True)
    )  # written by whichever thread comes first
    answers = at_once([lambda person=person: question.all(key=person.pk) for person in people])
    assert answers == [[person.name] for person in people]
