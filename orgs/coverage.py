"""Who is reached where: districts across, groups (or services) down, and in each cell how many agencies say that they serve it.

`served`  at least one of them was confirmed in time, was checked by the portal, and serves this very district
`weak`    they were not confirmed in time or never checked, or serve it only as a part of a wider district
`gap`     agencies sit in the district or serve it, and none of them this group
`unknown` we know no agency there, so we cannot say

An entry that nobody has confirmed for eight months and more does not count at all (design: agencies, 9 and 10).
Agencies are counted, never people.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.divisions import stem_of, wider
from orgs.facts import TIERS, Snapshot, bits
from orgs.models import Division
from orgs.models.age import COUNTS_AS_COVERAGE, State
from portal.bilingual import Text
from portal.models import Topic

if TYPE_CHECKING:
    from orgs.directory import Choices, Found

CONFIRMED = TIERS[State.FRESH]
COUNTED = {TIERS[state] for state in COUNTS_AS_COVERAGE}
STATES = {
    "served": gettext_lazy("served"),
    "weak": gettext_lazy("weak"),
    "gap": gettext_lazy("gap"),
    "unknown": gettext_lazy("not known"),
}


#: How a number is written, so that the colour is not alone in saying what it means.
MARKS = {"served": "%d", "weak": "(%d)", "gap": "–", "unknown": "?"}
TABLES_KEPT = 40  # of one snapshot, for the districts that are looked at


@dataclass(frozen=True, slots=True)
class Cell:
    place: Division
    state: str
    count: int
    url: str  # of the agencies that serve it; in a gap, of the nearest that serve the same group; or empty
    mark: str
    label: str  # the mark, read aloud


@dataclass(frozen=True)
class Row:
    name: Text
    url: str
    cells: list[Cell]

    def in_words(self, names: dict[str, str]) -> list[tuple[str, str]]:
        """The same as text: each state that occurs, with the names of its districts (by code)."""
        said = []
        for state, words in STATES.items():
            places = [
                f"{names[cell.place.code]} ({cell.count})" if cell.count else names[cell.place.code]
                for cell in self.cells
                if cell.state == state
            ]
            if places:
                said.append((str(words), " · ".join(places)))
        return said


def table(found: "Found", choices: "Choices", topics: dict[str, Topic], places: list[Division]) -> dict:
    """The table for what was found: across are `places`, the parts of the chosen district."""
    snapshot = found.snapshot
    scheme, name = (
        (Topic.Scheme.SERVICE, "service")
        if choices.rows == "service"
        else (Topic.Scheme.POPULATION, "population")
    )
    places = places or [place for place in (choices.district,) if place]
    counted = found.but("district") & snapshot.in_tier(*COUNTED)
    strong = snapshot.in_tier(CONFIRMED) & snapshot.having("level", ["1"])
    direct, from_wider = reach(snapshot, tuple(place.stem for place in places))
    words = {state: str(said) for state, said in STATES.items()}
    known = {place.stem: snapshot.reaching(place.stem) & snapshot.in_tier(*COUNTED) for place in places}
    rows = []
    for code, topic in topics.items():
        if topic.scheme != scheme or "." in code:
            continue
        picked = {**choices.picked, name: (code,)}
        nearest = nearest_url(found, choices, name, code)
        cells = []
        before, after = address_around(choices, places, picked)
        for place in places:
            here = direct.get((place.stem, code), 0) & counted
            number = (here | from_wider.get((place.stem, code), 0) & counted).bit_count()
            if number:
                state = "served" if here & strong else "weak"
                mark, url = MARKS[state] % number, f"{before}{place.code}{after}"
            else:
                state = "gap" if known[place.stem] else "unknown"
                mark, url = MARKS[state], nearest
            label = f"{number} {words[state]}" if number else words[state]
            cells.append(Cell(place, state, number, url, mark, label))
        rows.append(Row(topic.name, choices.url(picked=picked), cells))
    names = {place.code: str(place.name) for place in places}
    return {
        "rows": rows,
        "in_words": [(row.name, row.in_words(names)) for row in rows],
        "places": [
            {"name": place.name, "url": choices.url(district=place) if has_parts(place) else ""}
            for place in places
        ],
        "wider": [
            {"name": place.name if place else _("All of China"), "url": choices.url(district=place)}
            for place in path_to(choices.district)
        ],
        "here": choices.district.name if choices.district else _("All of China"),
        "is_by_service": choices.rows == "service",
        "other_rows_url": choices.url(rows="" if choices.rows == "service" else "service"),
        "gap_count": sum(cell.state == "gap" for row in rows for cell in row.cells),
    }


def address_around(choices: "Choices", places: list[Division], picked: dict) -> tuple[str, str]:
    """The address of the list for a cell of this row: what stands before the code of the district, and what after it."""
    if not places:
        return "", ""
    url = choices.url(view="", rows="", district=places[0], picked=picked)
    before, code, after = url.partition(f"district={places[0].code}")
    return before + code[: len("district=")], after


def reach(snapshot: Snapshot, columns: tuple[str, ...]) -> tuple[dict, dict]:
    """For each column and topic the agencies that serve the district or a part of it, and those that serve a wider one.

    Of all agencies, so that it holds for every choice and is kept with the snapshot.
    """
    kept = snapshot.kept
    found = kept.get(columns)
    if found is None:  # two threads at once do the same work twice, and both are right
        found = read_reach(snapshot, columns)
        if len(kept) >= TABLES_KEPT:
            kept.clear()
        kept[columns] = found
    return found


def read_reach(snapshot: Snapshot, columns: tuple[str, ...]) -> tuple[dict, dict]:
    known_columns = set(columns)
    direct: dict[tuple[str, str], list[int]] = defaultdict(list)
    from_wider: dict[tuple[str, str], list[int]] = defaultdict(list)
    parts: dict[str, list[str]] = {}  # of a wider district, the columns that lie in it
    for stem in columns:
        for above in wider(stem)[:-1]:
            parts.setdefault(above, []).append(stem)
    inside: dict[str, str] = {}  # the column that an area lies in, or nothing
    for slot in snapshot.orders["zh"]:
        for area, topic in snapshot.facts[slot].reach:
            if area not in inside:
                inside[area] = next((stem for stem in wider(area) if stem in known_columns), "")
            if column := inside[area]:
                direct[column, topic].append(slot)
            for column in parts.get(area, ()):
                from_wider[column, topic].append(slot)
    return (
        {key: bits(slots) for key, slots in direct.items()},
        {key: bits(slots) for key, slots in from_wider.items()},
    )


def nearest_url(found: "Found", choices: "Choices", name: str, code: str) -> str:
    """The list of those who serve the group in the smallest district above that has any; empty when nobody does."""
    serving = found.but("district") & found.snapshot.having(name, [code])
    picked = {**choices.picked, name: (code,)}
    for place in (choices.district, *reversed(path_to(choices.district))):
        if serving & (found.snapshot.reaching(place.stem) if place else found.snapshot.everybody):
            return choices.url(view="", rows="", district=place, picked=picked)
    return ""


def path_to(district: Division | None) -> list[Division | None]:
    """What holds the district, from the country (None) down, without itself. Reads `parent`."""
    above: list[Division | None] = []
    place = district
    while place is not None:
        place = place.parent
        above.append(place)
    return above[::-1]


def has_parts(place: Division) -> bool:
    """Whether the table goes on below: provinces and prefectures have parts, counties and townships have none here."""
    return stem_of(place.code) != place.code
