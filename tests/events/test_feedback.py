"""Feedback: one answer each, nobody's, and shown from five on."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from events.afterwards import feedback
from events.attending import attendance
from events.hosting import publishing
from events.models import Feedback, FeedbackGiven, Registration
from events.registering.registration import register
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
GOOD = {"content": 5, "teaching": 4, "setting": 3}


@pytest.fixture
def event(agency):
    """A training that ended an hour ago."""
    return factories.event(agency, starts_in=timedelta(hours=-4))


def seated(event, **fields) -> Registration:
    person = factories.user(**fields)
    return register(event, user=person, by=person, at=NOW - timedelta(days=1))


def test_each_person_answers_once(event):
    lin = seated(event)
    feedback.give(lin, **GOOD, comment="好")

    with pytest.raises(feedback.NoFeedback):
        feedback.give(lin, **GOOD, comment="again")

    assert [answer.comment for answer in Feedback.objects.all()] == ["好"]
    assert [given.registration for given in FeedbackGiven.objects.all()] == [lin]


def test_answers_hold_neither_person_nor_time(event):
    assert {field.name for field in Feedback._meta.get_fields()} == {
        "id", "event", "content", "teaching", "setting", "differently", "comment",
    }  # fmt: skip
    assert {field.name for field in FeedbackGiven._meta.get_fields()} == {"registration"}


def test_the_order_of_the_table_does_not_tell_who_answered_when(event):
    people = [seated(event) for _n in range(9)]
    last_places = set()
    for n, one in enumerate(people):
        before = set(Feedback.objects.values_list("pk", flat=True))
        feedback.give(one, **GOOD, comment=f"{n}")
        assert not before & set(Feedback.objects.values_list("pk", flat=True))  # every row is a new one
        with connection.cursor() as cursor:
            place = "rowid" if connection.vendor == "sqlite" else "ctid"
            cursor.execute(f"SELECT comment FROM events_feedback ORDER BY {place}")
            order = [comment for (comment,) in cursor.fetchall()]
        assert sorted(order) == [str(number) for number in range(n + 1)]
        last_places.add(order.index(str(n)) == n)
    assert last_places == {True, False}  # the first stands last for sure; nine times last is one in 362,880
    assert list(FeedbackGiven.objects.values_list("pk", flat=True).order_by("pk")) == [
        one.pk for one in people
    ]


def test_only_who_was_there_is_asked_where_it_was_noted_down(event, manager):
    lin, ana = seated(event), seated(event)
    assert feedback.refusal(ana) is None
    attendance.check_in(lin, event.sessions.get(), by=manager, at=event.starts_at)

    assert feedback.refusal(lin) is None
    with pytest.raises(feedback.NoFeedback):
        feedback.give(ana, **GOOD)


@pytest.mark.parametrize(
    ("after_the_end", "may"),
    [(timedelta(minutes=-31), False), (timedelta(minutes=-29), True), (timedelta(days=59), True), (timedelta(days=61), False)],
)  # fmt: skip
def test_feedback_is_open_from_half_an_hour_before_the_end_for_sixty_days(event, after_the_end, may):
    assert (feedback.refusal(seated(event), event.ends_at + after_the_end) is None) == may


def test_who_waited_or_cancelled_and_a_cancelled_event_have_no_feedback(event, manager):
    one = seated(event)
    Registration.objects.filter(pk=one.pk).update(status="cancelled")
    one.refresh_from_db()
    assert feedback.refusal(one)
    coming = factories.event(event.host)
    two = seated(coming)
    publishing.cancel_event(coming, by=manager)
    two.refresh_from_db()
    assert feedback.refusal(two, coming.ends_at)


def test_the_host_sees_nothing_before_five_answers(client, event, manager):
    client.force_login(manager)
    address = reverse("feedback_results", args=[event.host.slug, event.public_id])
    for n in range(5):
        page = client.get(address)
        assert page.context["results"] == feedback.Results(n, [], [], [])
        assert "秘密的话" not in page.content.decode()
        feedback.give(seated(event), **GOOD, comment=f"秘密的话{n}", differently="先听")

    page = client.get(address)
    results = page.context["results"]
    assert [(chart.counts, chart.mean) for chart in results.charts] == [
        ([0, 0, 0, 0, 5], 5), ([0, 0, 0, 5, 0], 4), ([0, 0, 5, 0, 0], 3),
    ]  # fmt: skip
    assert results.comments == [f"秘密的话{n}" for n in range(5)]
    assert "秘密的话3" in page.content.decode()


def test_the_database_takes_ratings_from_one_to_five_only(event):
    for rating in (0, 6):
        with pytest.raises(IntegrityError), transaction.atomic():
            Feedback.objects.create(event=event, **{**GOOD, "teaching": rating})


def test_the_form_refuses_what_is_missing_and_keeps_what_was_typed(client, event):
    lin = seated(event)
    client.force_login(lin.user)
    address = reverse("give_feedback", args=[event.public_id])

    page = client.post(
        address, {"content": "5", "teaching": "9", "comment": "字" * 1001, "differently": "先听再说"}
    )
    assert set(page.context["form"].errors) == {"teaching", "setting", "comment"}
    assert "先听再说" in page.content.decode()
    assert client.post(address, {**GOOD, "comment": "\x00"}).status_code == 200
    assert Feedback.objects.count() == 0

    client.post(address, {**GOOD, "differently": "先听再说"})
    assert Feedback.objects.get().differently == "先听再说"
    assert '<form class="form"' not in client.get(address).content.decode()


def test_a_stranger_finds_no_form(client, event, stranger):
    client.force_login(stranger)
    assert client.get(reverse("give_feedback", args=[event.public_id])).status_code == 404
