"""The directory: which agencies fit what a visitor asks, and how many would fit each further choice.

A few hundred agencies are a small table. Their facts are read whole, in a fixed number of queries, and chosen from
here; so every choice can say how many agencies it leads to, and a name is found by its pinyin initials on any database.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache

from django.core.paginator import Paginator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from pypinyin import Style, lazy_pinyin

from orgs.models.agency import Agency
from orgs.models.division import Division
from orgs.models.service import Service
from portal.bilingual import Text
from portal.models import Topic

ROWS_ON_A_PAGE = 20
LONGEST_QUESTION = 100
FACETS = {
    "service": Topic.Scheme.SERVICE,
    "population": Topic.Scheme.POPULATION,
    "method": Topic.Scheme.METHOD,
    "type": Topic.Scheme.ORGANISATION,
}


@dataclass
class Facts:
    """What is asked about one agency: names in lower case, codes of topics, codes of districts."""

    pk: int
    names: tuple[str, ...]
    seat: str
    type: set[str]
    service: set[str] = field(default_factory=set)
    population: set[str] = field(default_factory=set)
    method: set[str] = field(default_factory=set)
    areas: set[str] = field(default_factory=set)
    #: Which districts and which groups one and the same service joins: (district code, topic code).
    reach: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class Option:
    """One choice of a filter: its code, its words, how many agencies it leads to."""

    code: str
    name: Text
    count: int
    is_chosen: bool = False
    narrower: "list[Option]" = field(default_factory=list)


def read_facts(user) -> list[Facts]:
    """The facts of every agency this person may see, in the order of the names' pinyin."""
    agencies: dict[int, Facts] = {}
    columns = ("pk", "legal_name", "short_name", "name_en", "division__code", "org_type__code")
    for pk, *names, seat, kind in Agency.objects.visible_to(user).order_by().values_list(*columns):
        agencies[pk] = Facts(pk, tuple(name.lower() for name in names if name), seat or "", {kind})
    services: dict[int, tuple[int, dict[str, set[str]]]] = {}
    for pk, agency in (
        Service.objects.offered().filter(agency__in=list(agencies)).order_by().values_list("pk", "agency")
    ):
        services[pk] = (agency, defaultdict(set))
    for name, attribute in {
        "types": "service",
        "populations": "population",
        "methods": "method",
        "areas": "areas",
    }.items():
        through = Service._meta.get_field(name).remote_field.through
        target = "division" if name == "areas" else "topic"
        for service, code in through.objects.values_list("service", f"{target}__code"):
            if service in services:
                agency, codes = services[service]
                codes[attribute].add(code)
                getattr(agencies[agency], attribute).add(code)
    for agency, codes in services.values():
        facts = agencies[agency]
        for district in codes["areas"] or {facts.seat}:
            facts.reach |= {(district, population) for population in codes["population"]}
    return sorted(agencies.values(), key=lambda facts: (spelled(facts.names[0]), facts.pk))


@lru_cache(maxsize=20_000)
def spelled(name: str) -> tuple[str, ...]:
    """A name as syllables of pinyin; what is not Chinese stays as it is."""
    return tuple(lazy_pinyin(name))


@lru_cache(maxsize=20_000)
def initials(name: str) -> str:
    """The first letters: 东城同心 is dctx."""
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))


def is_named(facts: Facts, words: str) -> bool:
    """Whether a name of the agency contains the words: as written, as pinyin, or as pinyin initials."""
    words = " ".join(words.lower().split())
    close = words.replace(" ", "")
    return any(words in name for name in facts.names) or (
        close.isascii()
        and any(close in "".join(spelled(name)) or close in initials(name) for name in facts.names[:2])
    )


def is_within(code: str, wider: str) -> bool:
    """Whether a topic is the wider one or a narrower one of it: svc:education.2 is within svc:education."""
    return code == wider or code.startswith(f"{wider}.")


class Places:
    """Provinces and prefectures: the districts that can be chosen. Codes nest, so a stem stands for all below it."""

    def __init__(self):
        levels = (Division.Level.PROVINCE, Division.Level.PREFECTURE)
        self.by_stem = {place.stem: place for place in Division.objects.current().filter(level__in=levels)}

    def of(self, code: str) -> Division | None:
        """The prefecture of a district, or the province where there is none (Beijing)."""
        return self.by_stem.get(code[:4]) or self.by_stem.get(code[:2])

    def above(self, code: str) -> set[str]:
        """The stems of the districts that contain this one, itself included."""
        return {stem for stem in (code[:2], code[:4]) if stem in self.by_stem}


def stem_of(code: str) -> str:
    """What all districts within this one share: 44 for 440000, 4419 for 441900, 440306 for itself."""
    for length, zeros in ((2, "0000"), (4, "00")):
        if code[length:] == zeros:
            return code[:length]
    return code


def serves(facts: Facts, district: str) -> bool:
    """Whether the agency sits in the district, serves a part of it, or serves a wider area that contains it."""
    stem = stem_of(district)
    return facts.seat.startswith(stem) or any(
        area.startswith(stem) or stem.startswith(stem_of(area)) for area in facts.areas
    )


def fits(facts: Facts, chosen: dict[str, str], *, leaving_out: str = "") -> bool:
    """Whether the agency fits everything that was chosen, except one filter that is being counted."""
    for name, value in chosen.items():
        if name == leaving_out:
            continue
        if name == "q":
            if not is_named(facts, value):
                return False
        elif name == "district":
            if not serves(facts, value):
                return False
        elif not any(is_within(code, value) for code in getattr(facts, name)):
            return False
    return True


def read_choices(query, topics: dict[str, Topic]) -> dict[str, str]:
    """What the address of the page asks for. What it cannot mean is left out: an old link still shows a directory."""
    chosen = {
        name: query.get(name, "") for name in ("q", "service", "population", "method", "district", "type")
    }
    chosen["q"] = " ".join(chosen["q"].split())[:LONGEST_QUESTION]
    for name, scheme in FACETS.items():
        topic = topics.get(chosen[name])
        if topic is None or topic.scheme != scheme:
            chosen[name] = ""
    if not (
        chosen["district"].isascii()
        and chosen["district"].isdigit()
        and len(chosen["district"]) in (6, 9, 12)
    ):
        chosen["district"] = ""
    return {name: value for name, value in chosen.items() if value}


def topic_options(
    name: str, everything: list[Facts], chosen: dict[str, str], topics: dict[str, Topic]
) -> list[Option]:
    """The terms of one vocabulary that lead somewhere, in its own order, with the chosen one whatever it leads to."""
    counts: Counter[str] = Counter()
    for facts in everything:
        if fits(facts, chosen, leaving_out=name):
            counts.update({code.partition(".")[0] for code in getattr(facts, name)} | getattr(facts, name))
    value = chosen.get(name)
    return [
        Option(code, topic.name, counts[code], code == value)
        for code, topic in topics.items()
        if topic.scheme == FACETS[name] and (code == value or (counts[code] and "." not in code))
    ]


def district_options(everything: list[Facts], chosen: dict[str, str], places: Places) -> list[Option]:
    """Provinces with their prefectures, as far as agencies sit or serve there."""
    counts: Counter[str] = Counter()
    for facts in everything:
        if fits(facts, chosen, leaving_out="district"):
            codes = {facts.seat, *facts.areas}
            counts.update({stem for code in codes for stem in places.above(code)})
    value = stem_of(chosen.get("district", ""))
    provinces: dict[str, Option] = {}
    for stem in sorted(counts):
        place = places.by_stem[stem]
        option = Option(place.code, place.name, counts[stem], stem == value)
        if len(stem) == 2:
            provinces[stem] = option
        elif stem[:2] in provinces:
            provinces[stem[:2]].narrower.append(option)
        else:
            provinces[stem] = option
    return list(provinces.values())


def read_topics() -> dict[str, Topic]:
    """The terms in use, by code, in the order of their vocabularies."""
    return {topic.code: topic for topic in Topic.objects.filter(scheme__in=FACETS.values(), is_active=True)}


def finder(user) -> dict[str, list[Option]]:
    """The three choices of the sentence on the home page: where, for whom, what."""
    everything, topics = read_facts(user), read_topics()
    return {
        "districts": district_options(everything, {}, Places()),
        "populations": topic_options("population", everything, {}, topics),
        "services": topic_options("service", everything, {}, topics),
    }


def chips(chosen: dict[str, str], topics: dict[str, Topic], district: Division | None) -> list[dict]:
    """What was chosen, in words, each with the address of the directory without it."""
    words = {name: topics[value].name for name, value in chosen.items() if name in FACETS}
    if "q" in chosen:
        words["q"] = _("“%(words)s”") % {"words": chosen["q"]}
    if "district" in chosen:
        words["district"] = district.name if district else chosen["district"]
    return [
        {
            "words": words[name],
            "url": "?" + urlencode({other: value for other, value in chosen.items() if other != name}),
        }
        for name in chosen
    ]


def coverage(found: list[Facts], topics: dict[str, Topic], places: Places, chosen: dict[str, str]) -> dict:
    """How many of the found agencies serve which group in which district; an empty cell is a question to ask."""
    agencies: dict[tuple[str, str], set[int]] = defaultdict(set)
    for facts in found:
        for district, population in facts.reach:
            if place := places.of(district):
                agencies[population.partition(".")[0], place.stem].add(facts.pk)
    stems = sorted({stem for _population, stem in agencies})
    shown = [
        topic for code, topic in topics.items() if topic.scheme == Topic.Scheme.POPULATION and "." not in code
    ]
    kept = {name: value for name, value in chosen.items() if name not in ("population", "district")}
    return {
        "places": [places.by_stem[stem] for stem in stems],
        "rows": [
            {
                "population": topic,
                "cells": [
                    {
                        "count": len(agencies[topic.code, stem]),
                        "url": "?"
                        + urlencode(
                            {**kept, "population": topic.code, "district": places.by_stem[stem].code}
                        ),
                    }
                    for stem in stems
                ],
            }
            for topic in shown
        ],
    }


def context(query, user) -> dict:
    """Everything the directory's page shows for one address."""
    everything, topics, places = read_facts(user), read_topics(), Places()
    chosen = read_choices(query, topics)
    found = [facts for facts in everything if fits(facts, chosen)]
    district = None
    if "district" in chosen:
        district = Division.objects.current().filter(code=chosen["district"]).first()
    parts = {
        "chosen": chosen,
        "chips": chips(chosen, topics, district),
        "options": {
            **{name: topic_options(name, everything, chosen, topics) for name in FACETS},
            "district": district_options(everything, chosen, places),
        },
        "agency_count": len(found),
        "list_url": "?" + urlencode(chosen),
        "coverage_url": "?" + urlencode({**chosen, "view": "coverage"}),
    }
    if query.get("view") == "coverage":
        return {**parts, "coverage": coverage(found, topics, places, chosen)}
    page = Paginator([facts.pk for facts in found], ROWS_ON_A_PAGE).get_page(query.get("page"))
    rows = Agency.objects.visible_to(user).for_rows().in_bulk(list(page.object_list))
    return {
        **parts,
        "page_of_agencies": page,
        "agencies": [rows[pk] for pk in page.object_list if pk in rows],
    }
