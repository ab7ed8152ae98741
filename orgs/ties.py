"""What agencies did together, told by the records themselves. Nobody proposes a tie and nobody confirms it: it has evidence.

Every record app has a module `ties` with `ties(agency)`; only what everybody may read is evidence.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import import_module

from django.conf import settings
from django.utils.functional import Promise

from orgs.models import Agency


@dataclass(frozen=True)
class TieKind:
    """A way of having worked together. `dash` is its pattern in the picture, as in SVG's stroke-dasharray."""

    code: str
    name: str | Promise
    dash: str

    def __hash__(self):
        return hash(self.code)


@dataclass(frozen=True)
class Tie:
    """One piece of evidence: these agencies (primary keys, each once) did this together."""

    kind: TieKind
    agencies: tuple[int, ...]
    title: str
    on: date
    url: str


def all_ties(agency: Agency | None = None) -> Iterator[Tie]:
    """What the records of all apps tell; of one agency, or of everybody."""
    for app in settings.RECORD_APPS:
        yield from import_module(f"{app}.ties").ties(agency)


def ties(agency: Agency | None = None) -> Iterable[Tie]:
    """This app's own records are partnerships. Those are confirmed, so they are no ties."""
    return ()
