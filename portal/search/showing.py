"""Found records as people may see them: fetched again from what is public, so that nothing stale is ever shown."""

from dataclasses import dataclass

from django.db.models import Model

from portal.search import Hit, Results
from portal.search.document import records
from portal.search.passages import Passage


@dataclass(frozen=True)
class Shown:
    kind: str
    record: Model
    passage: Passage
    template: str


def show(results: Results) -> list[Shown]:
    """The hits in their order, without those that are no longer public. One fetch for each kind of record."""
    fetched = {}
    for kind in {hit.kind for hit in results.hits} & records().keys():
        pks = [hit.pk for hit in results.hits if hit.kind == kind]
        fetched |= {(kind, record.pk): record for record in records()[kind].public().filter(pk__in=pks)}
    return [_shown(hit, fetched[hit.kind, hit.pk]) for hit in results.hits if (hit.kind, hit.pk) in fetched]


def _shown(hit: Hit, record: Model) -> Shown:
    return Shown(hit.kind, record, hit.passage, records()[hit.kind].template)
