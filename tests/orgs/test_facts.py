"""The snapshot of facts: built once, and never stale after a change, however it was made."""

import threading
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from orgs import directory, facts
from orgs.divisions import stem_of, wider
from orgs.models import Agency, Service, Verification
from tests import factories


def everything():
    """What the snapshot says of every agency, whatever slots they have."""
    snapshot = facts.current()
    return {
        snapshot.facts[slot].pk: {key for key, having in snapshot.index.items() if having >> slot & 1}
        for slot in snapshot.orders["zh"]
    }


def made_anew():
    """The same from a snapshot that knows of no other before it."""
    facts._kept = None
    return everything()


@pytest.mark.django_db
def test_while_nothing_changes_one_query_is_all_it_costs(django_assert_num_queries):
    factories.service(factories.agency())
    first = facts.current()
    with django_assert_num_queries(1):
        assert facts.current() is first


def changes(agency: Agency, service: Service):
    """Every way in which an agency of the directory changes, with what must be different afterwards."""
    today = timezone.localdate()

    def merge():
        Agency.objects.filter(pk=agency.pk).update(status="merged", merged_into=factories.agency())

    return {
        "a name": lambda: setattr(agency, "legal_name", "新名") or agency.save(update_fields=["legal_name"]),
        "a status": lambda: Agency.objects.filter(pk=agency.pk).update(status="withdrawn"),
        "a merger": merge,
        "a confirmation": lambda: Agency.objects.filter(pk=agency.pk).update(confirmed_on=today),
        "bulk_update": lambda: Agency.objects.bulk_update(
            [setattr(agency, "migrant_focus", "occasional") or agency], ["migrant_focus"]
        ),
        "another agency": lambda: Agency.objects.bulk_create(
            [Agency(slug="x", legal_name="又一家", org_type=agency.org_type, status="listed")]
        ),
        "a deleted agency": lambda: agency.delete(),
        "a service saved": lambda: setattr(service, "is_offered", False) or service.save(),
        "services at once": lambda: agency.services.update(is_offered=False),
        "a service deleted": lambda: service.delete(),
        "services deleted": lambda: agency.services.all().delete(),
        "a group added": lambda: service.populations.add(factories.topic("pop:youth")),
        "groups set": lambda: service.populations.set([factories.topic("pop:elderly")]),
        "groups cleared": lambda: service.populations.clear(),
        "a language": lambda: service.languages.add(factories.topic("lng:yue")),
        "an area": lambda: service.areas.add(factories.division("110115", "大兴区", "county")),
        "a verification": lambda: Verification.objects.create(
            agency=agency, level=2, checked_on=today, expires_on=today + timedelta(days=9)
        ),
        "verifications revoked": lambda: agency.verifications.update(revoked_at=timezone.now()),
    }


WAYS = [
    "a name", "a status", "a merger", "a confirmation", "bulk_update", "another agency", "a deleted agency",
    "a service saved", "services at once", "a service deleted", "services deleted", "a group added", "groups set",
    "groups cleared", "a language", "an area", "a verification", "verifications revoked",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS)
def test_every_change_is_seen_at_the_next_request(way):
    agency = factories.agency()
    service = factories.service(agency)
    Verification.objects.create(
        agency=agency,
        level=1,
        checked_on=date(2026, 1, 1),
        expires_on=timezone.localdate() + timedelta(days=9),
    )
    factories.service(factories.agency())
    ways = changes(agency, service)
    assert list(ways) == WAYS
    before, names = everything(), facts.current().named("新")
    ways[way]()
    after = everything()
    assert (after, facts.current().named("新")) != (before, names)
    assert after == made_anew()


@pytest.mark.django_db
def test_services_that_go_to_another_agency_change_both():
    one, other = factories.agency(), factories.agency()
    factories.service(one, populations=("pop:women",))
    facts.current()
    one.services.update(agency=other)
    assert ("population", "pop:women") not in everything()[one.pk]
    assert ("population", "pop:women") in everything()[other.pk]


@pytest.mark.django_db
def test_a_change_that_is_rolled_back_leaves_nothing_behind():
    agency = factories.agency(legal_name="甲")
    with transaction.atomic():
        agency.legal_name = "乙"
        agency.save()
        factories.agency(legal_name="丙")
        assert len(directory.named("丙")) == 1
        transaction.set_rollback(True)
    assert directory.named("丙") == directory.named("乙") == []
    assert directory.named("甲") == [agency.pk]


@pytest.mark.django_db
def test_many_changes_one_after_the_other_end_where_a_fresh_start_ends():
    agencies = [factories.agency(legal_name=f"{name}社") for name in "戊丁丙乙甲"]
    for number in range(12):
        agency = agencies[number % 5]
        factories.service(agency, populations=("pop:women",) if number % 2 else ("pop:youth",))
        if number % 3 == 0:
            agency.legal_name += "新"
            agency.save()
        if number % 4 == 1:
            agency.delete()
            agencies[number % 5] = factories.agency(legal_name=f"己社{number}")
        everything()
    changed, order = everything(), directory.named("")
    assert changed == made_anew()
    assert order == directory.named("")


@pytest.mark.django_db
def test_a_badge_and_a_confirmation_grow_old_by_themselves():
    with time_machine.travel("2026-03-01 12:00Z"):
        agency = factories.agency(confirmed_on=date(2026, 3, 1))
        Verification.objects.create(
            agency=agency, level=1, checked_on=date(2026, 3, 1), expires_on=date(2026, 4, 1)
        )
        assert {("tier", "0"), ("level", "1")} <= everything()[agency.pk]
    with time_machine.travel("2026-04-01 12:00Z"):
        assert ("level", "1") not in everything()[agency.pk]
    with time_machine.travel("2026-10-15 12:00Z"):
        assert ("tier", "1") in everything()[agency.pk]
    with time_machine.travel("2027-03-15 12:00Z"):
        assert ("tier", "3") in everything()[agency.pk]


@pytest.mark.parametrize(
    ("code", "stem", "held_by"),
    [
        ("440000", "44", ("44",)),
        ("441900", "4419", ("44", "4419")),
        ("440306", "440306", ("44", "4403", "440306")),
    ],
)
def test_codes_nest(code, stem, held_by):
    assert stem_of(code) == stem
    assert wider(stem) == held_by


def test_what_commits_late_is_seen_although_others_committed_since(committed):
    """A transaction that began before a snapshot was made and ends after it."""
    (agency, _owner), *_others = committed
    is_written, may_commit = threading.Event(), threading.Event()

    def late():
        try:
            with transaction.atomic():
                Agency.objects.get(pk=agency.pk).__class__.objects.filter(pk=agency.pk).update(
                    legal_name="乙"
                )
                is_written.set()
                may_commit.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    assert is_written.wait(10)
    if connection.vendor == "postgresql":  # SQLite has one writer at a time
        factories.agency(legal_name="丙")
    seen = directory.named("甲"), directory.named("乙")
    may_commit.set()
    thread.join()
    assert seen == ([agency.pk], [])
    assert (directory.named("甲"), directory.named("乙")) == ([], [agency.pk])


def test_threads_that_ask_at_once_build_once_and_see_the_same(committed, monkeypatch):
    built, build = [], facts.build
    monkeypatch.setattr(facts, "build", lambda *given: built.append(1) or build(*given))
    facts._kept = None
    start, seen = threading.Barrier(6), []

    def ask():
        try:
            start.wait(10)
            seen.append(facts.current())
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _thread in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 6
    assert len(set(map(id, seen))) == len(built) == 1
