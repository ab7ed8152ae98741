"""What is written is found, whoever writes at the same time."""

import multiprocessing

import pytest

from portal.search.engine import IndexIsMissing
from tests.portal.search.documents import add, document, ids


def test_what_was_indexed_is_found_and_nothing_else(engine):
    add(engine, document(1, "锦鲤池边"), document(2, "乌龟"))
    assert ids(engine, "锦鲤") == ["case:1"]
    assert ids(engine, "鲤池") == ["case:1"]
    assert ids(engine, "鲤") == ["case:1"]
    assert ids(engine, "锦池") == []
    assert ids(engine, "") == []


def test_a_document_takes_the_place_of_its_former_self(engine):
    add(engine, document(1, "锦鲤"))
    add(engine, document(1, "乌龟"))
    assert ids(engine, "锦鲤") == []
    assert ids(engine, "乌龟") == ["case:1"]


def test_a_removed_document_is_found_no_more_and_removing_twice_is_fine(engine):
    add(engine, document(1, "锦鲤"), document(11, "锦鲤"))
    for _ in range(2):
        with engine.writer() as writer:
            writer.remove("case:1")
    assert ids(engine, "锦鲤") == ["case:11"]


def test_a_failed_writer_leaves_nothing(engine):
    add(engine, document(1, "锦鲤"))

    def fails():
        with engine.writer() as writer:
            writer.remove("case:1")
            writer.add(document(2, "锦鲤"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert ids(engine, "锦鲤") == ["case:1"]


def test_a_text_of_any_kind_can_be_indexed(engine):
    add(engine, document(1, "锦鲤\0\ud800", "x" * 100_000 + "空" * 100_000), document(2, ""))
    assert ids(engine, "锦鲤") == ["case:1"]


def test_the_fingerprints_are_those_of_what_is_in_the_index(engine):
    assert engine.fingerprints() == {}
    one, two, three = document(1, "锦鲤"), document(2, "乌龟"), document(1, "锦鲤", kind="event")
    add(engine, one, two, three)
    with engine.writer() as writer:
        writer.remove(two.id)
    assert engine.fingerprints() == {each.number: each.fingerprint for each in (one, three)}


def test_two_processes_writing_at_once_lose_nothing(engine):
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write_many, args=(engine, first)) for first in (0, 100)]
    for process in writers:
        process.start()
    for process in writers:
        process.join(timeout=60)
    assert [process.exitcode for process in writers] == [0, 0]
    assert sorted(ids(engine, "锦鲤", limit=100)) == sorted(
        f"case:{n + first}" for first in (0, 100) for n in range(10)
    )


def write_many(engine, first: int) -> None:
    for pk in range(first, first + 10):
        add(engine, document(pk, "锦鲤"))


def test_who_read_last_has_the_last_word(made):
    engine, slow = made(), made()
    engine.rebuild(lambda: [document(1, "锦鲤"), document(2, "锦鲤")])
    if not hasattr(engine, "alias"):
        pytest.skip("the embedded engine lets one write after the other")
    with slow.writer() as late:
        late.add(document(1, "乌龟"))
        late.add(document(2, "乌龟"))
        late.add(document(3, "乌龟"))
        with engine.writer() as writer:
            writer.add(document(1, "池边"))
            writer.remove("case:2")
    assert ids(engine, "池边") == ["case:1"]
    assert ids(engine, "乌龟") == ["case:3"]


def test_an_engine_without_an_index_is_away(made):
    engine = made()
    with pytest.raises(IndexIsMissing):
        ids(engine, "锦鲤")
    with pytest.raises(IndexIsMissing):
        add(engine, document(1, "锦鲤"))
