"""The search engine inside the portal: tantivy, an index in a folder of this machine.

The folder holds whole indexes (`index-<version>-<random>`) and the file `live`, which names the one in use. A rebuild
fills a new one and then replaces `live`, which is atomic. One writer at a time holds the lock of the file `writing`,
over all processes; the system frees it when a process dies. Readers see what was committed at their next question.
"""

import fcntl
import json
import os
import secrets
import shutil
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tantivy import DocAddress, Index, IndexWriter, Occur, SchemaBuilder, Searcher
from tantivy import Document as TantivyDocument
from tantivy import Query as TantivyQuery

from portal.bilingual import Text
from portal.search.document import ORDERS, Document, places_of, records_of
from portal.search.engine import (
    ALL_VALUES,
    MOST_VALUES,
    NO_FACETS,
    VERSION,
    EngineHit,
    Facets,
    Found,
    IndexIsMissing,
    SearchIsAway,
    SearchIsBusy,
    counted,
    pattern,
)
from portal.search.query import FILTERS, Choice, Query, Slot

PATIENCE = 15  # seconds that a writer waits for its turn
MEMORY, REBUILD_MEMORY = 15_000_000, 60_000_000  # bytes; with 100 MB the tables of words outgrow the caches
KIND = "kind"
#: Hits looked at beyond those asked for, to set equal ones in order; and how many equal ones that is done for.
BEYOND, MOST_EQUAL = 50, 20_000
Clause = tuple[Occur, TantivyQuery]


def _schema():
    builder = SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(KIND, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("tags", tokenizer_name="raw", index_option="basic")
    for name in FILTERS:  # counting a column of its own is five times as fast as picking out of all tags
        builder.add_text_field(f"by_{name}", fast=True, tokenizer_name="raw", index_option="basic")
    # Tokens come from portal.search.analysis, with spaces between them.
    builder.add_text_field("title", tokenizer_name="whitespace")
    builder.add_text_field("text", tokenizer_name="whitespace")
    builder.add_text_field("agency", tokenizer_name="whitespace")
    for name in ("single", "whole", "pinyin"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("words", fast=True, tokenizer_name="whitespace", index_option="basic")
    builder.add_unsigned_field("number", fast=True)
    builder.add_unsigned_field("fingerprint", fast=True)
    for order in ORDERS:
        builder.add_unsigned_field(order, fast=True)
    builder.add_bytes_field("shown", stored=True)
    return builder.build()


SCHEMA = _schema()


class _Open(NamedTuple):
    """A reader and what it was opened on. A forked process opens its own."""

    process: int
    folder: Path
    changed: tuple[int, int]
    opened: Index
    searcher: Searcher


class Embedded:
    """See portal.search.engine.Engine."""

    def __init__(self, path: Path):
        self.path = path
        self._open: _Open | None = None
        self._lock = threading.Lock()

    def search(
        self,
        query: Query,
        *,
        kinds: Iterable[str] | None,
        limit: int,
        offset: int,
        facets: Facets = NO_FACETS,
        order: str = "",
        with_texts: bool = True,
    ) -> Found:
        of_kinds = [] if kinds is None else [_one_of(KIND, list(kinds))]
        for name, begins in facets.items():
            pattern(name, begins)  # refuses what the other engine would refuse
        with _panics_are_away():
            searcher = self._searcher()
            asked = _weighed(query, of_kinds)
            found = _in_order(searcher, asked, offset + limit, order)[offset:] if limit else []
            if with_texts:
                hits = [_hit(searcher.doc(place.address), place.key) for place in found]
            else:
                hits = _bare_hits(found)
            counts = _counts(searcher, query, of_kinds, facets)
            return Found(hits, counts.pop(KIND), counts)

    def fingerprints(self) -> dict[int, int]:
        with _panics_are_away():
            searcher = self._searcher()
            everything = searcher.search(
                TantivyQuery.all_query(), limit=max(1, searcher.num_docs), count=False
            )
            addresses = [address for _score, address in everything.hits]
            columns = (searcher.fast_field_values(name, addresses) for name in ("number", "fingerprint"))
            return dict(zip(*columns, strict=True))

    def words(self) -> dict[str, int]:
        with _panics_are_away():
            counting = {"words": {"terms": {"field": "words", "size": ALL_VALUES}}}
            answer = self._searcher().aggregate(TantivyQuery.all_query(), counting)
            return counted("words", answer["words"]["buckets"])

    @contextmanager
    def writer(self) -> Iterator["_Writer"]:
        with self._turn(), _panics_are_away():
            index = self._index(self._live())
            with _committed(index, MEMORY) as writer:
                yield _Writer(writer)

    def rebuild(self, documents: Callable[[], Iterable[Document]]) -> int:
        with self._turn():
            folder = self.path / f"index-{VERSION}-{secrets.token_hex(8)}"
            folder.mkdir()
            number = 0
            try:
                with _committed(Index(SCHEMA, path=str(folder)), REBUILD_MEMORY) as writer:
                    for document in documents():
                        writer.add_document(_stored(document))
                        number += 1
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            beside = self.path / "live.next"
            beside.write_text(folder.name)
            os.replace(beside, self.path / "live")
            for other in self.path.glob("index-*"):  # the one before, and what a killed rebuild left
                if other != folder:
                    shutil.rmtree(other, ignore_errors=True)
            return number

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for the right to write."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "writing").open("a") as file:
            deadline = time.monotonic() + PATIENCE
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise SearchIsBusy("The search index is being written by somebody else.") from None
                    time.sleep(0.02)
            yield

    def _live(self) -> Path:
        try:
            name = (self.path / "live").read_text()
        except OSError:
            name = ""
        if not name.startswith(f"index-{VERSION}-"):
            raise IndexIsMissing("There is no search index yet. Run: python manage.py rebuild_search")
        return self.path / name

    def _index(self, folder: Path) -> Index:
        if not folder.is_dir():
            raise IndexIsMissing("The search index has gone. Run: python manage.py rebuild_search")
        return Index.open(str(folder))

    def _searcher(self) -> Searcher:
        """A reader of the live index as last committed."""
        with self._lock:
            try:
                return self._searcher_in(self._live())
            except (OSError, ValueError):  # a rebuild has just replaced it
                return self._searcher_in(self._live())

    def _searcher_in(self, folder: Path) -> Searcher:
        status = (folder / "meta.json").stat()
        changed = (status.st_ino, status.st_mtime_ns)  # tantivy replaces the file at every commit
        known = self._open
        if known and known[:3] == (os.getpid(), folder, changed):
            return known.searcher
        if known and known[:2] == (os.getpid(), folder):
            index = known.opened
            index.reload()
        else:
            index = self._index(folder)
            index.config_reader(reload_policy="manual")
            index.reload()
        self._open = _Open(os.getpid(), folder, changed, index, index.searcher())
        return self._open.searcher


class _Writer:
    def __init__(self, writer: IndexWriter):
        self._writer = writer

    def add(self, document: Document) -> None:
        self.remove(document.id)
        self._writer.add_document(_stored(document))

    def remove(self, id: str) -> None:
        self._writer.delete_documents_by_term("id", id)


@contextmanager
def _panics_are_away() -> Iterator[None]:
    """A damaged index makes tantivy raise ValueError, OSError or panic; all of them mean that it must be built anew."""
    try:
        yield
    except (SearchIsAway, SearchIsBusy):
        raise
    except BaseException as error:
        if isinstance(error, OSError | ValueError) or type(error).__name__ == "PanicException":
            raise IndexIsMissing(f"The search index cannot be read: {error}") from error
        raise


@contextmanager
def _committed(index: Index, memory: int) -> Iterator[IndexWriter]:
    """A writer whose work is committed at the end, or forgotten when something failed."""
    writer = index.writer(heap_size=memory, num_threads=1)
    try:
        yield writer
        writer.commit()
    except BaseException:
        writer.rollback()
        raise
    finally:
        writer.wait_merging_threads()


# -- Documents --------------------------------------------------------------------------------------------------------


def _stored(document: Document) -> TantivyDocument:
    stored = TantivyDocument()
    stored.add_text("id", document.id)
    stored.add_text(KIND, document.kind)
    for tag in document.tags:
        stored.add_text("tags", tag)
        name, _, value = tag.partition(":")
        if name in FILTERS and name != "division":
            stored.add_text(f"by_{name}", value)
    for narrowest in places_of(document.division)[-1:]:  # see _with_places_above
        stored.add_text("by_division", narrowest)
    for name, tokens in document.tokens.items():
        stored.add_text(name, tokens)
    stored.add_text("words", document.words)
    stored.add_unsigned("number", document.number)
    stored.add_unsigned("fingerprint", document.fingerprint)
    for order, place in document.orders.items():
        stored.add_unsigned(order, place)
    shown = [[text.language, text] for text in document.texts]
    stored.add_bytes("shown", json.dumps(shown, ensure_ascii=False).encode("utf-8", "replace"))
    return stored


def _hit(stored: TantivyDocument, score: float) -> EngineHit:
    kind, _, pk = str(stored.get_first("id")).rpartition(":")
    texts = json.loads(bytes(stored.get_first("shown") or b"[]"))
    return EngineHit(kind, int(pk), score, tuple(Text(text, language) for language, text in texts))


# -- Questions --------------------------------------------------------------------------------------------------------


def _weighed(query: Query, of_kinds: list[Clause]) -> TantivyQuery:
    """What is asked for, and how much each hit weighs.

    tantivy adds up what single tokens weigh in a loop of its own when nothing else is among them. So all of them stand in
    one list, and what is found is worked out beside it without weighing: quicker by a third, although tokens are read
    twice. Reading tokens in a row twice is too dear; where there are any, what finds weighs too.
    """
    is_apart = all(slot.is_one_token for slot in (*query.phrases, *query.slots))
    asked = _found(query, of_kinds, weighs=not is_apart)
    if is_apart:
        asked = _constant(asked, 0.0)
    tokens = [
        each
        for slot in ((*query.phrases, *query.slots, *query.faint) if is_apart else query.faint)
        for each in (_fields(slot.choices[0]) if slot.is_one_token else [_slot(slot, weighs=True)])
    ]
    liked = [_constant(_in_a_row("tags", (tag,)), boost) for tag, boost in query.liked]
    for further in (tokens, liked):
        if further:
            asked = TantivyQuery.boolean_query([(Occur.Must, asked), (Occur.Should, _any_of(further))])
    return asked


def _found(query: Query, of_kinds: list[Clause], *, weighs: bool = False) -> TantivyQuery:
    """What is asked for, without what only helps to order."""
    if query.asks_for_nothing:
        return TantivyQuery.empty_query()
    clauses = [(Occur.Must, _slot(phrase, weighs)) for phrase in query.phrases]
    if query.has_no_words:
        clauses.append((Occur.Must, TantivyQuery.all_query()))
    if query.slots:
        clauses.append((Occur.Must, _some_of([_slot(slot, weighs) for slot in query.slots], query.minimum)))
    clauses += [(Occur.MustNot, _slot(slot)) for slot in query.without]
    clauses += [
        _one_of("tags", [f"{name}:{value}" for value in values]) for name, values in query.filters.items()
    ]
    return TantivyQuery.boolean_query([*clauses, *of_kinds])


def _some_of(conditions: list[TantivyQuery], minimum: int) -> TantivyQuery:
    """At least so many of the conditions, with the weights of all that hold.

    Two of them are the first with one of the others, or the second with one of those behind it, and so on; the first of
    these that holds has all the weights. tantivy counts with a heap how many hold, which takes twice as long.
    """
    if minimum != 2 or len(conditions) < 3:
        return _any_of(conditions, minimum)
    return TantivyQuery.disjunction_max_query(
        [
            TantivyQuery.boolean_query([(Occur.Must, each), (Occur.Must, _any_of(conditions[at:]))])
            for at, each in enumerate(conditions[:-1], start=1)
        ]
    )


def _counts(
    searcher: Searcher, query: Query, of_kinds: list[Clause], facets: Facets
) -> dict[str, dict[str, int]]:
    """The counts of all facets, and by KIND whatever kinds were asked for. What has the same conditions is counted at once.

    With a beginning all values are counted and the others dropped here: a pattern costs half a millisecond.
    """
    groups: dict[tuple[bool, frozenset[str]], dict[str, dict]] = defaultdict(dict)
    groups[False, frozenset()][KIND] = {"terms": {"field": KIND, "size": MOST_VALUES}}
    for name, begins in facets.items():
        terms = {
            "field": f"by_{_vocabulary(name, begins) or name}",
            "size": ALL_VALUES if begins or name == "division" else MOST_VALUES,
        }
        groups[bool(of_kinds), frozenset({name} & query.filters.keys())][name] = {"terms": terms}
    counts: dict[str, dict[str, int]] = {}
    for (heeds_kinds, chosen), aggregations in groups.items():
        asked = _found(query.without_filters(chosen), of_kinds if heeds_kinds else [])
        for name, answer in searcher.aggregate(asked, aggregations).items():
            begins = facets.get(name, "")
            values = Counter({bucket["key"]: bucket["doc_count"] for bucket in answer["buckets"]})
            if name == "division":
                values = _with_places_above(values)
            elif vocabulary := _vocabulary(name, begins):
                values = Counter({f"{vocabulary}:{code}": count for code, count in values.items()})
            wanted = Counter({value: count for value, count in values.items() if value.startswith(begins)})
            counts[name] = dict(wanted.most_common(MOST_VALUES))
    return counts


def _vocabulary(name: str, begins: str) -> str:
    """The vocabulary that topics are to begin with, if any: the terms of each stand in a column of their own."""
    vocabulary, colon, _ = begins.partition(":")
    return vocabulary if name == "topics" and colon and vocabulary in FILTERS else ""


def _with_places_above(counts: Counter[str]) -> Counter[str]:
    """A place counts for all places that it is in. Its column holds only the narrowest, which is read in half the time."""
    places: Counter[str] = Counter()
    for division, count in counts.items():
        for place in places_of(division):
            places[place] += count
    return places


class _Place(NamedTuple):
    """Where a hit stands: by what it weighs or is ordered by, then by its number."""

    key: float
    number: int
    address: DocAddress


def _in_order(searcher: Searcher, asked: TantivyQuery, wanted: int, order: str) -> list[_Place]:
    """The first hits, the best or highest before the others and the newer of equal ones before the older."""
    reach = wanted + BEYOND
    while True:
        hits = searcher.search(asked, limit=reach, count=False, order_by_field=order or None).hits
        if len(hits) < reach or hits[-1][0] != hits[wanted - 1][0] or reach > MOST_EQUAL:
            break
        reach *= 4
    numbers = searcher.fast_field_values("number", [address for _key, address in hits])
    ranked = [
        _Place(-1 if key is None else key, int(number or 0), address)
        for (key, address), number in zip(hits, numbers, strict=True)
    ]
    ranked.sort(key=lambda place: place[:2], reverse=True)
    return ranked[:wanted]


def _bare_hits(places: list[_Place]) -> list[EngineHit]:
    """The hits without their texts, which are what takes time to read."""
    found = records_of(place.number for place in places)
    return [
        EngineHit(kind, pk, place.key, ()) for (kind, pk), place in zip(found, places, strict=True) if kind
    ]


def _any_of(conditions: list[TantivyQuery], minimum: int = 1) -> TantivyQuery:
    return TantivyQuery.boolean_query([(Occur.Should, each) for each in conditions], minimum)


def _one_of(field: str, values: list[str]) -> Clause:
    """A condition that does not weigh. A set of terms would be looked up in all documents before any is passed over."""
    return Occur.Must, _constant(_any_of([_in_a_row(field, (value,)) for value in values]), 0.0)


def _constant(condition: TantivyQuery, weight: float) -> TantivyQuery:
    return TantivyQuery.const_score_query(condition, weight)


def _slot(slot: Slot, weighs: bool = False) -> TantivyQuery:
    choices = [_choice(choice, weighs) for choice in slot.choices]
    return choices[0] if len(choices) == 1 else TantivyQuery.disjunction_max_query(choices)


def _choice(choice: Choice, weighs: bool) -> TantivyQuery:
    """The tokens in a row, in the field that they are looked for in. What stands in the title stands in the text too, so
    further fields only add their weight: asked as an alternative they would take a third more time."""
    first, *others = _fields(choice)
    if not (weighs and others):
        return first
    return TantivyQuery.boolean_query([(Occur.Must, first), *((Occur.Should, other) for other in others)])


def _fields(choice: Choice) -> list[TantivyQuery]:
    """The tokens in each field, with what they weigh there."""
    return [
        TantivyQuery.boost_query(_in_a_row(field, choice.tokens), weight * choice.weight)
        for field, weight in choice.fields.items()
    ]


def _in_a_row(field: str, tokens: tuple[str, ...]) -> TantivyQuery:
    if len(tokens) == 1:
        return TantivyQuery.term_query(SCHEMA, field, tokens[0], index_option="freq")
    return TantivyQuery.phrase_query(SCHEMA, field, list(tokens))
