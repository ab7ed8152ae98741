"""The search engine stopped, refusing, slow, unwell: nobody waits for it, nothing is lost, all is caught up."""

import os
import signal
import threading
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from portal import search
from portal.log_lines import about_request
from portal.search import breaker, comparing, elastic, indexing
from portal.search.elastic import Elastic
from portal.search.engine import SearchIsAway
from portal.search.query import understand
from tests import factories
from tests.at_once import at_once
from tests.machine import who_listens
from tests.portal.search.documents import add, document, ids
from tests.portal.search.gate import Gate

pytestmark = pytest.mark.opensearch

FAULTS = ("closed", "slow", "unwell", "garbled", "drops")
AT_MOST = 2  # seconds for an answer


class Hours:
    """A clock that a test can set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def gate(cluster):
    gate = Gate(cluster().address.hosts[0][1])
    yield gate
    gate.end()


@pytest.fixture
def engine(cluster, gate):
    """An engine behind the gate, with an index."""
    engine = Elastic(replace(cluster().address, hosts=(("127.0.0.1", gate.port),)))
    engine.rebuild(lambda: [document(1, "锦鲤")])
    return engine


@pytest.mark.parametrize("fault", FAULTS)
def test_an_answer_comes_soon_and_after_two_failures_at_once(engine, gate, fault):
    engine.breaker._clock = hours = Hours()
    gate.set(fault)
    for _ in range(breaker.FAILURES):
        begun = time.monotonic()
        with pytest.raises(SearchIsAway):
            ids(engine, "锦鲤")
        assert time.monotonic() - begun < AT_MOST
    for ask in (lambda: ids(engine, "锦鲤"), lambda: add(engine, document(2, "锦鲤"))):
        begun = time.monotonic()
        with pytest.raises(SearchIsAway, match="is not asked for a while"):
            ask()
        assert time.monotonic() - begun < 0.1
    gate.set("open")
    hours.now += breaker.PAUSE
    assert ids(engine, "锦鲤") == ["case:1"]
    add(engine, document(2, "锦鲤"))
    assert ids(engine, "锦鲤") == ["case:2", "case:1"]  # of equal ones the newer first


def test_a_page_that_has_waited_in_vain_does_not_wait_again_whatever_others_find_out(engine, gate):
    engine.breaker._clock = hours = Hours()
    token = about_request.set(dict)  # as the middleware does for each request
    try:
        gate.set("closed")
        with pytest.raises(SearchIsAway):
            ids(engine, "锦鲤")
        gate.set("open")
        hours.now += breaker.PAUSE
        with pytest.raises(SearchIsAway, match="is not asked for a while"):
            ids(engine, "锦鲤")
        about_request.set(list)  # the next one
        assert ids(engine, "锦鲤") == ["case:1"]
    finally:
        about_request.reset(token)


def test_a_search_server_that_froze_keeps_nobody_and_answers_when_it_goes_on(cluster):
    """It takes connections, which the system does for it, and never says a word."""
    port = cluster().address.hosts[0][1]
    patient, engine = cluster(), cluster(patience=elastic.PATIENCE)
    patient.rebuild(lambda: [document(1, "锦鲤")])
    engine.breaker._clock = hours = Hours()
    frozen = who_listens(port)
    os.kill(frozen, signal.SIGSTOP)
    try:
        for most in (AT_MOST, AT_MOST, 0.1):
            begun = time.monotonic()
            with pytest.raises(SearchIsAway):
                ids(engine, "锦鲤")
            assert time.monotonic() - begun < most
    finally:
        os.kill(frozen, signal.SIGCONT)
    assert ids(patient, "锦鲤") == ["case:1"]
    hours.now += breaker.PAUSE
    assert ids(engine, "锦鲤") == ["case:1"]


def test_only_one_question_is_risked_as_a_probe(engine, gate):
    engine.breaker._clock = hours = Hours()
    gate.set("closed")
    for _ in range(breaker.FAILURES):
        with pytest.raises(SearchIsAway):
            ids(engine, "锦鲤")
    hours.now += breaker.PAUSE
    answers = at_once([lambda: ids(engine, "锦鲤")] * 8, refusals=(SearchIsAway,))
    assert sum("not asked" not in str(answer) for answer in answers) == 1


def test_a_question_that_the_engine_refuses_is_no_sign_that_it_is_unwell(engine):
    for _ in range(breaker.FAILURES * 2):
        with pytest.raises(SearchIsAway, match="refuses"):
            engine.search(understand("锦鲤"), kinds=None, limit=10, offset=1_000_000)
    assert ids(engine, "锦鲤") == ["case:1"]


def test_a_second_host_answers_when_the_first_is_gone(engine, gate, cluster):
    hosts = (("127.0.0.1", gate.port), *cluster().address.hosts)
    gate.set("closed")
    both = Elastic(replace(engine.address, hosts=hosts))
    for _ in range(6):
        assert ids(both, "锦鲤") == ["case:1"]


def test_a_rebuild_that_loses_the_engine_leaves_the_live_index(engine, gate, cluster, monkeypatch):
    monkeypatch.setattr(elastic, "STALLED", 0.1)

    def documents():
        yield from (document(pk, "锦鲤") for pk in range(2, elastic.BATCH + 10))
        gate.set("closed")
        yield from (document(pk, "锦鲤") for pk in range(2, elastic.BATCH + 10))

    with pytest.raises(SearchIsAway):
        engine.rebuild(documents)
    assert ids(cluster(), "锦鲤") == ["case:1"]
    cluster().rebuild(lambda: [document(3, "锦鲤")])
    assert ids(cluster(), "锦鲤") == ["case:3"]


# -- The whole portal -------------------------------------------------------------------------------------------------


@pytest.fixture
def portal(engine, monkeypatch):
    """The portal on that engine, with an index like its database."""
    monkeypatch.setattr(search, "_engine", lambda url: engine)
    call_command("rebuild_search")
    DBTaskResult.objects.all().delete()
    return engine


def found(text: str) -> set[str]:
    results = search.search(text, limit=100)
    assert results.is_available
    return {hit.id for hit in results.hits}


def is_waiting():
    """Jobs that are not done."""
    return DBTaskResult.objects.filter(status=TaskResultStatus.READY)


def wait_for(jobs) -> None:
    """What waits is due now."""
    jobs.update(run_after=timezone.now() - timedelta(seconds=1))


def test_the_engine_is_back_in_the_portal_within_thirty_seconds_of_its_return():
    a_look_at_the_outbox = 2
    assert indexing.TRIED_AGAIN_AFTER.seconds + breaker.PAUSE + a_look_at_the_outbox < 30


@pytest.mark.django_db
def test_changes_wait_together_while_the_engine_is_away_and_lose_nothing(portal, gate, deliver):
    portal.breaker._clock = hours = Hours()
    stays, goes = factories.case(title="锦鲤"), factories.case(title="锦鲤")
    deliver()
    assert found("锦鲤") == {f"case:{stays.pk}", f"case:{goes.pk}"}

    gate.set("closed")
    new = [factories.case(title="锦鲤") for _ in range(3)]
    event = factories.event(title="锦鲤")
    goes.unpublish()
    deliver()
    stays.title = "乌龟"
    stays.save()
    deliver()
    assert search.search("锦鲤").is_available is False
    waiting = is_waiting().filter(task_path=indexing.catch_up.module_path)
    kinds = [job.args_kwargs["kwargs"]["kind"] for job in waiting]
    assert {"case", "event"} <= set(kinds)
    assert len(kinds) == len(set(kinds))  # one job for each kind, however much happened

    for _ in range(60):  # longer than a job may fail
        wait_for(waiting)
        deliver()
    assert {job.args_kwargs["kwargs"]["kind"] for job in waiting} == set(kinds)

    gate.set("open")
    hours.now += breaker.PAUSE
    wait_for(waiting)
    deliver()
    assert not is_waiting().exists()
    assert found("锦鲤") == {*(f"case:{case.pk}" for case in new), f"event:{event.pk}"}
    assert found("乌龟") == {f"case:{stays.pk}"}


@pytest.mark.parametrize("fault", FAULTS)
def test_twenty_people_search_and_five_publish_on_a_bad_day(
    committed, portal, gate, deliver, monkeypatch, fault
):
    monkeypatch.setattr(breaker, "PAUSE", 0.2)

    waiting, ask = threading.local(), portal._ask

    def asks(*arguments, **more):
        begun = time.monotonic()
        try:
            return ask(*arguments, **more)
        finally:
            waiting.seconds = getattr(waiting, "seconds", 0) + time.monotonic() - begun

    monkeypatch.setattr(portal, "_ask", asks)

    def look() -> list[tuple[int, float, float]]:
        """Status, seconds until the answer, and how many of them the page waited for the engine."""
        seen = []
        for path in ("/search/", "/cases/", "/search/"):
            begun, waiting.seconds = time.monotonic(), 0
            response = Client().get(path, {"q": "锦鲤"}, follow=True)
            seen.append((response.status_code, time.monotonic() - begun, waiting.seconds))
        return seen

    publish = partial(factories.case, title="锦鲤", lead=committed)

    def everybody() -> tuple[list[tuple[int, float, float]], set[int]]:
        answers = at_once([*[look] * 20, *[publish] * 5])
        return [page for pages in answers[:20] for page in pages], {case.pk for case in answers[20:]}

    _pages, published = everybody()
    gate.set("closed")
    pages, others = (
        everybody()
    )  # nobody waits; twenty-five threads share what the machine has left for limited pages
    without = max(seconds for _status, seconds, _waited in pages)
    gate.set(fault)
    time.sleep(breaker.PAUSE)  # so that the first of them does wait
    pages, more = everybody()
    more |= others
    assert {status for status, _seconds, _waited in pages} == {200}
    one_question = elastic.PATIENCE * elastic.TRIED
    assert max(waited for _status, _seconds, waited in pages) < 2 * one_question  # a page waits in vain once
    assert max(seconds for _status, seconds, _waited in pages) < 2 * without + 2 * AT_MOST  # and not ten more

    gate.set("open")
    begun = time.monotonic()
    while is_waiting().exists() and time.monotonic() - begun < 30:
        wait_for(is_waiting())
        deliver()
    assert found("锦鲤") == {f"case:{pk}" for pk in published | more}
    assert not comparing.compare()
