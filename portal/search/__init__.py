"""Search over all records: one port, whatever engine SEARCH_URL names.

    from portal.search import search
    results = search("农民工 讨薪", kinds=["case"], filters={"topics": ["svc:rights"]}, limit=20)

Only what everybody may read is indexed. Whoever shows a result fetches the record by `visible_to` all the same: the
index follows the database by a moment.
"""

import gc
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import cached_property
from django.utils.translation import get_language

from portal.bilingual import Text
from portal.search import document, edited_synonyms
from portal.search.embedded import Embedded
from portal.search.engine import Engine, SearchIsAway
from portal.search.passages import Passage, passage
from portal.search.query import Query, understand

logger = logging.getLogger(__name__)

DEEPEST = 1000  # hits; nobody reads further, and a crawler should not


@dataclass(frozen=True)
class Hit:
    id: str  # such as "case:12"
    kind: str
    pk: int
    score: float
    texts: tuple[Text, ...]
    asked: Query

    @cached_property
    def passage(self) -> Passage:
        """Worked out when it is looked at: who only wants to know what was found does not pay for it."""
        return passage(self.texts, self.asked)


@dataclass(frozen=True)
class Results:
    """What was found. `counts` is by kind, whatever kinds were asked for; `total` is of the kinds asked for."""

    total: int = 0
    hits: list[Hit] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    #: By facet and value, among the kinds asked for; each facet as if nothing were chosen in it.
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    #: False when the engine could not answer: say so, and offer the lists.
    is_available: bool = True


def search(
    text: str,
    kinds: Iterable[str] | None = None,
    filters: Mapping[str, Iterable] | None = None,
    limit: int = 20,
    offset: int = 0,
    facets: Mapping[str, str] | None = None,
    order: str = "",
    is_open: bool = False,
    with_passages: bool = True,
) -> Results:
    """The records that answer `text`, the best first. Never raises because of `text` or of a broken index.

    `filters`: topics (codes), pop, svc and mth (codes of one vocabulary without its name), division (a code or its beginning by level), year, agency (slugs), language,
    and what the kind of record adds (`Document.marks`); of each the record has one of the values given. `facets`: names of filters whose values are counted, each with what the
    values begin with: {"topics": "svc:", "division": "44", "year": ""}. A place counts for every place that it is in.
    `order`: one of `document.ORDERS` instead of how well they match; many are asked for without passages. `is_open`: without words everything is found.
    """
    edited_synonyms.follow()
    asked = understand(text, {**(filters or {}), "only_in": ("", get_language() or "")}, is_open=is_open)
    if asked.asks_for_nothing:
        return Results()
    kinds = None if kinds is None else list(kinds)
    limit = max(0, min(limit, DEEPEST - offset))
    try:
        found = engine().search(
            asked,
            kinds=kinds,
            limit=limit,
            offset=max(0, offset),
            facets=facets or {},
            order=order,
            with_texts=with_passages,
        )
    except SearchIsAway as away:
        logger.warning("Search is away: %s", away)
        return Results(is_available=False)
    return Results(
        total=sum(count for kind, count in found.counts.items() if kinds is None or kind in kinds),
        hits=[Hit(hit.id, hit.kind, hit.pk, hit.score, hit.texts, asked) for hit in found.hits],
        counts=found.counts,
        facets=found.facets,
    )


def keys(text: str, kind: str, order: str = "") -> list[int] | None:
    """The keys of the records of one kind that answer `text`, the best first, at most DEEPEST; None while search is away.

    For lists that have filters of their own and want to know only which records the words mean.
    """
    results = search(text, kinds=[kind], limit=DEEPEST, order=order, with_passages=False)
    return [hit.pk for hit in results.hits] if results.is_available else None


def index(documents: Iterable[document.Document]) -> None:
    """Index these documents. Raises SearchIsAway or SearchIsBusy."""
    with engine().writer() as writer:
        for each in documents:
            writer.add(each)


def remove(ids: Iterable[str]) -> None:
    """Forget these documents. Raises SearchIsAway or SearchIsBusy."""
    with engine().writer() as writer:
        for id in ids:
            writer.remove(id)


def rebuild(progress=lambda documents: documents) -> int:
    """Build the index from the database beside the live one and switch. Returns the number of documents."""
    with _little_tidying():
        return engine().rebuild(lambda: progress(document.documents()))


@contextmanager
def _little_tidying() -> Iterator[None]:
    """Python looks for circular garbage each time that some hundred objects were made, which is a third of the time in
    which many records are read. Meanwhile it does so for every fifty thousand, and leaves alone what was there before.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def engine() -> Engine:
    """The engine that SEARCH_URL names. Nothing is opened before the first question."""
    return _engine(settings.SEARCH_URL)


@lru_cache(maxsize=1)
def _engine(url: str) -> Engine:
    scheme = url.partition("://")[0]
    if scheme in ("elasticsearch", "opensearch"):
        return _cluster(url, scheme)
    try:
        address = urlsplit(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"SEARCH_URL cannot be read: {error}.") from error
    if address.scheme == "tantivy":
        if address.netloc or address.path in ("", "/"):
            raise ImproperlyConfigured(
                "SEARCH_URL names no folder. Write tantivy:// and an absolute path, such as: "
                "tantivy:///srv/tongxing/search"
            )
        return Embedded(Path(unquote(address.path)))
    raise ImproperlyConfigured(
        f'SEARCH_URL begins with "{address.scheme}", which is no search engine of ours. '
        "Use the embedded engine, such as: tantivy:///srv/tongxing/search , or a cluster: "
        "elasticsearch://host:9200 or opensearch://host:9200"
    )


def _cluster(url: str, scheme: str) -> Engine:
    """An engine whose client is installed only where it is used."""
    try:
        from portal.search.elastic import Elastic
        from portal.search.servers import address, import_client

        at = address(url)
        import_client(scheme)
        at.trust()
    except ImportError as error:
        raise ImproperlyConfigured(
            f"SEARCH_URL names {scheme}, but its client is not installed ({error}). "
            f"Run: pip install 'tongxing[{scheme}]'"
        ) from error
    return Elastic(at)
