"""The search engine of a larger installation: an Elasticsearch or OpenSearch cluster that many machines share.

Readers ask the alias `<prefix>-<version>`, which names the live index. A rebuild fills another one, which the alias
`…-next` names meanwhile, and moves the alias, which is atomic. Writers need no lock: each draws a ticket (a number
that the cluster counts up) before it reads the database, and its documents carry it as their version, so that who has
read later wins whatever arrives last. They write to the live index and to the next one.
"""

import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from portal.search import bodies
from portal.search.breaker import Breaker, IsOpen
from portal.search.document import Document
from portal.search.engine import (
    NO_FACETS,
    VERSION,
    Facets,
    Found,
    IndexIsMissing,
    SearchIsAway,
    SearchIsBusy,
    counted,
)
from portal.search.query import Query
from portal.search.servers import SERVERS, TRIED, Address, Refused, Send, Unwell

#: Seconds that a host may be silent before somebody who searches is told that search is away. The whole of an answer
#: may take TRIED times as long, for a second host or a server that sends it in drops.
PATIENCE = 0.8
ASKING = 64  # questions of one process under way at once
WRITERS_PATIENCE = 20.0
BATCH = 400  # documents in one request,
LARGEST = 4_000_000  # and characters
#: A rebuild that has written nothing for so many seconds was killed.
STALLED = 10.0

Operation = tuple[str, dict[str, Any]]  # the id of a document and what to put there


class Elastic:
    """See portal.search.engine.Engine. `patience`: seconds for each host that is asked."""

    def __init__(self, address: Address, patience: float = PATIENCE):
        self.address = address
        self.patience = patience
        self.alias = f"{address.prefix}-{VERSION}"
        self.next = f"{self.alias}-next"
        self.tickets = f"{self.alias}-tickets"
        self.breaker = Breaker()
        self._client: _Client | None = None

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
        body = bodies.question(
            query,
            kinds=kinds,
            limit=limit,
            offset=offset,
            facets=facets,
            order=order,
            with_texts=with_texts,
        )
        path = f"/{self.alias}/_search?allow_partial_search_results=false"
        with _refusals_are_away():
            return bodies.found(self._ask("POST", path, body, self.patience))

    def fingerprints(self) -> dict[int, int]:
        there: dict[int, int] = {}
        while True:
            body = bodies.fingerprints(max(there, default=-1))
            with _refusals_are_away():
                answer = self._ask("POST", f"/{self.alias}/_search?allow_partial_search_results=false", body)
            hits = answer["hits"]["hits"]
            there |= {hit["sort"][0]: hit["fields"]["fingerprint"][0] for hit in hits}
            if not hits:
                return there

    def words(self) -> dict[str, int]:
        path = f"/{self.alias}/_search?allow_partial_search_results=false"
        with _refusals_are_away():
            answer = self._ask("POST", path, bodies.words(), self.patience)
        return counted("words", answer["aggregations"]["words"]["buckets"])

    @contextmanager
    def writer(self) -> Iterator["_Writer"]:
        with _refusals_are_away():
            writer = _Writer(self._ticket())
        yield writer
        with _refusals_are_away():
            self._write([self.alias, self.next], writer.operations.items(), writer.ticket, refresh=True)

    def rebuild(self, documents: Callable[[], Iterable[Document]]) -> int:
        with _refusals_are_away():
            name = f"{self.alias}-{secrets.token_hex(8)}"
            self._see_to_tickets()
            self._take_turn(name)
            try:
                number = self._fill(name, documents)
                self._switch(name)
            except BaseException:
                self._drop([name])
                with suppress(SearchIsAway, Refused):
                    self._end_turn(name)
                raise
            self._end_turn(name)
            self._drop([other for other in self._ours() if other != name])
            return number

    def _fill(self, name: str, documents: Callable[[], Iterable[Document]]) -> int:
        settings = {**bodies.INDEX["settings"], "refresh_interval": "-1"}
        self._ask("PUT", f"/{name}", {**bodies.INDEX, "settings": settings, "aliases": {self.next: {}}})
        ticket = self._ticket()
        number = 0

        def counted() -> Iterator[Operation]:
            nonlocal number
            for document in documents():
                number += 1
                yield document.id, bodies.stored(document)

        self._write([self.next], counted(), ticket, refresh=False)
        return number

    def _switch(self, name: str) -> None:
        """Make `name` the live index. Raises SearchIsBusy when somebody else took it for abandoned."""
        actions: list[dict] = [{"remove": {"index": name, "alias": self.next, "must_exist": True}}]
        actions += [{"remove": {"index": other, "alias": self.alias}} for other in self._named(self.alias)]
        actions += [{"add": {"index": name, "alias": self.alias}}]
        try:
            self._ask("PUT", f"/{name}/_settings", {"index": {"refresh_interval": None}})
            self._ask("POST", f"/{name}/_refresh")
            self._ask("POST", "/_aliases", {"actions": actions})
        except Refused as refused:
            raise SearchIsBusy("Somebody else took over building the search index.") from refused

    # -- One rebuild at a time ----------------------------------------------------------------------------------------

    def _take_turn(self, name: str) -> None:
        """Note in the index of tickets that `name` is being built. Raises SearchIsBusy when another one is growing."""
        note = f"/{self.tickets}/_doc/rebuild"
        try:
            self._ask("PUT", f"/{self.tickets}/_create/rebuild?refresh=true", {"index": name})
            return
        except Refused as refused:
            if refused.status != 409:
                raise
        there = self._ask("GET", note)
        other = there["_source"]["index"]
        before = self._written(other)
        time.sleep(STALLED)
        if self._written(other) != before:
            raise SearchIsBusy("The search index is being built by somebody else.")
        mine = f"if_seq_no={there['_seq_no']}&if_primary_term={there['_primary_term']}"
        try:
            self._ask("PUT", f"{note}?{mine}", {"index": name})
        except Refused as refused:
            raise SearchIsBusy("The search index is being built by somebody else.") from refused
        self._drop([other])

    def _end_turn(self, name: str) -> None:
        """Take the note away when it is still ours."""
        there = self._ask("GET", f"/{self.tickets}/_doc/rebuild")
        if there["_source"]["index"] == name:
            mine = f"if_seq_no={there['_seq_no']}&if_primary_term={there['_primary_term']}"
            self._ask("DELETE", f"/{self.tickets}/_doc/rebuild?{mine}")

    def _written(self, name: str) -> int:
        """How many documents were written to an index so far; -1 when there is no such index."""
        try:
            return self._ask("GET", f"/{name}/_stats/indexing")["_all"]["total"]["indexing"]["index_total"]
        except Refused:
            return -1

    def _named(self, alias: str) -> list[str]:
        """The indexes that an alias names."""
        try:
            return sorted(self._ask("GET", f"/_alias/{alias}"))
        except Refused as refused:
            if refused.status == 404:
                return []
            raise

    def _ours(self) -> list[str]:
        """Indexes of documents that this installation made, of every version."""
        names = self._ask("GET", f"/{self.address.prefix}-*/_alias")
        return [name for name in names if re.fullmatch(rf"{self.address.prefix}-\d+-[0-9a-f]{{16}}", name)]

    def _drop(self, names: Sequence[str]) -> None:
        for name in names:
            with suppress(SearchIsAway, Refused):
                self._ask("DELETE", f"/{name}")

    # -- Writing ------------------------------------------------------------------------------------------------------

    def _see_to_tickets(self) -> None:
        if not self._named(self.tickets):
            index = f"{self.tickets}-{secrets.token_hex(8)}"
            settings = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
            mappings = {"dynamic": "strict", "properties": {"index": {"type": "keyword"}}}
            body = {"settings": settings, "mappings": mappings, "aliases": {self.tickets: {}}}
            self._ask("PUT", f"/{index}", body)

    def _ticket(self) -> int:
        """A number greater than all that were drawn before."""
        return self._ask("PUT", f"/{self.tickets}/_doc/last?require_alias=true", {})["_version"]

    def _write(
        self, aliases: Sequence[str], operations: Iterable[Operation], ticket: int, *, refresh: bool
    ) -> None:
        """Put documents behind the first alias, and behind the others if there are such. What a later reader has written
        stays as it is. Raises IndexIsMissing when the first names no index, ValueError for a document that is refused.
        """
        version = {"version": ticket, "version_type": "external_gte"}
        path = f"/_bulk?require_alias=true&refresh={str(refresh).lower()}"
        for batch in _batches(operations):
            lines: list[dict] = []
            for alias in aliases:
                for id, stored in batch:
                    lines += [{"index": {"_index": alias, "_id": id, **version}}, stored]
            for _attempt in range(
                2
            ):  # an index that was replaced between finding and writing it is gone only once
                items = [item["index"] for item in self._ask("POST", path, lines)["items"]]
                if not any(item["status"] == 404 for item in items[: len(batch)]):
                    break
            else:
                raise IndexIsMissing("There is no search index yet. Run: python manage.py rebuild_search")
            for item in items:
                _check(item)

    # -- Asking -------------------------------------------------------------------------------------------------------

    def _ask(self, method: str, path: str, body: Any = None, seconds: float = WRITERS_PATIENCE) -> Any:
        """The answer of the cluster. Raises Refused and SearchIsAway."""
        try:
            with self.breaker.guard(Unwell, TimeoutError):
                client = self._own_client()
                answer = client.threads.submit(client.send, method, path, body, seconds)
                return answer.result(timeout=seconds * TRIED)
        except TimeoutError:
            raise SearchIsAway("The search engine takes too long.") from None
        except IsOpen:
            raise SearchIsAway("The search engine has just failed and is not asked for a while.") from None
        except Unwell as unwell:
            raise SearchIsAway(f"The search engine does not answer: {unwell}") from unwell

    def _own_client(self) -> "_Client":
        """The client of this process: a forked one must not speak over the connections of its parent."""
        if self._client is None or self._client.process != os.getpid():
            threads = ThreadPoolExecutor(ASKING, thread_name_prefix="search")
            self._client = _Client(os.getpid(), SERVERS[self.address.scheme](self.address), threads)
        return self._client


class _Client(NamedTuple):
    process: int
    send: Send
    #: They wait, so that whoever asked need not.
    threads: ThreadPoolExecutor


@contextmanager
def _refusals_are_away() -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        if refused.status == 404:
            raise IndexIsMissing(
                "There is no search index yet. Run: python manage.py rebuild_search"
            ) from refused
        raise SearchIsAway(f"The search engine refuses: {refused}") from refused


def _batches(operations: Iterable[Operation]) -> Iterator[list[Operation]]:
    """What goes into one request each."""
    batch: list[Operation] = []
    size = 0
    for id, stored in operations:
        if batch and (size > LARGEST or len(batch) == BATCH):
            yield batch
            batch, size = [], 0
        batch.append((id, stored))
        size += sum(len(value) for value in stored.values() if isinstance(value, str))
    if batch:
        yield batch


def _check(item: dict[str, Any]) -> None:
    """Raise for a document that was not written, unless somebody who read later has written it or its index is gone."""
    status = item["status"]
    if status == 429 or status >= 500:
        raise SearchIsAway(f"The search engine did not write all: {item['error']}")
    if status >= 400 and status not in (404, 409):
        raise ValueError(f"The search engine refuses {item['_id']}: {item['error']}")


class _Writer:
    """What is to be written, by id: the last word on a document counts."""

    def __init__(self, ticket: int):
        self.ticket = ticket
        self.operations: dict[str, dict[str, Any]] = {}

    def add(self, document: Document) -> None:
        self.operations[document.id] = bodies.stored(document)

    def remove(self, id: str) -> None:
        self.operations[id] = bodies.gone(id)
