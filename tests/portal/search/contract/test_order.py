"""Which hit comes first."""

import pytest
from django.utils.timezone import localdate

from portal.search.query import understand
from tests.portal.search.documents import add, document, ids


def test_a_word_in_the_title_weighs_more(engine):
    add(engine, document(1, "池边", "锦鲤"), document(2, "锦鲤", "池边"))
    assert ids(engine, "锦鲤") == ["case:2", "case:1"]


def test_every_word_of_a_title_stands_in_the_text_too():
    """The engines rely on it: who has a word in the text is found, the title only adds to its weight."""
    tokens = document(1, "锦鲤 pond", "乌龟", agency_names=("春芽",)).tokens
    assert set(tokens["title"].split()) < set(tokens["text"].split())


def test_a_whole_title_comes_first_however_often_others_say_its_words(engine):
    others = [document(pk, "流动儿童小组 流动儿童", "流动儿童小组 " * 9) for pk in range(2, 9)]
    add(engine, document(1, "流动儿童：小组", "池边" * 400), *others)
    assert ids(engine, "流动儿童小组")[0] == "case:1"
    assert ids(engine, "流动儿童 小组")[0] == "case:1"


def test_of_equal_records_the_newer_and_the_better_supported_come_first(engine):
    year = localdate().year
    add(
        engine,
        document(1, "锦鲤", year=year - 9),
        document(2, "锦鲤", year=year),
        document(3, "锦鲤", year=year - 9, marks={"evidence": ("4",)}),
        document(4, "锦鲤锦鲤锦鲤", "锦鲤" * 9, year=year - 9),
    )
    found = ids(engine, "锦鲤")
    assert found.index("case:2") < found.index("case:1")
    assert found.index("case:3") < found.index("case:1")


def test_hits_can_be_ordered_by_what_a_record_says_of_itself(engine):
    add(
        engine,
        document(1, "锦鲤", orders={"newest": 5, "adapted": 0}),
        document(2, "锦鲤 锦鲤", orders={"newest": 2**62}),
        document(3, "锦鲤", orders={"newest": 7, "adapted": 2}),
    )
    assert ids(engine, "锦鲤", order="newest") == ["case:2", "case:3", "case:1"]
    assert ids(engine, "", is_open=True, order="adapted") == ["case:3", "case:1", "case:2"]


@pytest.mark.parametrize("order", ["", "newest"])
def test_equal_hits_keep_their_order_over_pages_and_writes(engine, order):
    add(engine, *(document(pk, "锦鲤", orders={"newest": 9}) for pk in range(1, 131)))
    newest_first = [f"case:{pk}" for pk in range(130, 0, -1)]
    assert [
        hit for at in (0, 50, 100) for hit in ids(engine, "锦鲤", limit=50, offset=at, order=order)
    ] == newest_first
    add(engine, document(130, "锦鲤", orders={"newest": 9}))
    assert ids(engine, "锦鲤", limit=130, order=order) == newest_first


def test_pages_follow_each_other_without_loss_or_repeat(engine):
    add(engine, *(document(pk, "锦鲤", "池" * pk) for pk in range(1, 8)))
    paged = [id for offset in (0, 3, 6, 9) for id in ids(engine, "锦鲤", limit=3, offset=offset)]
    assert sorted(paged) == [f"case:{pk}" for pk in range(1, 8)]
    assert ids(engine, "锦鲤", limit=0) == []


def test_many_hits_come_without_their_texts_and_in_the_same_order(engine):
    add(engine, *(document(pk, "锦鲤", "锦鲤" * pk) for pk in (1, 2, 3)), document(2, "锦鲤", kind="event"))
    for order in ("", "newest"):
        asked = {"kinds": None, "limit": 10, "offset": 0, "order": order}
        full = engine.search(understand("锦鲤"), **asked).hits
        bare = engine.search(understand("锦鲤"), **asked, with_texts=False).hits
        assert [hit.id for hit in bare] == [hit.id for hit in full]
        assert {hit.texts for hit in bare} == {()}
