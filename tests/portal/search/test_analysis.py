"""Words taken apart for searching."""

import pytest

from portal.search.analysis import (
    fold,
    is_single,
    pieces,
    pinyin,
    places,
    singles,
    spans,
    stem,
    tokens,
    whole,
    written,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("农民工", ["农民", "民工"]),
        ("农民工讨薪", ["农民", "民工", "工讨", "讨薪"]),
        ("工", ["工"]),
        ("", []),
        ("，。！", []),
        ("讨薪，农民工", ["讨薪", "农民", "民工"]),
        ("migrant workers' children", ["migrant", "worker", "children"]),
        ("４点半课堂", ["4", "点半", "半课", "课堂"]),
        ("MZ/T 094-2017", ["mz", "t", "094", "2017"]),
        ("NGO 与 CBT", ["ngo", "与", "cbt"]),
        ("满意度4.5分", ["满意", "意度", "4.5", "分"]),
        ("COVID19", ["covid19"]),
        ("don’t", ["don't"]),
    ],
)
def test_text_becomes_tokens(text, expected):
    assert tokens(text) == expected


def test_full_width_capitals_accents_and_traditional_characters_are_folded():
    assert fold("ＡＢＣ Tóngháng 東莞 農民工") == "abc tonghang 东莞 农民工"
    assert tokens("隨遷子女") == tokens("随迁子女")


def test_a_worker_is_found_among_workers_and_a_number_stays_whole():
    assert tokens("worker") == tokens("workers") == tokens("WORKERS")
    assert tokens("100") != tokens("1000")


def test_single_characters_are_those_of_chinese_only():
    assert singles("工会 NGO 12") == ["工", "会"]


def test_spans_point_into_the_text_as_given():
    text = "「ＮＧＯ」㈱ 農民工"
    assert [text[token.start : token.end] for token in spans(text)] == ["ＮＧＯ", "㈱", "農民", "民工"]


def test_a_word_without_end_is_cut():
    assert [len(token) for token in tokens("x" * 100_000)] == [40]


def test_what_is_indexed_is_what_is_marked():
    text = "「ＮＧＯ」㈱ 農民工讨薪 4.5分 workers' 工"
    assert tokens(text) == [token.text for token in spans(text)]


MIXED = [
    "",
    "工",
    "A",
    "工A会",
    "𠀀𠀁的人人人，工。NGO's",
    "农民，工资 happy workers\ud800讨薪",
    "流动儿童2024.5年",
]


@pytest.mark.parametrize("text", MIXED)
def test_a_text_is_written_as_its_pieces_and_its_characters(text):
    words, characters = written(text)
    assert words == " ".join(piece.text for piece in pieces(fold(text)))
    assert characters == " ".join(filter(is_single, fold(text)))


@pytest.mark.parametrize("text", MIXED)
def test_a_token_is_looked_for_where_the_pieces_have_it(text):
    found = sorted(place for place in places(fold(text), set(tokens(text))) if not is_single(place.text))
    assert found == sorted(piece for piece in pieces(fold(text)) if not is_single(piece.text))
    assert list(places(fold("Koinonia"), {"koi"})) == []


def test_a_name_is_read_as_pinyin_by_syllables_and_initials():
    assert set(map(stem, ("chunya", "yashe", "chunyashe", "cysg", "ysg"))) <= pinyin("春芽社工")
    assert not {"chun", "cy", "c"} & pinyin("春芽社工")
    assert pinyin("Spring Bud") == set()


def test_a_title_is_one_token_whatever_stands_between_its_words():
    assert whole("锦鲤：Dragon’s  池（二）") == whole("锦鲤 dragon's池 二") == "锦鲤dragon's池二"
