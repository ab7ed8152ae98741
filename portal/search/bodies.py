"""What Elasticsearch and OpenSearch are sent, in the Elasticsearch DSL: the index, the documents, the questions.

Text goes there as tokens with spaces between them (portal.search.analysis), so no analyser of a server has a say, and
what is found is the same as with the embedded engine.
"""

from collections.abc import Iterable
from typing import Any

from elasticsearch.dsl import Q, Search
from elasticsearch.dsl.query import Query as Asked

from portal.bilingual import Text
from portal.search import analysis
from portal.search.document import ORDERS, Document
from portal.search.engine import ALL_VALUES, MOST_VALUES, EngineHit, Facets, Found, counted, pattern
from portal.search.query import Choice, Query, Slot

MOST_KINDS = 100
AT_ONCE = 5000  # documents of which the fingerprints are asked

TOKENS: dict[str, Any] = {"type": "text", "analyzer": "whitespace"}
#: The same fields as in portal.search.embedded.
INDEX: dict[str, Any] = {
    "settings": {
        # One shard scores all documents by the same measure and holds millions of ours.
        "number_of_shards": 1,
        "auto_expand_replicas": "0-1",
    },
    "mappings": {
        "dynamic": "strict",
        "_source": {"includes": ["shown"]},
        "properties": {
            "id": {"type": "keyword"},
            "kind": {"type": "keyword"},
            "tags": {"type": "keyword"},
            "title": TOKENS,
            "text": TOKENS,
            "agency": TOKENS,
            "single": {**TOKENS, "index_options": "freqs"},
            "whole": {**TOKENS, "index_options": "freqs"},
            "pinyin": {**TOKENS, "index_options": "freqs"},
            "words": {"type": "keyword"},
            "number": {"type": "long"},
            "fingerprint": {"type": "long", "index": False},
            **{order: {"type": "long"} for order in ORDERS},
            "shown": {"type": "object", "enabled": False},
        },
    },
}


def stored(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "kind": document.kind,
        "tags": [analysis.clean(tag) for tag in sorted(document.tags)],
        **document.tokens,
        "words": document.words.split(),
        "number": document.number,
        "fingerprint": document.fingerprint,
        **document.orders,
        "shown": [{"language": text.language, "text": analysis.clean(text)} for text in document.texts],
    }


def gone(id: str) -> dict[str, Any]:
    """What stands in the place of a document that was removed, so that no late writer brings it back."""
    return {"id": id}


def question(
    query: Query,
    *,
    kinds: Iterable[str] | None,
    limit: int,
    offset: int,
    facets: Facets,
    order: str = "",
    with_texts: bool = True,
) -> dict[str, Any]:
    """Hits and all counts in one request: what only some of the counts heed comes after the question itself."""
    chosen = {name: _one_of(name, values) for name, values in query.filters.items() if name in facets}
    of_kinds = [] if kinds is None else [Q("terms", kind=list(kinds))]
    asked = (
        Search()
        .query(_asked(query.without_filters(chosen)))
        .source(["shown"] if with_texts else False)[offset : offset + limit]
    )

    def count(name: str, conditions: Iterable[Asked], **terms: Any) -> None:
        asked.aggs.bucket(name, "filter", filter=_all(conditions)).bucket("by", "terms", **terms)

    count("kinds", chosen.values(), field="kind", size=MOST_KINDS)
    for name, begins in facets.items():
        others = [condition for other, condition in chosen.items() if other != name]
        count(
            f"facet {name}",
            [*others, *of_kinds],
            field="tags",
            include=pattern(name, begins),
            size=MOST_VALUES,
        )
    asked = asked.post_filter(_all([*chosen.values(), *of_kinds]))
    # Equal hits stand by their number, so that pages follow each other whichever copy of the index answers.
    first: Any = {order: {"order": "desc", "missing": "_last"}} if order else "_score"
    return asked.sort(first, "-number").extra(track_total_hits=False).to_dict()


def fingerprints(after: int) -> dict[str, Any]:
    """The next documents by number with their fingerprints."""
    return {
        "size": AT_ONCE,
        "query": {"exists": {"field": "kind"}},  # what was removed has left only its id
        "sort": ["number"],
        "search_after": [after],
        "_source": False,
        "docvalue_fields": ["fingerprint"],
    }


def words() -> dict[str, Any]:
    """The words of all names, counted."""
    return {"size": 0, "aggs": {"words": {"terms": {"field": "words", "size": ALL_VALUES}}}}


def found(answer: dict[str, Any]) -> Found:
    buckets = {name: counts["by"]["buckets"] for name, counts in answer["aggregations"].items()}
    kinds = {bucket["key"]: bucket["doc_count"] for bucket in buckets.pop("kinds")}
    facets = {name.removeprefix("facet "): counts for name, counts in buckets.items()}
    return Found(
        [_hit(hit) for hit in answer["hits"]["hits"]],
        kinds,
        {name: counted(name, counts) for name, counts in facets.items()},
    )


def _all(conditions: Iterable[Asked]) -> Asked:
    return Q("bool", filter=list(conditions))


def _one_of(name: str, values: Iterable[str]) -> Asked:
    return Q("terms", tags=[f"{name}:{value}" for value in values])


def _hit(hit: dict[str, Any]) -> EngineHit:
    kind, _, pk = hit["_id"].rpartition(":")
    texts = tuple(Text(shown["text"], shown["language"]) for shown in hit.get("_source", {}).get("shown", ()))
    return EngineHit(kind, int(pk), hit["_score"] or 0.0, texts)


def _asked(query: Query) -> Asked:
    if query.asks_for_nothing:
        return Q("match_none")
    must = [_slot(phrase) for phrase in query.phrases]
    if query.has_no_words:
        must.append(Q("exists", field="kind"))  # what was removed has left only its id
    if query.slots:
        slots = [_slot(slot) for slot in query.slots]
        must.append(Q("bool", should=slots, minimum_should_match=query.minimum))
    return Q(
        "bool",
        must=must,
        should=[
            *(_slot(slot) for slot in query.faint),
            *(Q("constant_score", filter=Q("term", tags=tag), boost=boost) for tag, boost in query.liked),
        ],
        must_not=[_slot(slot) for slot in query.without],
        filter=[_one_of(name, values) for name, values in query.filters.items()],
    )


def _slot(slot: Slot) -> Asked:
    choices = [_choice(choice) for choice in slot.choices]
    return choices[0] if len(choices) == 1 else Q("dis_max", queries=choices)


def _choice(choice: Choice) -> Asked:
    """The tokens in a row, in any of the fields that they are looked for in; the weights of the fields add up."""
    fields = choice.fields.items()
    return Q("bool", should=[_in_a_row(field, choice, weight * choice.weight) for field, weight in fields])


def _in_a_row(field: str, choice: Choice, weight: float) -> Asked:
    if len(choice.tokens) == 1:
        return Q("term", **{field: {"value": choice.tokens[0], "boost": weight}})
    return Q("match_phrase", **{field: {"query": " ".join(choice.tokens), "boost": weight}})
