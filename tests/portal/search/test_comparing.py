"""The index is compared with the database and mended, whatever happened to either behind the other's back."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from casestudies.models import CaseStudy
from portal.search import comparing, daily, engine, search
from portal.search.document import Document
from portal.search.engine import SearchIsAway
from tests import factories
from tests.portal.search.documents import add, document

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def live_index(db):
    call_command("rebuild_search")


def checked(*options) -> str:
    said = StringIO()
    call_command("check_search", *options, stdout=said)
    return said.getvalue()


def found(text: str) -> set[int]:
    return {hit.pk for hit in search(text, kinds=["case"]).hits}


def test_what_no_signal_told_is_found_and_mended():
    missing, stale, gone = (factories.case(title="锦鲤") for _ in range(3))
    with engine().writer() as writer:
        for each in (stale, gone):
            writer.add(document(each.pk, "乌龟"))
    CaseStudy.objects.filter(pk=gone.pk).update(live=False)

    only_looked = checked("--only-look")
    assert "1 case records missing" in only_looked
    assert "1 case records with old words" in only_looked
    assert "1 case records in the index although not public" in only_looked
    assert found("乌龟") == {stale.pk, gone.pk}

    assert "mended" in checked()
    assert found("乌龟") == set()
    assert found("锦鲤") == {missing.pk, stale.pk}
    assert "says what the database says" in checked()


def test_an_index_that_follows_the_outbox_has_nothing_to_mend(deliver):
    factories.case(title="锦鲤")
    factories.event(title="乌龟")
    factories.agency()
    deliver()
    assert not comparing.compare()


def test_an_index_that_is_gone_or_holds_what_nobody_knows_is_built_anew():
    case = factories.case(title="锦鲤")
    add(engine(), document(1, "乌龟", kind="dragon"))
    assert comparing.compare().is_beyond_mending
    checked()
    assert search("乌龟").counts == {}
    shutil.rmtree(Path(settings.SEARCH_URL.removeprefix("tantivy://")))
    assert "built anew" in checked()
    assert found("锦鲤") == {case.pk}


def test_the_day_begins_with_a_look_at_the_index_and_an_engine_that_is_away_stops_nothing(monkeypatch):
    factories.case(title="锦鲤")
    DBTaskResult.objects.all().delete()
    assert "search index mended: 1 case records missing from the index" in daily.look_through()
    assert daily.look_through() == []

    def away():
        raise SearchIsAway("It sleeps.")

    monkeypatch.setattr(comparing, "engine", away)
    assert daily.run(timezone.localdate())[0] == "the search index was not looked through: It sleeps."


def test_a_fingerprint_is_of_everything_that_a_document_says():
    one = document(1, "锦鲤", "乌龟", topics=("svc:legal",), year=2024)
    others = [
        document(1, "锦鲤", "乌龟", topics=("svc:legal",), year=2025),
        document(1, "锦鲤", "乌龟池", topics=("svc:legal",), year=2024),
        document(1, "锦鲤", "乌龟", topics=("svc:legal",), year=2024, language="en"),
        document(1, "锦鲤", "乌龟", topics=("svc:legal",), year=2024, marks={"evidence": ("2",)}),
    ]
    assert len({each.fingerprint for each in (one, *others)}) == 5
    assert one.fingerprint == Document(**vars(one)).fingerprint
