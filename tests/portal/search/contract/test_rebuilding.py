"""The index is built anew beside the one that is asked."""

import os
import signal
import threading

import pytest

from portal.search import elastic
from tests.portal.search.documents import add, document, ids, remove


def test_rebuilding_replaces_everything_at_once(engine):
    add(engine, document(1, "锦鲤"))
    seen_meanwhile = []

    def documents():
        yield document(2, "锦鲤")
        seen_meanwhile.extend(ids(engine, "锦鲤"))
        yield document(3, "锦鲤")

    assert engine.rebuild(documents) == 2
    assert seen_meanwhile == ["case:1"]
    assert sorted(ids(engine, "锦鲤")) == ["case:2", "case:3"]


def test_a_failed_rebuild_leaves_the_live_index_as_it_was(engine):
    add(engine, document(1, "锦鲤"))

    def documents():
        yield document(2, "锦鲤")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        engine.rebuild(documents)
    assert ids(engine, "锦鲤") == ["case:1"]


def test_a_change_made_during_a_rebuild_is_not_lost(engine):
    late = threading.Thread(target=add, args=(engine, document(9, "锦鲤")))

    def documents():
        yield document(1, "锦鲤")
        late.start()  # waits for its turn
        yield document(2, "锦鲤")

    engine.rebuild(documents)
    late.join(timeout=30)
    assert sorted(ids(engine, "锦鲤")) == ["case:1", "case:2", "case:9"]


def test_a_document_removed_during_a_rebuild_stays_away(made):
    engine = made()
    engine.rebuild(lambda: [document(1, "锦鲤"), document(2, "锦鲤")])
    gone = threading.Thread(target=remove, args=(made(), "case:1"))

    def documents():
        yield document(1, "锦鲤")
        gone.start()
        yield document(2, "锦鲤")

    engine.rebuild(documents)
    gone.join(timeout=30)
    assert ids(engine, "锦鲤") == ["case:2"]


def test_a_killed_rebuild_leaves_the_live_index_and_the_next_one_succeeds(made, monkeypatch):
    monkeypatch.setattr(elastic, "STALLED", 0.1)
    engine = made()
    engine.rebuild(lambda: [document(1, "锦鲤")])

    def documents():
        yield from (document(pk, "锦鲤") for pk in range(2, elastic.BATCH * 2))
        os.kill(os.getpid(), signal.SIGKILL)

    if (child := os.fork()) == 0:
        engine.rebuild(documents)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert ids(engine, "锦鲤") == ["case:1"]
    add(engine, document(4, "锦鲤"))
    assert sorted(ids(engine, "锦鲤")) == ["case:1", "case:4"]
    engine.rebuild(lambda: [document(3, "锦鲤")])
    assert ids(engine, "锦鲤") == ["case:3"]
