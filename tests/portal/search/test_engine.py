"""The contract of a search engine. Every engine of ours passes this file; add it to `made` in conftest.py."""

import multiprocessing
import os
import signal
import threading

import pytest
from django.utils.timezone import localdate

from portal.bilingual import Text
from portal.search import elastic
from portal.search.document import Document
from portal.search.engine import IndexIsMissing
from portal.search.query import understand


def document(pk: int, title: str, text: str = "", *, kind="case", language="zh-hans", **fields) -> Document:
    return Document(
        kind=kind,
        pk=pk,
        titles=(Text(title, language),),
        texts=(Text(text, language),) if text else (),
        **fields,
    )


@pytest.fixture
def engine(made):
    engine = made()
    engine.rebuild(lambda: [])
    return engine


def add(engine, *documents: Document) -> None:
    with engine.writer() as writer:
        for each in documents:
            writer.add(each)


def ids(
    engine, text: str, *, kinds=None, limit=10, offset=0, order="", is_open=False, **filters
) -> list[str]:
    asked = understand(text, filters, is_open=is_open)
    found = engine.search(asked, kinds=kinds, limit=limit, offset=offset, order=order)
    return [hit.id for hit in found.hits]


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


def test_a_word_in_the_title_weighs_more(engine):
    add(engine, document(1, "池边", "锦鲤"), document(2, "锦鲤", "池边"))
    assert ids(engine, "锦鲤") == ["case:2", "case:1"]


def test_every_word_of_a_title_stands_in_the_text_too():
    """The engines rely on it: who has a word in the text is found, the title only adds to its weight."""
    tokens = document(1, "锦鲤 pond", "乌龟", agency_names=("春芽",)).tokens
    assert set(tokens["title"].split()) < set(tokens["text"].split())


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


def test_kinds_are_counted_whatever_kind_was_asked_for(engine):
    add(engine, document(1, "锦鲤"), document(2, "锦鲤"), document(1, "锦鲤", kind="event"))
    found = engine.search(understand("锦鲤"), kinds=["event"], limit=10, offset=0)
    assert [hit.id for hit in found.hits] == ["event:1"]
    assert found.counts == {"case": 2, "event": 1}


def test_filters_narrow_and_a_broader_code_includes_the_narrower(engine):
    add(
        engine,
        document(
            1, "锦鲤", topics=("svc:education.2",), division="441900003", year=2024, agencies=("a", "b")
        ),
        document(2, "锦鲤", topics=("svc:health",), division="510107", year=2025, agencies=("a",)),
    )
    assert ids(engine, "锦鲤", topics=["svc:education"]) == ["case:1"]
    assert ids(engine, "锦鲤", topics=["svc:education.2", "svc:health"], year=[2025]) == ["case:2"]
    assert ids(engine, "锦鲤", division=["44"]) == ids(engine, "锦鲤", division=["441900"]) == ["case:1"]
    assert ids(engine, "锦鲤", agency=["b"]) == ["case:1"]
    assert sorted(ids(engine, "锦鲤", agency=["a"])) == ["case:1", "case:2"]
    assert ids(engine, "锦鲤", year=["no year"]) == []
    assert ids(engine, "锦鲤", year=[]) == []


def test_pages_follow_each_other_without_loss_or_repeat(engine):
    add(engine, *(document(pk, "锦鲤", "池" * pk) for pk in range(1, 8)))
    paged = [id for offset in (0, 3, 6, 9) for id in ids(engine, "锦鲤", limit=3, offset=offset)]
    assert sorted(paged) == [f"case:{pk}" for pk in range(1, 8)]
    assert ids(engine, "锦鲤", limit=0) == []


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


def test_a_text_of_any_kind_can_be_indexed(engine):
    add(engine, document(1, "锦鲤\0\ud800", "x" * 100_000 + "空" * 100_000), document(2, ""))
    assert ids(engine, "锦鲤") == ["case:1"]


def test_a_code_of_any_kind_can_be_asked_for(engine):
    add(engine, document(1, "锦鲤", topics=("svc:health",)))
    assert ids(
        engine, "锦鲤", topics=["\0", "\ud800", "x" * 50_000, *map(str, range(2000)), "svc:health"]
    ) == ["case:1"]


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


def test_an_engine_without_an_index_is_away(made):
    engine = made()
    with pytest.raises(IndexIsMissing):
        ids(engine, "锦鲤")
    with pytest.raises(IndexIsMissing):
        add(engine, document(1, "锦鲤"))


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


def test_a_change_made_during_a_rebuild_is_not_lost(engine):
    late = threading.Thread(target=add, args=(engine, document(9, "锦鲤")))

    def documents():
        yield document(1, "锦鲤")
        late.start()  # waits for its turn
        yield document(2, "锦鲤")

    engine.rebuild(documents)
    late.join(timeout=30)
    assert sorted(ids(engine, "锦鲤")) == ["case:1", "case:2", "case:9"]


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


def remove(engine, id: str) -> None:
    with engine.writer() as writer:
        writer.remove(id)


def test_each_facet_counts_as_if_nothing_were_chosen_in_it(engine):
    add(
        engine,
        document(1, "锦鲤", topics=("svc:health", "pop:children"), division="440106", year=2024),
        document(2, "锦鲤", topics=("svc:health",), division="440307", year=2025),
        document(3, "锦鲤", topics=("svc:legal.2",), division="510107", year=2025),
        document(4, "乌龟", topics=("svc:health",), division="440106", year=2024),
        document(5, "锦鲤", kind="event", topics=("svc:health",), year=2024),
    )

    def facets(kinds=("case",), facets=None, **filters):
        facets = facets or {"topics": "svc:", "division": "", "year": ""}
        return engine.search(understand("锦鲤", filters), kinds=kinds, limit=0, offset=0, facets=facets)

    assert facets().facets == {
        "topics": {"svc:health": 2, "svc:legal": 1, "svc:legal.2": 1},
        "division": {
            "44": 2,
            "4401": 1,
            "440106": 1,
            "4403": 1,
            "440307": 1,
            "51": 1,
            "5101": 1,
            "510107": 1,
        },
        "year": {"2024": 1, "2025": 2},
    }
    chosen = facets(topics=["svc:health"], year=["2025"])
    assert chosen.counts == {"case": 1}
    assert chosen.facets["topics"] == {"svc:health": 1, "svc:legal": 1, "svc:legal.2": 1}
    assert chosen.facets["year"] == {"2024": 1, "2025": 1}
    assert chosen.facets["division"] == {"44": 1, "4403": 1, "440307": 1}
    assert facets(kinds=None, topics=["svc:health"]).counts == {"case": 2, "event": 1}
    assert facets(kinds=None).facets["year"] == {"2024": 2, "2025": 2}
    assert facets(facets={"division": "4401"}, division=["51"]).facets == {
        "division": {"4401": 1, "440106": 1}
    }
    assert facets(agency=["nobody"]).facets == {"topics": {}, "division": {}, "year": {}}
    assert engine.search(understand(""), kinds=None, limit=0, offset=0, facets={"year": ""}).facets == {
        "year": {}
    }


def test_what_a_facet_begins_with_is_no_pattern(engine):
    with pytest.raises(ValueError, match="cannot begin with"):
        engine.search(understand("锦鲤"), kinds=None, limit=0, offset=0, facets={"year": ".*"})


def test_a_facet_whose_values_no_document_has_is_empty(engine):
    """OpenSearch from 2.17 on fails with a 500 where a plain prefix sorts behind every tag of the index."""
    facets = {"topics": "", "year": "", "zone": "z"}
    asked = {"kinds": None, "limit": 1, "offset": 0, "facets": facets}
    assert not any(engine.search(understand("锦鲤"), **asked).facets.values())
    add(engine, document(1, "锦鲤"))
    assert not any(engine.search(understand("锦鲤"), **asked).facets.values())
    add(engine, document(2, "锦鲤", topics=("svc:health",)))
    found = engine.search(understand("锦鲤"), **asked)
    assert found.facets == {"topics": {"svc:health": 1}, "year": {}, "zone": {}}


def test_without_words_an_open_question_finds_everything(engine):
    add(
        engine,
        document(1, "锦鲤", year=2024),
        document(2, "乌龟", year=2024),
        document(3, "乌龟", kind="event"),
    )
    with engine.writer() as writer:
        writer.remove("case:1")
    assert sorted(ids(engine, "", is_open=True)) == ["case:2", "event:3"]
    assert ids(engine, "", is_open=True, year=["2024"]) == ["case:2"]
    assert ids(engine, "-乌龟", is_open=True) == []
    assert ids(engine, "锦鲤", is_open=True) == []


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


def test_each_vocabulary_is_a_filter_of_its_own(engine):
    add(
        engine,
        document(1, "锦鲤", topics=("svc:health.1", "pop:children"), marks={"evidence": ("2",)}),
        document(2, "锦鲤", topics=("svc:health", "pop:women"), marks={"evidence": ("3",)}),
    )
    assert ids(engine, "锦鲤", svc=["health"], pop=["children"]) == ["case:1"]
    assert ids(engine, "锦鲤", evidence=["3"]) == ["case:2"]
    asked = understand("锦鲤", {"pop": ["women"]})
    found = engine.search(asked, kinds=None, limit=0, offset=0, facets={"svc": "", "pop": "", "evidence": ""})
    assert found.facets == {
        "svc": {"health": 1},
        "pop": {"children": 1, "women": 1},
        "evidence": {"3": 1},
    }


def test_many_hits_come_without_their_texts_and_in_the_same_order(engine):
    add(engine, *(document(pk, "锦鲤", "锦鲤" * pk) for pk in (1, 2, 3)), document(2, "锦鲤", kind="event"))
    for order in ("", "newest"):
        asked = {"kinds": None, "limit": 10, "offset": 0, "order": order}
        full = engine.search(understand("锦鲤"), **asked).hits
        bare = engine.search(understand("锦鲤"), **asked, with_texts=False).hits
        assert [hit.id for hit in bare] == [hit.id for hit in full]
        assert {hit.texts for hit in bare} == {()}


def test_a_whole_title_comes_first_however_often_others_say_its_words(engine):
    others = [document(pk, "流动儿童小组 流动儿童", "流动儿童小组 " * 9) for pk in range(2, 9)]
    add(engine, document(1, "流动儿童：小组", "池边" * 400), *others)
    assert ids(engine, "流动儿童小组")[0] == "case:1"
    assert ids(engine, "流动儿童 小组")[0] == "case:1"


def test_an_agency_is_found_by_pinyin_and_initials(engine):
    add(engine, document(1, "锦鲤", agency_names=("春芽社工",)), document(2, "乌龟"))
    for typed in ("chunya", "ChunYaSheGong", "cysg", "shegong"):
        assert ids(engine, typed) == ["case:1"], typed
    assert ids(engine, "cy") == []


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


def test_the_fingerprints_are_those_of_what_is_in_the_index(engine):
    assert engine.fingerprints() == {}
    one, two, three = document(1, "锦鲤"), document(2, "乌龟"), document(1, "锦鲤", kind="event")
    add(engine, one, two, three)
    with engine.writer() as writer:
        writer.remove(two.id)
    assert engine.fingerprints() == {each.number: each.fingerprint for each in (one, three)}
