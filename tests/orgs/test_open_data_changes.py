"""A record of open data is modified when anything in it changed, and at no other moment."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from orgs.models import Agency, Location, Service
from portal import topics
from portal.models import Topic
from tests import factories
from tests.orgs.open_data_world import empty_agency, full_agency, names

pytestmark = pytest.mark.django_db


@pytest.fixture
def long_ago():
    """Everything in the portal last changed a year ago. Call it when the world stands."""

    def run():
        then = timezone.now() - timedelta(days=365)
        for model in (Agency, Service, Location, Topic):
            model.objects.update(updated_at=then)

    return run


def save_a_topic():
    topic = factories.topic("svc:legal")
    topic.name_zh = "法律服务"
    topic.save()


CHANGES = {
    "nothing": lambda: None,
    "the service": lambda: Service.objects.get(name_zh="工友法律援助").save(),
    "its agency": lambda: Agency.objects.get(uscc__isnull=False).save(update_fields=["website"]),
    "a place of its agency": lambda: Location.objects.get(name_zh="东城服务点").save(),
    "one of its terms": save_a_topic,
}
CHANGED = {
    "nothing": [],
    "the service": ["工友法律援助"],
    "its agency": ["工友法律援助", "四点半课堂"],
    "a place of its agency": ["工友法律援助", "四点半课堂"],
    "one of its terms": ["工友法律援助"],
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_service_is_modified_when_anything_in_its_record_changed(ask, long_ago, what):
    full_agency()
    empty_agency()
    long_ago()
    CHANGES[what]()
    since = (timezone.now() - timedelta(hours=1)).isoformat()
    found = ask("services", modified_after=since)
    assert names(found) == CHANGED[what]
    pairs = ask("service_at_locations", modified_after=since)["contents"]
    assert [pair["service"]["name"] for pair in pairs] == CHANGED[what]
    assert all(record["last_modified"] > since[:10] for record in found["contents"])


def test_an_agency_is_modified_when_it_or_one_of_its_places_changed(ask, long_ago):
    agency, other = full_agency(), factories.agency()
    long_ago()
    since = timezone.localdate().isoformat()
    assert names(ask("organizations", modified_after=since)) == []
    agency.locations.first().save()
    other.save(update_fields=["wechat_account"])
    assert names(ask("organizations", modified_after=since)) == [agency.legal_name, other.legal_name]


def test_loading_the_vocabularies_again_changes_nothing(long_ago):
    long_ago()
    before = list(Topic.objects.order_by("pk").values())
    topics.load(Topic.objects)
    assert list(Topic.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("2026-03-01", True),
        ("2026-03-02", False),
        ("2026-02-28T16:00:00Z", True),
        ("2026-03-01T00:00:00+08:00", True),
        ("2026-03-01T00:00:00 08:00", True),
        ("2026-03-01T00:00:01", False),
    ],
)
def test_a_date_is_the_first_moment_of_the_day_in_china(ask, words, is_found):
    factories.service(factories.agency())
    moment = datetime(2026, 2, 28, 16, tzinfo=UTC)
    for model in (Agency, Service, Topic):
        model.objects.update(updated_at=moment)
    assert bool(ask("services", modified_after=words)["total_items"]) is is_found


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("0001-01-01", True),
        ("0001-01-01T00:00:00+08:00", True),
        ("9999-12-31", False),
        ("9999-12-31T23:59:59Z", False),
    ],
)
def test_a_date_at_either_end_of_the_calendar_is_a_date(ask, words, is_found):
    factories.service(factories.agency())
    assert bool(ask("services", modified_after=words)["total_items"]) is is_found
