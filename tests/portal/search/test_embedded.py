"""What only the embedded engine has to stand: files of its own."""

import os

import pytest

from portal.search import embedded
from portal.search.embedded import Embedded
from portal.search.engine import VERSION, SearchIsAway, SearchIsBusy
from portal.search.query import understand
from tests.portal.search.documents import add, document, ids


@pytest.fixture
def engine(tmp_path):
    engine = Embedded(tmp_path / "search")
    engine.rebuild(lambda: [document(1, "锦鲤")])
    return engine


def folders(engine) -> list:
    return list(engine.path.glob("index-*"))


def test_a_reader_sees_what_another_process_wrote(engine):
    assert ids(engine, "锦鲤") == ["case:1"]
    add(Embedded(engine.path), document(2, "锦鲤"))
    assert sorted(ids(engine, "锦鲤")) == ["case:1", "case:2"]
    Embedded(engine.path).rebuild(lambda: [document(3, "锦鲤")])
    assert ids(engine, "锦鲤") == ["case:3"]


def test_a_damaged_index_is_away_and_mended_by_a_rebuild(engine):
    for file in folders(engine)[0].iterdir():
        if file.suffix in (".idx", ".term", ".store", ".pos", ".fast"):
            file.write_bytes(b"junk")
    with pytest.raises(SearchIsAway):
        ids(Embedded(engine.path), "锦鲤")
    with pytest.raises(SearchIsAway):
        add(Embedded(engine.path), document(2, "锦鲤"))
    engine.rebuild(lambda: [document(3, "锦鲤")])
    assert ids(engine, "锦鲤") == ["case:3"]


@pytest.mark.parametrize("content", ["", "{", "[]", "\0"])
def test_a_damaged_description_is_away(engine, content):
    (folders(engine)[0] / "meta.json").write_text(content)
    with pytest.raises(SearchIsAway):
        ids(engine, "锦鲤")


@pytest.mark.parametrize("content", ["", "nonsense", f"index-{VERSION}-gone", "../../etc"])
def test_a_damaged_pointer_is_away(engine, content):
    (engine.path / "live").write_text(content)
    with pytest.raises(SearchIsAway):
        ids(engine, "锦鲤")


def test_an_index_of_another_version_counts_as_missing(engine, monkeypatch):
    monkeypatch.setattr(embedded, "VERSION", embedded.VERSION + 1)
    with pytest.raises(SearchIsAway):
        ids(engine, "锦鲤")


def test_a_rebuild_clears_what_a_killed_one_left(engine):
    (engine.path / f"index-{VERSION}-dead").mkdir()
    engine.rebuild(lambda: [])
    assert len(folders(engine)) == 1


def test_a_writer_gives_up_when_its_turn_does_not_come(engine, monkeypatch):
    monkeypatch.setattr(embedded, "PATIENCE", 0)
    with engine.writer(), pytest.raises(SearchIsBusy), Embedded(engine.path).writer():
        pass
    add(engine, document(2, "锦鲤"))
    assert sorted(ids(engine, "锦鲤")) == ["case:1", "case:2"]


def test_a_writer_that_died_does_not_hold_up_the_others(engine):
    if (child := os.fork()) == 0:
        with engine.writer() as writer:
            writer.add(document(2, "锦鲤"))
            os._exit(9)
    os.waitpid(child, 0)
    add(engine, document(3, "锦鲤"))
    assert sorted(ids(engine, "锦鲤")) == ["case:1", "case:3"]


def test_many_small_writes_leave_few_files(engine):
    for pk in range(2, 40):
        add(engine, document(pk, "锦鲤"))
    assert engine.search(understand("锦鲤"), kinds=None, limit=1, offset=0).counts == {"case": 39}
    assert len(list(folders(engine)[0].glob("*.store"))) < 20
