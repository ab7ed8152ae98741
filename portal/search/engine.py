"""What every search engine can do: the embedded one (tantivy) and a cluster (Elasticsearch, OpenSearch).

tests/portal/search/contract/ is what each must pass.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from portal.bilingual import Text
from portal.search.document import Document
from portal.search.query import Query

#: Raise it when fields or analysis change: an index of another version counts as missing and is built anew.
VERSION = 8


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
    #: For each facet asked for how many match by value, among the kinds asked for and whatever values were chosen.
    facets: dict[str, dict[str, int]] = field(default_factory=dict)


#: What is counted: the name of a filter, and what its values begin with.
Facets = Mapping[str, str]
NO_FACETS: Facets = MappingProxyType({})
#: Values of a facet, the most frequent. A place counts for all above it, so the wide ones are never left out.
MOST_VALUES = 4000
#: Where all values are wanted, the most frequent: both engines refuse to count 65,536.
ALL_VALUES = 65_000
_PLAIN = re.compile(r"[\w:-]*", re.ASCII)


def pattern(name: str, begins: str) -> str:
    """The regular expression of a facet's tags, in what the languages of all engines share. Raises ValueError.

    In brackets, so that OpenSearch does not take it for a plain prefix: from 2.17 on it answers 500 where a prefix sorts
    behind every tag of the index, as a facet does that no document has (its issue 19869).
    """
    if not _PLAIN.fullmatch(begins):
        raise ValueError(f"The values of a facet cannot begin with {begins!r}.")
    return f"{name}:{begins}(.*)"


def counted(name: str, buckets: Iterable[dict]) -> dict[str, int]:
    """The counts of a facet by value, from what an engine counted by tag."""
    return {bucket["key"].removeprefix(f"{name}:"): bucket["doc_count"] for bucket in buckets}


class Writer(Protocol):
    def add(self, document: Document) -> None:
        """Index a document in place of what stood under its id."""

    def remove(self, id: str) -> None:
        """Forget a document. One that is not there is forgotten already."""


class Engine(Protocol):
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
        """The best hits of these kinds (None: all), and the counts of facets. Raises SearchIsAway.

        `order`: one of portal.search.document.ORDERS instead of how well they match. Hits that are equal stand by
        their number, so that pages follow each other whatever was written in between. Without texts a thousand hits
        cost no more than twenty.
        Each facet counts as if nothing were chosen in it, so that its other values keep their numbers.
        """

    def fingerprints(self) -> dict[int, int]:
        """What is in the index: the fingerprint of each document by its number. Raises SearchIsAway."""

    def words(self) -> dict[str, int]:
        """The words of `Document.words` with the number of documents that have each. Raises SearchIsAway."""

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
