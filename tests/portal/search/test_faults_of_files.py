"""The index of the embedded engine missing, damaged or held by somebody, while people search and publish."""

import fcntl
import shutil
import time
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from portal import search
from portal.search import comparing, embedded
from tests import factories
from tests.at_once import at_once

AT_MOST = 2  # seconds for an answer
WITHIN = 30  # seconds, until the index is like the database again


@pytest.fixture
def folder(settings) -> Path:
    return Path(settings.SEARCH_URL.removeprefix("tantivy://"))


def missing(folder: Path) -> None:
    shutil.rmtree(folder)


def damaged(folder: Path) -> None:
    for file in next(folder.glob("index-*")).iterdir():
        file.write_bytes(b"junk")


def half_gone(folder: Path) -> None:
    for file in next(folder.glob("index-*")).glob("*.store"):
        file.unlink()


def pointing_nowhere(folder: Path) -> None:
    (folder / "live").write_text("")


FAULTS = (missing, damaged, half_gone, pointing_nowhere)


def look() -> list[tuple[int, float]]:
    """Three pages and a suggestion: their status and seconds."""
    seen = []
    for path in ("/search/", "/cases/", "/agencies/", "/search/suggest/"):
        begun = time.monotonic()
        response = Client().get(path, {"q": "锦鲤"}, follow=True)
        seen.append((response.status_code, time.monotonic() - begun))
    return seen


def everybody(lead) -> list[tuple[int, float]]:
    """Twenty people search and five publish at the same moment; what the twenty saw.

    Twenty-five threads share what the machine has left, so their seconds are only held against those of a good day.
    """
    publish = partial(factories.case, title="锦鲤", lead=lead)
    answers = at_once([*[look] * 20, *[publish] * 5])
    return [page for pages in answers[:20] for page in pages]


def nobody_waited(pages, usual: float, lead) -> bool:
    """Whether the fault cost nobody more than AT_MOST. A machine that became slower by itself shows it on a good day, too."""
    slowest = max(seconds for _status, seconds in pages)
    return (
        slowest < 2 * usual + AT_MOST
        or slowest < 2 * max(seconds for _s, seconds in everybody(lead)) + AT_MOST
    )


def catch_up(deliver) -> float:
    """Carry out what waits, as the worker does, and return how long it took."""
    begun = time.monotonic()
    while (waiting := DBTaskResult.objects.filter(status=TaskResultStatus.READY)).exists():
        assert time.monotonic() - begun < WITHIN
        waiting.update(run_after=timezone.now())  # it would be tried again ten seconds later
        deliver()
    return time.monotonic() - begun


@pytest.mark.parametrize("fault", FAULTS)
def test_twenty_search_and_five_publish_while_the_index_is_broken(committed, folder, deliver, fault):
    call_command("rebuild_search")
    usual = max(seconds for _status, seconds in everybody(committed))
    catch_up(deliver)
    assert not comparing.compare()

    fault(folder)
    assert max(seconds for _status, seconds in look()) < AT_MOST
    pages = everybody(committed)
    assert {status for status, _seconds in pages} == {200}
    assert catch_up(deliver) < WITHIN
    assert not comparing.compare()
    assert search.search("锦鲤", limit=0).total == 10
    assert nobody_waited(pages, usual, committed)


def test_while_somebody_holds_the_index_people_search_and_publish_and_all_is_caught_up(
    committed, folder, deliver, monkeypatch
):
    call_command("rebuild_search")
    usual = max(seconds for _status, seconds in everybody(committed))
    catch_up(deliver)
    with (folder / "writing").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        pages = everybody(committed)
        monkeypatch.setattr(
            embedded, "PATIENCE", 0.1
        )  # fifteen seconds of the worker's, and of nobody else's
        deliver()
        assert search.search("锦鲤", limit=0).total == 5  # found as before; what is new waits
    assert {status for status, _seconds in pages} == {200}
    assert catch_up(deliver) < WITHIN
    assert not comparing.compare()
    assert search.search("锦鲤", limit=0).total == 10
    assert nobody_waited(pages, usual, committed)
