"""Kinds, filters and facets."""

import pytest

from portal.search.query import understand
from tests.portal.search.documents import add, document, ids


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


def test_a_code_of_any_kind_can_be_asked_for(engine):
    add(engine, document(1, "锦鲤", topics=("svc:health",)))
    assert ids(
        engine, "锦鲤", topics=["\0", "\ud800", "x" * 50_000, *map(str, range(2000)), "svc:health"]
    ) == ["case:1"]


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
