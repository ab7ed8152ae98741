"""What can be asked about the listed agencies, kept ready in memory.

Each agency has a slot, and each answer ("serves children", "sits in or serves 4419") is one whole number with a bit for
each slot. Combining filters is `&` and `|`, counting is `bit_count`: every choice can say how many agencies it leads to.

A snapshot is kept while one cheap query says that no agency changed (`orgs/models/stamp.py`) and the day is the same.
After a change only the agencies with another stamp are read again. Drafts are never in it, so it is the same for every
reader and nothing in it depends on who asks.
"""

import threading
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db import connection
from django.db.models import Count, Sum
from django.utils import timezone
from pypinyin import Style, lazy_pinyin

from orgs.divisions import stem_of, successor_codes, wider
from orgs.models import Agency, Division, Service, Verification
from orgs.models.age import State, state_of
from portal.models import Topic

#: Relations of a service, with the names of their filters.
TERMS = {"types": "service", "populations": "population", "methods": "method", "languages": "language"}
#: The order of the list: never confirmed at the end, because nobody ever said that it is true.
TIERS = {
    State.FRESH: 0,
    State.DUE: 0,
    State.OVERDUE: 1,
    State.DELINQUENT: 2,
    State.DORMANT: 3,
    State.UNCONFIRMED: 4,
}
MANY = 500  # changed agencies; from here on reading all is quicker than naming them to the database


@dataclass(slots=True, frozen=True)
class Facts:
    """One agency. Nothing in it depends on the day, so it holds until the agency changes."""

    pk: int
    stamp: int
    names: tuple[str, ...]  # in lower case, as they are written
    sounds: tuple[str, ...]  # Chinese names as pinyin and as initials, without spaces
    spelling: tuple[str, ...]
    english: str
    confirmed_on: date | None
    checks: tuple[
        tuple[int, date], ...
    ]  # level of a verification, and the day from which it no longer counts
    keys: frozenset[
        tuple[str, str]
    ]  # what it is found by: ("population", "pop:children"), ("within", "4419")
    reach: frozenset[tuple[str, str]]  # what one and the same service joins: ("441900003", "pop:children")

    def tier(self, on: date) -> int:
        """Where it stands in the list: 0 confirmed, 1 overdue, 2 delinquent, 3 dormant, 4 never confirmed."""
        return TIERS[state_of(self.confirmed_on, on)]

    def keys_on(self, on: date) -> Iterator[tuple[str, str]]:
        """What it is found by on that day."""
        yield from self.keys
        yield "tier", str(self.tier(on))
        level = max((level for level, until in self.checks if until > on), default=0)
        yield from (("level", str(lower)) for lower in range(1, level + 1))


#: By the name in the language of the reader, or by the day of the last confirmation.
ORDERS: dict[str, Callable[[Facts, date], tuple]] = {
    "zh": lambda facts, on: (facts.tier(on), facts.spelling, facts.pk),
    "en": lambda facts, on: (facts.tier(on), facts.english, facts.pk),
    "confirmed": lambda facts, on: (-(facts.confirmed_on or date.min).toordinal(), facts.pk),
}


def sort_key(name: str, slots: list, on: date) -> Callable[[int], tuple]:
    order = ORDERS[name]
    return lambda slot: order(slots[slot], on)


class Snapshot:
    """All listed agencies at one moment. Never changed once made, so any number of threads read it.

    An agency keeps its slot from one snapshot to the next, so that a changed agency costs only its own bits.
    """

    def __init__(
        self,
        version: tuple,
        places: list[Division],
        slots: list[Facts | None],
        index: dict[tuple[str, str], int],
        orders: dict[str, list[int]],
    ):
        self.version = version
        self.places = {place.stem: place for place in places}
        self.facts, self.index, self.orders = slots, index, orders
        self.everybody = bits(orders["zh"])
        #: What was worked out from it and holds as long as it does; see `orgs/coverage.py`.
        self.kept: dict = {}

    @classmethod
    def of(cls, version: tuple, places: list[Division], everything: Iterable[Facts]) -> "Snapshot":
        """A snapshot from nothing."""
        slots = list(everything)
        having: dict[tuple[str, str], list[int]] = defaultdict(list)
        for slot, facts in enumerate(slots):
            for key in facts.keys_on(version[0]):
                having[key].append(slot)
        index = {key: bits(numbers) for key, numbers in having.items()}
        orders = {name: sorted(range(len(slots)), key=sort_key(name, slots, version[0])) for name in ORDERS}
        return cls(version, places, slots, index, orders)

    def after(
        self, version: tuple, places: list[Division], gone: set[int], fresh: Iterable[Facts]
    ) -> "Snapshot":
        """The next snapshot of the same day: without the agencies `gone` (primary keys), with the `fresh` facts."""
        on = version[0]
        slots, index = list(self.facts), dict(self.index)
        orders = {name: list(order) for name, order in self.orders.items()}
        slot_of = {facts.pk: slot for slot, facts in enumerate(slots) if facts}
        coming = {facts.pk: facts for facts in fresh}
        leaving = {slot_of[pk] for pk in (gone | coming.keys()) & slot_of.keys()}
        for slot in leaving:
            for key in slots[slot].keys_on(on):
                index[key] &= ~(1 << slot)
            slots[slot] = None
        for name, order in orders.items():
            orders[name] = [slot for slot in order if slot not in leaving] if leaving else order
        for pk, facts in coming.items():
            slot = slot_of.get(pk, len(slots))
            if slot == len(slots):
                slots.append(None)
            slots[slot] = facts
            for key in facts.keys_on(on):
                index[key] = index.get(key, 0) | 1 << slot
            for name, order in orders.items():
                insort(order, slot, key=sort_key(name, slots, on))
        return Snapshot(version, places, slots, {key: had for key, had in index.items() if had}, orders)

    def having(self, name: str, codes: Iterable[str]) -> int:
        """The agencies with one of these codes."""
        found = 0
        for code in codes:
            found |= self.index.get((name, code), 0)
        return found

    def reaching(self, stem: str) -> int:
        """The agencies that sit in the district, serve it or a part of it, or serve a wider one that holds it."""
        return self.having("within", [stem]) | self.having("area", wider(stem)[:-1])

    def in_tier(self, *tiers: int) -> int:
        return self.having("tier", map(str, tiers))

    def ordered(self, found: int, order: str) -> list[int]:
        """The slots of the found agencies, in one of the `orders`."""
        digits = bin(found)[:1:-1]
        size = len(digits)
        return [slot for slot in self.orders[order] if slot < size and digits[slot] == "1"]

    def slots_of(self, keys: Iterable[int]) -> list[int]:
        """The slots of the agencies with these primary keys, in their order; who is not listed has none."""
        if "slots" not in self.kept:
            self.kept["slots"] = {facts.pk: slot for slot, facts in enumerate(self.facts) if facts}
        slots = self.kept["slots"]
        return [slots[key] for key in keys if key in slots]

    def named(self, words: str) -> dict[int, int]:
        """The slots of agencies with these words in a name, and how well they fit: 0 the whole name … 3 by its sound."""
        words = " ".join(words.lower().split())
        close = words.replace(" ", "")
        by_sound = close.isascii()
        fits: dict[int, int] = {}
        for slot in self.orders["zh"]:
            facts = self.facts[slot]
            for name in facts.names:
                if words in name:
                    rank = 0 if words == name else 1 if name.startswith(words) else 2
                    fits[slot] = min(rank, fits.get(slot, rank))
            if by_sound and slot not in fits and any(close in sound for sound in facts.sounds):
                fits[slot] = 3
        return fits


def bits(numbers: list[int]) -> int:
    """A whole number with these bits set."""
    octets = bytearray((max(numbers, default=0) >> 3) + 1)
    for number in numbers:
        octets[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(octets, "little")


@lru_cache(maxsize=100_000)
def spelled(name: str) -> tuple[str, ...]:
    """A name as syllables of pinyin; what is not Chinese stays as it is."""
    return tuple(lazy_pinyin(name))


@lru_cache(maxsize=100_000)
def initials(name: str) -> str:
    """The first letters: 东城同心 is dctx."""
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))


_kept: Snapshot | None = None
_building = threading.Lock()


def current() -> Snapshot:
    """The snapshot of this moment, from memory while nothing changed. One query then; twelve at most after a change."""
    global _kept
    version = ask_version()
    if _kept is not None and _kept.version == version:
        return _kept
    with _building:
        # Who waited for another thread finds its work. The version is asked before anything is read: what commits in
        # between is then read too early, which the next request notices, and never too late.
        version = ask_version()
        if _kept is None or _kept.version != version:
            _kept = build(version, _kept)
        return _kept


def ask_version() -> tuple:
    """Today, how many agencies are listed, and the sum of their stamps: another one after every change."""
    known = Agency.objects.listed().order_by().aggregate(count=Count("pk"), stamps=Sum("stamp"))
    return timezone.localdate(), known["count"], int(known["stamps"] or 0)


def build(version: tuple, before: Snapshot | None = None) -> Snapshot:
    """A new snapshot. Of an earlier one of the same day only what changed is made anew."""
    stamps = dict(rows(Agency.objects.listed().values_list("pk", "stamp")))
    places = list(
        Division.objects.current().filter(level__in=(Division.Level.PROVINCE, Division.Level.PREFECTURE))
    )
    if before and before.version[0] == version[0]:
        known = {facts.pk: facts.stamp for facts in before.facts if facts}
        changed = {pk for pk, stamp in stamps.items() if known.get(pk) != stamp}
        empty = len(before.facts) - len(known)
        if len(changed) <= MANY and empty <= MANY:
            fresh = read(changed) if changed else ()
            return before.after(version, places, known.keys() - stamps.keys(), fresh)
    return Snapshot.of(version, places, read() if stamps else ())


def rows(queryset) -> Iterator[tuple]:
    """The rows of a `values_list` as the database gives them: a third of the time where nothing needs converting."""
    with connection.cursor() as cursor:
        cursor.execute(*queryset.order_by().query.sql_with_params())
        yield from cursor.fetchall()


def read(agencies: set[int] | None = None) -> Iterator[Facts]:
    """The facts of these listed agencies, or of all."""
    chosen = {} if agencies is None else {"pk__in": agencies}
    of_services = {"agency__status": Agency.Status.LISTED} if agencies is None else {"agency__in": agencies}
    topics = dict(Topic.objects.order_by().values_list("pk", "code"))
    found = Agency.objects.listed().filter(**chosen).order_by()
    basic = list(
        found.values_list(
            "pk", "stamp", "legal_name", "short_name", "name_en", "former_names", "org_type", "division",
            "division__code", "division__last_year", "migrant_focus", "confirmed_on",
        )
    )  # fmt: skip
    offered = Service.objects.offered().filter(**of_services)
    owner = dict(rows(offered.values_list("pk", "agency")))
    inside = {f"service__{key}": value for key, value in of_services.items()}
    codes: dict[str, dict[int, set[str]]] = {name: defaultdict(set) for name in (*TERMS.values(), "areas")}
    for relation, name in TERMS.items():
        through = Service._meta.get_field(relation).remote_field.through
        for service, topic in rows(through.objects.filter(**inside).values_list("service", "topic")):
            codes[name][service].add(topics[topic])
    seats = {row[0]: (row[7], row[8], row[9]) for row in basic if row[7]}
    areas = list(
        rows(
            Service.areas.through.objects.filter(**inside).values_list(
                "service", "division", "division__code", "division__last_year"
            )
        )
    )
    gone = {division for division, _code, last in seats.values() if last is not None}
    gone |= {division for _service, division, _code, last in areas if last is not None}
    ended = successor_codes(gone) if gone else {}

    def stems(division: int, code: str) -> set[str]:
        """The district of today that it is, or those that it became."""
        return {stem_of(each) for each in ended.get(division) or (code,)}

    for service, division, code, _last in areas:
        codes["areas"][service] |= stems(division, code)
    checks: dict[int, list[tuple[int, date]]] = defaultdict(list)
    for agency, level, until in (
        Verification.objects.settled()
        .filter(revoked_at=None, **of_services)
        .values_list("agency", "level", "expires_on")
        .order_by()
    ):
        checks[agency].append((level, until))
    services: dict[int, list[int]] = defaultdict(list)
    for service, agency in owner.items():
        services[agency].append(service)
    for pk, stamp, legal, short, english, former, kind, division, code, _last, focus, confirmed_on in basic:
        seat = stems(division, code) if division else set()
        keys = {("type", each) for each in with_wider(topics[kind])} | {("focus", focus)}
        keys |= {("within", each) for stem in seat for each in wider(stem)}
        reach: set[tuple[str, str]] = set()
        for service in services[pk]:
            for name in TERMS.values():
                keys |= {(name, each) for each_code in codes[name][service] for each in with_wider(each_code)}
            where = codes["areas"][service]
            keys |= {("area", stem) for stem in where}
            keys |= {("within", each) for stem in where for each in wider(stem)}
            what = {
                topic.partition(".")[0]
                for name in ("service", "population")
                for topic in codes[name][service]
            }
            reach |= {(stem, topic) for stem in where or seat for topic in what}
        written = [name for name in (legal, short, english, *former) if isinstance(name, str) and name]
        yield Facts(
            pk=pk,
            stamp=stamp,
            names=tuple(name.lower() for name in written),
            sounds=tuple(
                sound
                for name in written
                if not name.isascii()
                for sound in ("".join(spelled(name)).lower(), initials(name).lower())
            ),
            spelling=spelled(legal),
            english=(english or legal).lower(),
            confirmed_on=confirmed_on,
            checks=tuple(checks[pk]),
            keys=frozenset(keys),
            reach=frozenset(reach),
        )


def with_wider(code: str) -> tuple[str, ...]:
    """A topic and the wider one that holds it: svc:education.2 and svc:education."""
    head = code.partition(".")[0]
    return (code,) if head == code else (head, code)
