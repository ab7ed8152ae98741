"""What the words of a question find."""

import pytest

from portal.bilingual import Text
from portal.search.query import understand
from tests.portal.search.documents import add, document, ids


def test_short_questions_need_all_their_words(engine):
    add(engine, document(1, "锦鲤"), document(2, "锦鲤 乌龟"), document(3, "乌龟"))
    assert ids(engine, "锦鲤 乌龟") == ["case:2"]


def test_phrases_stand_as_written(engine):
    add(engine, document(1, "锦鲤在池边"), document(2, "池边锦鲤"), document(3, "old koi pond"))
    assert ids(engine, "“池边锦鲤”") == ["case:2"]
    assert ids(engine, '"koi pond"') == ["case:3"]
    assert ids(engine, '"pond koi"') == []


def test_a_minus_leaves_out(engine):
    add(engine, document(1, "锦鲤"), document(2, "锦鲤 乌龟"))
    assert ids(engine, "锦鲤 -乌龟") == ["case:1"]
    assert ids(engine, "-乌龟") == []


def test_or_takes_either_and_the_rest_is_asked_for_all_the_same(engine):
    add(engine, document(1, "锦鲤"), document(2, "乌龟"), document(3, "池边"), document(4, "乌龟池边"))
    assert set(ids(engine, "锦鲤 OR 乌龟")) == {"case:1", "case:2", "case:4"}
    assert ids(engine, "锦鲤 OR 乌龟 池边") == ["case:4"]
    assert set(ids(engine, "锦鲤 或 “池边”")) == {"case:1", "case:3", "case:4"}


def test_a_field_before_a_colon_is_where_it_must_stand(engine):
    add(
        engine,
        document(1, "锦鲤", "乌龟", agencies=("spring",), agency_names=("春芽社工", "Spring Bud")),
        document(2, "乌龟", "锦鲤", agencies=("summer",), agency_names=("夏荷社工",)),
    )
    assert ids(engine, "title:锦鲤") == ids(engine, "标题：锦鲤") == ["case:1"]
    assert (
        ids(engine, "agency:春芽")
        == ids(engine, 'agency:"spring bud"')
        == ids(engine, "机构:spring")
        == ["case:1"]
    )
    assert ids(engine, "乌龟 -title:乌龟") == ["case:1"]
    assert set(ids(engine, "title:锦鲤 OR agency:夏荷")) == {"case:1", "case:2"}
    assert ids(engine, "春芽") == ["case:1"]


def test_a_synonym_is_found_after_the_word_itself_and_across_languages(engine):
    add(
        engine,
        document(1, "农民工"),
        document(2, "外来务工人员"),
        document(3, "Migrant workers", language="en"),
        document(4, "建筑工人"),
        document(5, "留守儿童"),
    )
    assert ids(engine, "农民工")[0] == "case:1"
    assert set(ids(engine, "农民工")) == {"case:1", "case:2", "case:3", "case:4"}
    assert set(ids(engine, "migrant workers")) == {"case:1", "case:2", "case:3", "case:4"}


def test_two_words_for_the_same_do_not_weigh_double(engine):
    add(
        engine,
        document(1, "农民工", "空空如也" * 5),
        document(2, "空", "外来务工人员 进城务工人员 务工人员" + "空空如也" * 2),
    )
    assert ids(engine, "农民工") == ["case:1", "case:2"]


def test_english_is_found_by_its_stem_and_any_width(engine):
    add(engine, document(1, "Supporting migrant families", language="en"), document(2, "ＮＧＯ手册"))
    assert ids(engine, "FAMILY support") == ["case:1"]
    assert ids(engine, "ngo") == ["case:2"]


def test_traditional_characters_find_simplified_ones(engine):
    add(engine, document(1, "锦鲤"))
    assert ids(engine, "錦鯉") == ["case:1"]


def test_keywords_find_and_are_not_shown(engine):
    add(engine, document(1, "池边", "一池水", keywords=("锦鲤",)))
    (hit,) = engine.search(understand("锦鲤"), kinds=None, limit=1, offset=0).hits
    assert hit.texts == (Text("一池水", "zh-hans"),)
    assert hit.texts[0].language == "zh-hans"


def test_an_agency_is_found_by_pinyin_and_initials(engine):
    add(engine, document(1, "锦鲤", agency_names=("春芽社工",)), document(2, "乌龟"))
    for typed in ("chunya", "ChunYaSheGong", "cysg", "shegong"):
        assert ids(engine, typed) == ["case:1"], typed
    assert ids(engine, "cy") == []


@pytest.mark.parametrize(
    "text",
    [
        "-",
        '"',
        "\0",
        "*",
        "a:b",
        "((",
        "[* TO *]",
        "\ud800",
        "😀",
        "农" * 5000,
        '""',
        "的",
        "the",
        "+ - && ||",
        "OR",
        "OR OR 锦鲤 OR",
        "title:",
        'agency:"',
        "title:\0",
        "title:title:锦鲤",
        "-title:-",
        "社工 民工 女工 社保 欠薪 " * 40,
        " ".join(chr(0x4E00 + at) for at in range(500)),
    ],
)
def test_odd_questions_have_an_answer(engine, text):
    add(engine, document(1, "锦鲤"))
    engine.search(understand(text), kinds=None, limit=10, offset=0)
