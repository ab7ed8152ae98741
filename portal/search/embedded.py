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

from tantivy import DocAddress, Index, IndexWriter, Searcher
from tantivy import Document as TantivyDocument
from tantivy import Query as TantivyQuery

from portal.bilingual import Text
from portal.search.document import Document, places_of, records_of
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
from portal.search.query import FILTERS, Query
from portal.search.tantivy_query import Clause, found_by, one_of, weighed
from portal.search.tantivy_schema import KIND, SCHEMA

PATIENCE = 15  # seconds that a writer waits for its turn
MEMORY, REBUILD_MEMORY = 15_000_000, 60_000_000  # bytes; with 100 MB the tables of words outgrow the caches
#: Hits looked at beyond those asked for, to set equal ones in order; and how many equal ones that is done for.
BEYOND, MOST_EQUAL = 50, 20_000


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
        of_kinds = [] if kinds is None else [one_of(KIND, list(kinds))]
        for name, begins in facets.items():
            pattern(name, begins)  # refuses what the other engine would refuse
        with _panics_are_away():
            searcher = self._searcher()
            asked = weighed(query, of_kinds)
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
        asked = found_by(query.without_filters(chosen), of_kinds if heeds_kinds else [])
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
