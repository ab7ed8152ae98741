"""What happens on a day, for records of other apps that point at it by its public id alone.

A record app with such records has an `occasions.py` with `known`, `held_by` and `named`. What was shown there is told the
other way round: an app whose records point at occasions has an `occasion_page.py` with `shown_at(public_id)`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from uuid import UUID

from django.conf import settings

from portal.bilingual import Text


@dataclass(frozen=True)
class Occasion:
    """One that everybody may see. `agency_id` is the key of the agency that holds it and answers for it."""

    public_id: UUID
    title: Text
    url: str
    on: date | None
    agency_id: int


def modules(name: str) -> Iterator[ModuleType]:
    for app in settings.RECORD_APPS:
        if find_spec(f"{app}.{name}"):
            yield import_module(f"{app}.{name}")


def known(public_ids: Iterable[UUID]) -> dict[UUID, Occasion]:
    """Those of these that everybody may see now, by their public id. One query for each app that has occasions."""
    wanted = list(public_ids)
    if not wanted:
        return {}
    return {one.public_id: one for module in modules("occasions") for one in module.known(wanted)}


def held_by(agency_ids: Iterable[int], *, most: int) -> list[Occasion]:
    """What these agencies hold, the latest first."""
    keys = list(agency_ids)
    return [one for module in modules("occasions") for one in module.held_by(keys, most=most)][:most]


def named(words: str, *, most: int) -> list[Occasion]:
    """Those in whose title the words stand, the latest first."""
    return [one for module in modules("occasions") for one in module.named(words, most=most)][:most]


def shown_at(public_id: UUID) -> list:
    """The records of other apps that were shown there, for everybody to see."""
    return [row for module in modules("occasion_page") for row in module.shown_at(public_id)]
