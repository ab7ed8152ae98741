"""The index compared with the database, record by record, and mended: for what no signal told, such as a change past the
models, a restored copy of the database, or numbers that nobody announces (how often a case is read).

A job of the outbox that is under way meanwhile does no harm: what is mended is read again when it is our turn to write.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.search import engine, indexing, rebuild
from portal.search.document import records, records_of
from portal.search.engine import IndexIsMissing


@dataclass
class Difference:
    """Keys of records, by kind."""

    missing: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    stale: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    surplus: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    #: There is no index, or it holds kinds of record that nobody knows: only building it anew helps.
    is_beyond_mending: bool = False

    def __bool__(self) -> bool:
        return self.is_beyond_mending or any(self.missing or self.stale or self.surplus)

    @property
    def lines(self) -> list[str]:
        """What was found, in words."""
        if self.is_beyond_mending:
            return ["there is no index, or one of records that nobody knows: it is built anew"]
        said = {
            "missing from the index": self.missing,
            "with old words in the index": self.stale,
            "in the index although not public": self.surplus,
        }
        return [
            f"{len(pks)} {kind} records {what}" for what, kinds in said.items() for kind, pks in kinds.items()
        ]


def compare() -> Difference:
    """What the index has otherwise than the database. Raises SearchIsAway when the engine does not answer."""
    found = Difference()
    try:
        there = engine().fingerprints()
    except IndexIsMissing:
        found.is_beyond_mending = True
        return found
    for kind, record in records().items():
        for document in record.documents():
            fingerprint = there.pop(document.number, None)
            if fingerprint is None:
                found.missing[kind].append(document.pk)
            elif fingerprint != document.fingerprint:
                found.stale[kind].append(document.pk)
    for kind, pk in records_of(there):
        if kind:
            found.surplus[kind].append(pk)
        else:
            found.is_beyond_mending = True
    return found


def mend(found: Difference) -> None:
    """Bring what is different to what the database says now. What the engine refuses waits in the outbox."""
    if found.is_beyond_mending:
        rebuild()
        return
    for kind, pks in _batches(found):
        indexing.bring(kind, pks)


def _batches(found: Difference) -> Iterator[tuple[str, list[int]]]:
    for kind in records():
        pks = [pk for kinds in (found.missing, found.stale, found.surplus) for pk in kinds.get(kind, ())]
        for at in range(0, len(pks), indexing.BATCH):
            yield kind, pks[at : at + indexing.BATCH]
