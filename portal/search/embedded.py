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
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tantivy import Document as TantivyDocument
from tantivy import Index, IndexWriter, Occur, SchemaBuilder, Searcher
from tantivy import Query as TantivyQuery

from portal.bilingual import Text
from portal.search import analysis
from portal.search.document import Document
from portal.search.engine import (
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
from portal.search.query import Choice, Query, Slot

PATIENCE = 15  # seconds that a writer waits for its turn
MEMORY, REBUILD_MEMORY = 15_000_000, 100_000_000  # bytes; tantivy's least is 15 MB a thread
MOST_KINDS = 100


def _schema():
    builder = SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("kind", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("tags", fast=True, tokenizer_name="raw", index_option="basic")
    # Tokens come from portal.search.analysis, with spaces between them.
    builder.add_text_field("title", tokenizer_name="whitespace")
    builder.add_text_field("text", tokenizer_name="whitespace")
    builder.add_text_field("agency", tokenizer_name="whitespace")
    builder.add_text_field("single", tokenizer_name="whitespace", index_option="freq")
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
    ) -> Found:
        of_kinds = [] if kinds is None else [_one_of("kind", list(kinds))]
        patterns = {name: pattern(name, begins) for name, begins in facets.items()}
        with _panics_are_away():
            searcher = self._searcher()
            asked = _asked(query)
            buckets = searcher.aggregate(asked, {"kinds": {"terms": {"field": "kind", "size": MOST_KINDS}}})
            counts = {bucket["key"]: bucket["doc_count"] for bucket in buckets["kinds"]["buckets"]}
            asked = TantivyQuery.boolean_query([(Occur.Must, asked), *of_kinds])
            found = searcher.search(asked, limit=limit, offset=offset).hits if limit else []
            hits = [_hit(searcher.doc(address), score) for score, address in found]
            return Found(hits, counts, _counts(searcher, query, of_kinds, patterns))

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
    stored.add_text("kind", document.kind)
    for tag in document.tags:
        stored.add_text("tags", tag)
    fields = document.fields
    for name, words in fields.items():
        stored.add_text(name, " ".join(analysis.tokens(words)))
    stored.add_text("single", " ".join(analysis.singles(fields["text"])))
    shown = [[text.language, text] for text in document.texts]
    stored.add_bytes("shown", json.dumps(shown, ensure_ascii=False).encode("utf-8", "replace"))
    return stored


def _hit(stored: TantivyDocument, score: float) -> EngineHit:
    kind, _, pk = str(stored.get_first("id")).rpartition(":")
    texts = json.loads(bytes(stored.get_first("shown") or b"[]"))
    return EngineHit(kind, int(pk), score, tuple(Text(text, language) for language, text in texts))


# -- Questions --------------------------------------------------------------------------------------------------------


def _asked(query: Query) -> TantivyQuery:
    if query.asks_for_nothing:
        return TantivyQuery.empty_query()
    clauses = [(Occur.Must, _slot(phrase)) for phrase in query.phrases]
    if query.slots:
        slots = [(Occur.Should, _slot(slot)) for slot in query.slots]
        clauses.append((Occur.Must, TantivyQuery.boolean_query(slots, query.minimum)))
    clauses += [(Occur.Should, _slot(slot)) for slot in query.faint]
    clauses += [(Occur.MustNot, _slot(slot)) for slot in query.without]
    clauses += [
        _one_of("tags", [f"{name}:{value}" for value in values]) for name, values in query.filters.items()
    ]
    return TantivyQuery.boolean_query(clauses)


def _counts(
    searcher: Searcher, query: Query, of_kinds: list[tuple[Occur, TantivyQuery]], patterns: dict[str, str]
) -> dict[str, dict[str, int]]:
    """The counts of all facets. Those in which nothing was chosen are counted together."""
    groups: dict[frozenset[str], dict[str, dict]] = defaultdict(dict)
    for name, include in patterns.items():
        terms = {"field": "tags", "include": include, "size": MOST_VALUES}
        groups[frozenset({name} & query.filters.keys())][name] = {"terms": terms}
    counts = {}
    for chosen, aggregations in groups.items():
        asked = TantivyQuery.boolean_query([(Occur.Must, _asked(query.without_filters(chosen))), *of_kinds])
        for name, answer in searcher.aggregate(asked, aggregations).items():
            counts[name] = counted(name, answer["buckets"])
    return counts


def _one_of(field: str, values: list[str]) -> tuple[Occur, TantivyQuery]:
    """A condition that does not weigh."""
    return Occur.Must, TantivyQuery.const_score_query(TantivyQuery.term_set_query(SCHEMA, field, values), 0.0)


def _slot(slot: Slot) -> TantivyQuery:
    choices = [_choice(choice) for choice in slot.choices]
    return choices[0] if len(choices) == 1 else TantivyQuery.disjunction_max_query(choices)


def _choice(choice: Choice) -> TantivyQuery:
    """The tokens in a row, in any of the fields that they are looked for in; the weights of the fields add up."""
    return TantivyQuery.boolean_query(
        [
            (Occur.Should, TantivyQuery.boost_query(_in_a_row(field, choice.tokens), weight * choice.weight))
            for field, weight in choice.fields.items()
        ]
    )


def _in_a_row(field: str, tokens: tuple[str, ...]) -> TantivyQuery:
    if len(tokens) == 1:
        return TantivyQuery.term_query(SCHEMA, field, tokens[0], index_option="freq")
    return TantivyQuery.phrase_query(SCHEMA, field, list(tokens))
