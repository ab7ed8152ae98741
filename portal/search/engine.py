"""What every search engine can do: the embedded one (tantivy) and a cluster (Elasticsearch, OpenSearch).

tests/portal/search/test_engine.py is the contract that each must pass.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from portal.bilingual import Text
from portal.search.document import Document
from portal.search.query import Query

#: Raise it when fields or analysis change: an index of another version counts as missing and is built anew.
VERSION = 2


class SearchIsAway(Exception):
    """The index is missing, broken or out of reach. Lists and pages go on without it."""


class IndexIsMissing(SearchIsAway):
    """There is no index, or it is damaged. A rebuild mends that."""


class SearchIsBusy(Exception):
    """Somebody else has been writing for a long time. Try again later."""


@dataclass(frozen=True)
class EngineHit:
    """A record that matched, with the texts it was indexed with."""

    kind: str
    pk: int
    score: float
    texts: tuple[Text, ...]

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.pk}"


@dataclass(frozen=True)
class Found:
    hits: list[EngineHit] = field(default_factory=list)
    #: How many match, by kind, whatever kinds were asked for.
    counts: dict[str, int] = field(default_factory=dict)


class Writer(Protocol):
    def add(self, document: Document) -> None:
        """Index a document in place of what stood under its id."""

    def remove(self, id: str) -> None:
        """Forget a document. One that is not there is forgotten already."""


class Engine(Protocol):
    def search(self, query: Query, *, kinds: Iterable[str] | None, limit: int, offset: int) -> Found:
        """The best hits of these kinds (None: all). Raises SearchIsAway."""

    def writer(self) -> AbstractContextManager[Writer]:
        """What is read inside the block is what stays in the index, whoever else writes at the same time.

        When the block ends, all that it did is seen; when it fails, nothing of it. Raises IndexIsMissing when there is
        no index to write to, SearchIsAway when it is out of reach, and SearchIsBusy when the turn does not come.
        """

    def rebuild(self, documents: Callable[[], Iterable[Document]]) -> int:
        """Build an index from these documents beside the live one and put it in its place. Returns their number.

        What others write meanwhile is not lost; when it fails the live index is as it was. Raises SearchIsBusy while
        somebody else is building.
        """
