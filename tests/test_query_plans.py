"""How PostgreSQL goes about the questions that are asked most, in a world as large as a real one: by index, not row by row.

The plans are what the planner chooses after ANALYZE; nothing is measured, so a busy machine changes nothing. A table is
large when a page shows a small part of it. Small tables (agencies, topics, pages) are read whole, and should be.
"""

import json
from datetime import timedelta
from random import Random

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from wagtail.models import Page

from casestudies import finding
from casestudies.models import CaseStudy, ListEntry, ReadingList
from events.models import Event, EventSession, Registration, RegistrationLogEntry, SeatPool
from events.registering import waiting_list
from orgs.models import User
from portal.mail import queue
from tests import factories

LARGE = (
    Event,
    EventSession,
    SeatPool,
    Registration,
    RegistrationLogEntry,
    CaseStudy,
    User,
    Session,
    DBTaskResult,
)
EVENTS, PEOPLE, CASES, SESSIONS, JOBS = 3000, 6000, 3000, 2000, 2000
#: Rows that may be put in order for one page: those of one event, one agency, one person.
SORTED_AT_MOST = 1000


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL says how it goes about it, and has a choice")
    with django_db_blocker.unblock(), transaction.atomic():
        yield large_world()
        transaction.set_rollback(True)


def large_world() -> dict:
    """Years of events behind, some weeks ahead; one popular event; cases; a busy outbox; many who are signed in."""
    chance, now = Random(11), timezone.now()
    hosts = [factories.agency() for _n in range(40)]
    host = hosts[0]
    manager = factories.member_of(host, role="manager")
    people = User.objects.bulk_create(
        User(email=f"p{n}@example.org", name=f"同事{n}", password="!") for n in range(PEOPLE)
    )
    starts = [now + timedelta(hours=chance.randint(-40_000, 1500)) for _n in range(EVENTS)]
    events = Event.objects.bulk_create(
        Event(
            host=chance.choice(hosts),
            title=f"培训{n}",
            status="published",
            venue="二楼",
            starts_at=start,
            ends_at=start + timedelta(hours=3),
        )
        for n, start in enumerate(starts)
    )
    EventSession.objects.bulk_create(
        EventSession(event=event, starts_at=event.starts_at, ends_at=event.ends_at) for event in events
    )
    pools = SeatPool.objects.bulk_create(SeatPool(event=event, capacity=30, taken=3) for event in events)
    popular = factories.event(host, capacity=60)
    places = [
        Registration(event=event, pool=pool, user=person, status="confirmed", created_at=now)
        for event, pool in zip(events, pools, strict=True)
        for person in chance.sample(people, 3)
    ]
    room = popular.pools.get()
    for number, person in enumerate(people[:100]):
        waits = number >= 60
        places.append(
            Registration(
                event=popular,
                pool=room,
                user=person,
                agency=hosts[number % 40],
                status="waitlisted" if waits else "confirmed",
                waiting_since=now + timedelta(seconds=number) if waits else None,
                created_at=now,
            )
        )
    SeatPool.objects.filter(pk=room.pk).update(taken=60)
    made = Registration.objects.bulk_create(places)
    RegistrationLogEntry.objects.bulk_create(
        RegistrationLogEntry(registration=place, status=place.status, at=now) for place in made
    )
    CaseStudy.objects.bulk_create(
        CaseStudy(
            agency=chance.choice(hosts),
            title=f"案例{n}",
            abstract="摘要。",
            live=n % 20 > 0,
            first_published_at=now - timedelta(hours=n),
            last_published_at=now,
        )
        for n in range(CASES)
    )
    lists = ReadingList.objects.bulk_create(
        ReadingList(owner=person, title="入门") for person in people[:1000]
    )
    cases = list(CaseStudy.objects.all()[:1000])
    ListEntry.objects.bulk_create(
        ListEntry(reading_list=kept, case=case, added_at=now) for kept, case in zip(lists, cases, strict=True)
    )
    Session.objects.bulk_create(
        Session(session_key=f"{n:032}", session_data="x" * 200, expire_date=now + timedelta(days=14))
        for n in range(SESSIONS)
    )
    queue(subject="x", body="x", to="x@example.org", language="en")
    job = (
        DBTaskResult.objects.filter(task_path="portal.mail.carry_out").first() or DBTaskResult.objects.first()
    )
    later = now + timedelta(days=2)
    fields = {
        field.attname: getattr(job, field.attname)
        for field in job._meta.concrete_fields
        if not field.primary_key
    }
    DBTaskResult.objects.bulk_create(DBTaskResult(**{**fields, "run_after": later}) for _n in range(JOBS))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(manager)
    return {"host": host, "manager": manager, "client": client, "popular": popular, "person": people[0]}


def nodes(plan: dict):
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def bad_plans(ask, *, read_whole=(), also=()) -> list[str]:
    """What is read row by row, or put in order whole, in the questions that `ask` asks; not of what must be read whole."""
    large = {model._meta.db_table for model in (*LARGE, *also) if model not in read_whole}
    with CaptureQueriesContext(connection) as asked:
        ask()
    found = []
    for query in asked:
        if not query["sql"].startswith(("SELECT", "UPDATE", "DELETE")):
            continue
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (FORMAT JSON) " + query["sql"].replace("%", "%%"), [])
            answer = cursor.fetchone()[0]
        [whole] = json.loads(answer) if isinstance(answer, str) else answer
        for node in nodes(whole["Plan"]):
            reads_all = node["Node Type"] == "Seq Scan" and node["Relation Name"] in large
            # One that goes along an index and only orders equal ones ends with the page.
            sorts_all = node["Node Type"] == "Sort" and node["Plan Rows"] > SORTED_AT_MOST
            if reads_all or sorts_all:
                what = node.get("Relation Name") or f"{node['Plan Rows']} rows"
                found.append(f"{node['Node Type']} of {what}: {query['sql'][:1500]}")
    return found


def test_the_calendar(world):
    client = world["client"]
    # Its filter offers every agency that ever held an event.
    assert bad_plans(lambda: client.get("/events/"), read_whole=[Event]) == []
    assert (
        bad_plans(lambda: list(Event.objects.visible_to(world["manager"]).upcoming().for_rows()[:20])) == []
    )


def test_the_directory(world):
    client = world["client"]
    assert bad_plans(lambda: client.get("/agencies/")) == []


def test_the_page_of_an_event_and_registering(world):
    client, event = world["client"], world["popular"]
    assert bad_plans(lambda: client.get(f"/events/{event.public_id}/")) == []
    assert bad_plans(lambda: client.post(f"/events/{event.public_id}/register/")) == []


def test_the_desk_and_its_lists(world):
    client, host = world["client"], world["host"]
    # A person's reading lists count the cases in them; PostgreSQL may go through the cases for it.
    desk = bad_plans(lambda: client.get("/desk/"))
    assert [each for each in desk if '"casestudies_readinglist"."id"' not in each] == []
    assert bad_plans(lambda: client.get(f"/desk/agencies/{host.slug}/")) == []
    assert bad_plans(lambda: client.get("/desk/hours/")) == []


def test_the_roster(world):
    client, host, event = world["client"], world["host"], world["popular"]
    roster = f"/desk/agencies/{host.slug}/events/{event.public_id}/roster/"
    assert client.get(roster).status_code == 200
    # A hundred people at once: to go through the accounts and pools is then as cheap as to look up each.
    assert bad_plans(lambda: client.get(roster), read_whole=[User, SeatPool]) == []


def test_whose_turn_it_is(world):
    pool = world["popular"].pools.get()
    assert bad_plans(lambda: waiting_list.next_for(pool)) == []


def test_the_next_job_of_the_outbox(world):
    assert bad_plans(lambda: DBTaskResult.objects.ready().filter(backend_name="outbox").get_locked()) == []


def test_who_is_signed_in(world):
    assert bad_plans(lambda: Session.objects.filter(session_key="0" * 32).first()) == []
    assert bad_plans(lambda: User.objects.filter(email="p7@example.org").first()) == []


def test_the_library_from_the_database(world):
    newest = CaseStudy.objects.visible_to(world["manager"]).order_by(*finding.ORDERS["newest"])
    assert bad_plans(lambda: list(newest[:20])) == []
    # How many there are of each kind is counted over all.
    assert bad_plans(lambda: finding.in_the_database(finding.Asked(), 1), read_whole=[CaseStudy]) == []


def test_a_page_by_its_path(world):
    """Pages are few, and PostgreSQL may read them all: here it may not, so what is left has no index."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        asked = bad_plans(lambda: Page.objects.filter(url_path="/home/events/").first(), also=[Page])
        cursor.execute("SET LOCAL enable_seqscan = on")
    assert asked == []
