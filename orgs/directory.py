"""The directory: which listed agencies fit what a visitor asks, and how many would fit each further choice.

Within one filter any of the chosen values will do, between filters all must fit. What can be asked is in `orgs/facts.py`.
Drafts are not part of it: a member sees the own one above the list.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from orgs import coverage, directory_list, facts
from orgs.divisions import successors_of
from orgs.facts import Snapshot
from orgs.models import Agency, Division, Verification
from orgs.models.age import State
from portal import search
from portal.bilingual import Text
from portal.models import Topic
from portal.search import spelling

ROWS_ON_A_PAGE = 20
LONGEST_QUESTION = 100
MOST_VALUES = 30  # of one filter; a longer address was not made here
VIEWS = ("coverage", "print")
BY_NAME = 4  # what fits by a name has a lower rank

#: The filters by a vocabulary: name in the address, vocabulary, words above the choices.
VOCABULARIES = {
    "population": (Topic.Scheme.POPULATION, gettext_lazy("For whom")),
    "service": (Topic.Scheme.SERVICE, gettext_lazy("What")),
    "method": (Topic.Scheme.METHOD, gettext_lazy("How")),
    "language": (Topic.Scheme.LANGUAGE, gettext_lazy("Language or dialect")),
    "type": (Topic.Scheme.ORGANISATION, gettext_lazy("Kind of organisation")),
}


@dataclass(frozen=True)
class Choices:
    """What the address of a page asks for. `picked` is by filter; a `level` of 0 asks for no verification."""

    words: str = ""
    district: Division | None = None
    picked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    level: int = 0
    with_dormant: bool = False
    sort: str = ""
    view: str = ""
    rows: str = ""  # of the coverage table: populations, or services
    #: The division that the address names and that is no more, when `district` is what became of it.
    was: Division | None = None

    @property
    def is_words_alone(self) -> bool:
        """Whether words are asked for and no filter is set."""
        return bool(self.words) and not (self.district or self.level or any(self.picked.values()))

    def pairs(self) -> list[tuple[str, str]]:
        pairs = [("q", self.words), ("district", self.district.code if self.district else "")]
        pairs += [(name, code) for name, codes in self.picked.items() for code in codes]
        pairs += [
            ("level", str(self.level or "")),
            ("dormant", "1" if self.with_dormant else ""),
            ("sort", self.sort),
            ("view", self.view),
            ("rows", self.rows if self.view == "coverage" else ""),
        ]
        return [(name, value) for name, value in pairs if value]

    def url(self, **changes) -> str:
        """The address of the directory with these choices, some of them changed."""
        return "?" + urlencode(replace(self, **changes).pairs())

    def toggled(self, name: str, code: str) -> dict[str, tuple[str, ...]]:
        """`picked` with one value of one filter added, or taken away."""
        codes = self.picked.get(name, ())
        codes = tuple(each for each in codes if each != code) if code in codes else (*codes, code)
        return {**self.picked, name: codes}


@dataclass
class Option:
    """One choice of a filter: its code, its words, how many agencies it leads to, the address that chooses or drops it."""

    code: str
    name: Text | str
    count: int
    is_chosen: bool = False
    url: str = ""
    narrower: "list[Option]" = field(default_factory=list)

    @property
    def is_deep(self) -> bool:
        """Whether a district lies below a prefecture, and so is set in under it."""
        return not self.code.endswith("00")


@dataclass
class Facet:
    """A filter with its choices."""

    name: str
    title: str
    options: list[Option]

    @property
    def is_chosen(self) -> bool:
        return any(option.is_chosen for option in self.options)


class Found:
    """The agencies that fit the choices, as sets of bits; and those that fit all but one filter, for counting it."""

    def __init__(self, snapshot: Snapshot, choices: Choices, *, by_name_only: bool = False):
        self.snapshot = snapshot
        self.ranks: dict[int, int] = {}
        self.is_limited = False  # to names, because search is away
        sets: dict[str, int] = {}
        if choices.words:
            self.ranks = snapshot.named(choices.words)
            if not by_name_only:
                self.is_limited = not self.search(choices.words)
            sets["words"] = facts.bits(list(self.ranks)) if self.ranks else 0
        if choices.district:
            sets["district"] = snapshot.reaching(choices.district.stem)
        for name, codes in choices.picked.items():
            if codes:
                sets[name] = snapshot.having(name, codes)
        if choices.level:
            sets["level"] = snapshot.having("level", [str(choices.level)])
        self.sets = sets
        self.dormant = snapshot.in_tier(facts.TIERS[State.DORMANT])
        self.start = snapshot.everybody if choices.with_dormant else snapshot.everybody & ~self.dormant
        self.all = self.but("")
        self.dormant_count = (self.but("", start=self.dormant)).bit_count()

    def search(self, words: str) -> bool:
        """Put those that say the words of themselves after those that are called so. False while search is away."""
        keys = search.keys(words, "agency")
        for place, slot in enumerate(self.snapshot.slots_of(keys or ())):
            self.ranks.setdefault(slot, BY_NAME + place)
        return keys is not None

    def but(self, left_out: str, start: int | None = None) -> int:
        """The agencies that fit everything except one filter."""
        found = self.start if start is None else start
        for name, fitting in self.sets.items():
            if name != left_out:
                found &= fitting
        return found

    def ordered(self, sort: str) -> list[int]:
        """The slots in the order of the list: a name that was asked for comes by how well it fits."""
        by_name = "en" if (get_language() or "").startswith("en") else "zh"
        slots = self.snapshot.ordered(self.all, "confirmed" if sort == "confirmed" else by_name)
        if self.ranks and not sort:
            slots.sort(key=lambda slot: self.ranks[slot])
        return slots


def read_choices(query, topics: dict[str, Topic]) -> Choices:
    """What the address asks for. What it cannot mean is left out: an old link still shows a directory."""
    picked: dict[str, tuple[str, ...]] = {}
    for name, (scheme, _title) in VOCABULARIES.items():
        codes = dict.fromkeys(query.getlist(name)[:MOST_VALUES])
        picked[name] = tuple(code for code in codes if code in topics and topics[code].scheme == scheme)
    picked["focus"] = tuple(
        dict.fromkeys(code for code in query.getlist("focus")[:MOST_VALUES] if code in Agency.Focus.values)
    )
    level = query.get("level", "")
    district, was = read_district(query.get("district", ""))
    return Choices(
        words=" ".join(query.get("q", "").replace("\x00", " ").split())[:LONGEST_QUESTION],
        district=district,
        was=was,
        picked=picked,
        level=int(level) if level in map(str, Verification.Level.values) else 0,
        with_dormant=query.get("dormant") == "1",
        sort="confirmed" if query.get("sort") == "confirmed" else "",
        view=query.get("view", "") if query.get("view") in VIEWS else "",
        rows="service" if query.get("rows") == "service" else "",
    )


def read_district(code: str) -> tuple[Division | None, Division | None]:
    """The district in force with this code; or what became of it, and the one that is no more."""
    if not (code.isascii() and code.isdigit() and len(code) in (6, 9, 12)):
        return None, None
    same = list(Division.objects.filter(code=code).select_related("parent__parent").order_by("-first_year"))
    for division in same:
        if division.last_year is None:
            return division, None
    for division in same:
        if successors := successors_of(division):
            return successors[0], division
    return None, None


def read_topics() -> dict[str, Topic]:
    """The terms in use, by code, in the order of their vocabularies."""
    schemes = [scheme for scheme, _title in VOCABULARIES.values()]
    return {topic.code: topic for topic in Topic.objects.filter(scheme__in=schemes, is_active=True)}


def topic_options(name: str, found: Found, choices: Choices, topics: dict[str, Topic]) -> list[Option]:
    """The terms of one vocabulary that lead somewhere, in its own order; narrower ones below a term that is chosen."""
    scheme = VOCABULARIES[name][0]
    others, index = found.but(name), found.snapshot.index
    chosen = choices.picked.get(name, ())
    open_heads = {code.partition(".")[0] for code in chosen}
    options: dict[str, Option] = {}
    for code, topic in topics.items():
        head, _dot, rest = code.partition(".")
        if topic.scheme != scheme or (rest and head not in open_heads):
            continue
        count = (others & index.get((name, code), 0)).bit_count()
        if not count and code not in chosen:
            continue
        url = choices.url(picked=choices.toggled(name, code))
        option = Option(code, topic.name, count, code in chosen, url)
        if rest and head in options:
            options[head].narrower.append(option)
        else:
            options[code] = option
    return list(options.values())


def facets(found: Found, choices: Choices, topics: dict[str, Topic]) -> list[Facet]:
    """Every filter that offers a choice."""
    all_facets = [
        Facet(name, title, topic_options(name, found, choices, topics))
        for name, (_scheme, title) in VOCABULARIES.items()
    ]
    others = found.but("level")
    all_facets.append(
        Facet(
            "level",
            _("Checked by the portal, at least"),
            [
                Option(
                    str(level.value),
                    level.label,
                    count,
                    level == choices.level,
                    choices.url(level=0 if level == choices.level else level.value),
                )
                for level in Verification.Level
                if (count := (others & found.snapshot.having("level", [str(level.value)])).bit_count())
                or level == choices.level
            ],
        )
    )
    others, chosen = found.but("focus"), choices.picked.get("focus", ())
    all_facets.append(
        Facet(
            "focus",
            _("Focus on migrants"),
            [
                Option(
                    focus.value,
                    focus.label,
                    count,
                    focus.value in chosen,
                    choices.url(picked=choices.toggled("focus", focus.value)),
                )
                for focus in Agency.Focus
                if (count := (others & found.snapshot.having("focus", [focus.value])).bit_count())
                or focus.value in chosen
            ],
        )
    )
    return [facet for facet in all_facets if facet.options]


def district_options(
    found: Found, choices: Choices, narrower: Iterable[Division], *, is_open: bool = False
) -> list[Option]:
    """Provinces as far as agencies sit or serve there; below the chosen one its parts, down to what was chosen.

    `is_open`: every province with its prefectures. `narrower` are the parts of the chosen district.
    """
    others, index = found.but("district"), found.snapshot.index
    chosen = choices.district.stem if choices.district else ""
    stems = {
        stem: place
        for stem, place in found.snapshot.places.items()
        if len(stem) == 2 or is_open or (chosen and stem[:2] == chosen[:2])
    }
    if choices.district:
        stems |= {place.stem: place for place in (*narrower, choices.district)}
    provinces: dict[str, Option] = {}
    for stem, place in sorted(stems.items()):
        count = (others & index.get(("within", stem), 0)).bit_count()
        if not count and stem != chosen:
            continue
        option = Option(place.code, place.name, count, stem == chosen, choices.url(district=place))
        if stem[:2] in provinces:
            provinces[stem[:2]].narrower.append(option)
        else:
            provinces[stem[:2] if len(stem) == 2 else stem] = option
    return list(provinces.values())


def chips(choices: Choices, topics: dict[str, Topic]) -> list[dict]:
    """What was chosen, in words, each with the address of the directory without it."""
    chosen: list[tuple[str, dict]] = []
    if choices.words:
        chosen.append((_("“%(words)s”") % {"words": choices.words}, {"words": ""}))
    if choices.district:
        chosen.append((choices.district.full_name, {"district": None}))
    for name, codes in choices.picked.items():
        for code in codes:
            words = topics[code].name if code in topics else Agency.Focus(code).label
            chosen.append((words, {"picked": choices.toggled(name, code)}))
    if choices.level:
        words = _("At least: %(level)s") % {"level": Verification.Level(choices.level).label}
        chosen.append((words, {"level": 0}))
    if choices.with_dormant:
        chosen.append((_("With entries that nobody has confirmed for a year"), {"with_dormant": False}))
    return [{"words": words, "url": choices.url(**changes)} for words, changes in chosen]


def parts_of(district: Division | None) -> list[Division]:
    """The districts of the level below: provinces of the country, counties of a prefecture, townships where it has none."""
    places = Division.objects.current().select_related("parent")
    if district is None:
        return list(places.filter(level=Division.Level.PROVINCE))
    below = list(places.filter(parent=district))
    above_townships = [place for place in below if place.level != Division.Level.TOWNSHIP]
    return above_townships or below


def finder() -> dict[str, list[Option]]:
    """The three choices of the sentence on the home page: where, for whom, what."""
    topics, nothing = read_topics(), Choices()
    found = Found(facts.current(), nothing)
    return {
        "districts": district_options(found, nothing, (), is_open=True),
        "populations": topic_options("population", found, nothing, topics),
        "services": topic_options("service", found, nothing, topics),
    }


def named(words: str) -> list[int]:
    """The primary keys of the listed agencies with these words in a name, the best fit first; all without words."""
    found = Found(facts.current(), Choices(words=words, with_dormant=True), by_name_only=True)
    return [found.snapshot.facts[slot].pk for slot in found.ordered("")]


def found_in_order(query) -> list[int]:
    """The primary keys of all agencies that the address asks for, in the order of its list."""
    choices = read_choices(query, read_topics())
    found = Found(facts.current(), choices)
    return [found.snapshot.facts[slot].pk for slot in found.ordered(choices.sort)]


def own_drafts(user):
    """The agencies of this person that wait to be listed. Nobody else sees them, so they are in no number."""
    if not user.is_authenticated:
        return Agency.objects.none()
    own = user.memberships.active().values("agency")
    return Agency.objects.filter(pk__in=own, status=Agency.Status.DRAFT).for_rows()


def meant(choices: Choices, found: Found) -> str:
    """Other words to offer for those that found little, with the filters kept."""

    def visible(words: str) -> int:
        return Found(found.snapshot, replace(choices, words=words)).all.bit_count()

    return spelling.meant(choices.words, found.all.bit_count(), visible)


def context(query) -> dict:
    """Everything the directory's page shows everybody for one address."""
    topics = read_topics()
    choices = read_choices(query, topics)
    found = Found(facts.current(), choices)
    narrower = parts_of(choices.district) if choices.district or choices.view == "coverage" else []
    parts = {
        "choices": choices,
        "kept": [pair for pair in choices.pairs() if pair[0] not in ("q", "district")],
        "chips": chips(choices, topics),
        "nothing_chosen_url": Choices(view=choices.view, rows=choices.rows).url(),
        "facets": facets(found, choices, topics),
        "districts": district_options(found, choices, narrower),
        "is_limited": found.is_limited,
        "meant": "" if found.is_limited else meant(choices, found),
        "agency_count": found.all.bit_count(),
        "dormant_count": 0 if choices.with_dormant else found.dormant_count,
        "dormant_url": choices.url(with_dormant=True),
        "list_url": choices.url(view="", rows=""),
        "coverage_url": choices.url(view="coverage"),
        "print_url": choices.url(view="print", rows=""),
        "files": [
            {"words": words, "url": reverse("directory_file", args=[style]) + choices.url(view="", rows="")}
            for style, words in (("csv", _("As CSV")), ("xlsx", _("As an Excel table")))
        ],
        "sorts": [
            {"words": words, "url": choices.url(sort=sort), "is_chosen": choices.sort == sort}
            for sort, words in (
                ("", _("Best fit") if choices.words else _("By name")),
                ("confirmed", _("Recently confirmed")),
            )
        ],
    }
    if choices.view == "coverage":
        return {**parts, "coverage": coverage.table(found, choices, topics, narrower)}
    pks = [found.snapshot.facts[slot].pk for slot in found.ordered(choices.sort)]
    if choices.view == "print":
        return {**parts, **directory_list.context(pks)}
    page = Paginator(pks, ROWS_ON_A_PAGE).get_page(query.get("page"))
    shown = Agency.objects.listed().for_rows().in_bulk(list(page.object_list))
    return {
        **parts,
        "page_of_agencies": page,
        "agencies": [shown[pk] for pk in page.object_list if pk in shown],
    }
