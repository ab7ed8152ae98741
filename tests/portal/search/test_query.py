"""What was typed becomes a question."""

import pytest
from django.utils.timezone import localdate

from portal.search.query import EVIDENCE, PINYIN_WEIGHT, Choice, Slot, understand
from portal.search.thesaurus import read, synonyms


def slot(*tokens: str) -> Slot:
    return Slot((Choice(tokens),))


def latin(token: str) -> Slot:
    """An English word, which may be the name of an agency in pinyin."""
    return Slot((Choice((token,)), Choice((token,), PINYIN_WEIGHT, "pinyin")))


def words(slot: Slot) -> list[tuple[str, ...]]:
    return [choice.tokens for choice in slot.choices]


def test_every_token_is_asked_for():
    assert understand("锦鲤 dragon").slots == (slot("锦鲤"), latin("dragon"))


def test_a_phrase_in_quotes_must_stand_as_written():
    for text in ('"锦鲤池"', "“锦鲤池”", "「锦鲤池」"):
        query = understand(text)
        assert (query.phrases, query.slots, query.faint) == ((slot("锦鲤", "鲤池"),), (), ())


def characters(query):
    """The single Chinese characters that help to order."""
    return {each.choices[0].tokens[0] for each in query.faint if len(each.choices[0].tokens[0]) == 1}


def test_quotation_marks_inside_a_sentence_are_no_syntax():
    assert understand("谁写了“锦鲤池”这本书").phrases == ()


def test_a_minus_before_a_word_leaves_it_out_and_inside_a_word_does_not():
    query = understand('锦鲤 -dragon -"old pond" sea-dragon')
    assert query.without == (slot("dragon"), slot("old", "pond"))
    assert latin("sea") in query.slots


def test_a_short_question_means_all_its_words_and_a_sentence_does_not():
    assert understand("锦鲤 dragon").minimum == 2
    assert understand("锦鲤").minimum == 1
    assert understand("how can koi and dragon help a pond or lake in spring").minimum == 1


def test_words_that_say_nothing_do_not_count():
    query = understand("what is koi")
    assert query.slots == (latin("koi"),)
    assert query.minimum == 1
    assert understand("什么是").asks_for_nothing is False


def test_the_who_what_how_of_a_question_weighs_a_third_and_its_characters_nothing():
    query = understand("我的锦鲤或乌龟是什么")
    assert query.slots == (slot("锦鲤"), slot("乌龟"))
    assert {each.choices[0].weight for each in query.faint if len(each.choices[0].tokens[0]) == 2} == {0.3}
    assert characters(query) == set("锦鲤乌龟")


def test_characters_that_every_hit_has_are_not_asked_for():
    assert characters(understand("锦鲤")) == set()
    assert characters(understand("锦鲤 乌龟")) == set()
    assert characters(understand("锦鲤池 乌龟")) == set("锦鲤池乌龟")  # two of the three are enough
    assert characters(understand("农民工")) == set("农民工")  # a hit may have a synonym in their place
    assert characters(understand("农民工 锦鲤")) == set("农民工")


def test_what_is_said_twice_is_asked_once():
    query = understand("锦鲤 锦鲤")
    assert (query.slots, query.minimum) == ((slot("锦鲤"),), 1)


def test_a_synonym_shares_the_slot_of_the_word_it_stands_for_and_weighs_less():
    (migrant_workers,) = understand("农民工").slots

    own, *others = migrant_workers.choices
    assert own == Choice(("农民", "民工"))
    assert {("migrant", "worker"), ("进城", "城务", "务工", "工人", "人员")} <= {c.tokens for c in others}
    assert all(choice.weight < own.weight for choice in others)


def test_synonyms_go_both_ways_across_languages():
    assert ("农民", "民工") in words(understand("migrant workers").slots[0])
    assert ("migrant", "worker") in words(understand("进城务工人员").slots[0])


def test_a_narrower_word_is_found_by_the_wider_and_not_the_other_way_round():
    assert ("建筑", "筑工", "工人") in words(understand("农民工").slots[0])
    assert ("农民", "民工") not in words(understand("建筑工人").slots[0])


def test_a_word_of_the_past_finds_and_is_never_looked_for():
    assert ("农民", "民工") in words(understand("打工妹").slots[0])
    assert ("打工", "工妹") not in words(understand("农民工").slots[0])


def test_children_who_moved_and_children_who_stayed_are_never_the_same():
    assert not set(words(understand("流动儿童").slots[0])) & set(words(understand("留守儿童").slots[0]))


def test_the_bridge_between_two_words_only_helps_to_order():
    query = understand("农民工讨薪")
    assert [words(slot)[0] for slot in query.slots] == [("农民", "民工"), ("讨薪",)]
    assert slot("工讨") in query.faint


def test_one_character_is_looked_for_among_single_characters():
    (only,) = understand("工").slots
    assert list(only.choices[0].fields) == ["single"]


def test_every_line_of_the_thesaurus_is_read_and_says_something():
    groups = read()
    assert len(groups) == 108
    assert all(group.equivalents for group in groups.values())
    assert all(word for word in synonyms())


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", '"', '""', "“", '-"', '- "', "\0", "((", "a:b", "*", "\\", "OR", "AND NOT", "😀", "\ud800", "-" * 500,
     "农" * 10_000, '"' * 999, "\u202e", "a" * 10_000, "%00", "' OR 1=1 --", "-农民工"],
)  # fmt: skip
def test_nothing_people_type_is_an_error(text):
    understand(text)


def test_a_filter_that_does_not_exist_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="There is no filter colour"):
        understand("x", {"colour": ["red"]})


def test_what_was_typed_may_be_a_whole_title_however_it_is_punctuated():
    assert understand("锦鲤：Dragon’s").faint[-1] == understand("锦鲤 dragon's").faint[-1]
    assert understand("“锦鲤池”").faint == ()


def test_new_practice_and_better_evidence_are_liked_less_than_any_word():
    liked = dict(understand("锦鲤").liked)
    assert liked[f"year:{localdate().year}"] > liked[f"year:{localdate().year - 2}"]
    assert liked["evidence:4"] > liked["evidence:2"]
    assert max(liked.values()) + max(EVIDENCE.values()) < 1
