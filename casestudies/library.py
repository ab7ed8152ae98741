"""The practice library: finding case studies by words and by what they are about, and counting what there is.

Every count is the number of cases one would see after choosing that value, with the other choices kept.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from casestudies import finding
from casestudies.finding import BEST, FILTERS, ORDERS, PAGE_SIZE, VOCABULARIES, Answer, Asked
from casestudies.models.casestudy import CaseStudy
from casestudies.review import mark
from orgs.divisions import stem_of, wider
from orgs.models import Division
from portal.models import Topic
from portal.search import DEEPEST, spelling

QUERY_MAX_CHARACTERS = 200
MOST_VALUES = 30  # of one filter; a longer address was not made here
WORDS_TRIED = 4  # of those that find nothing together


@dataclass(frozen=True)
class Option:
    """One value of a filter: its words, how many cases it leads to, the address that chooses or drops it."""

    value: str
    words: str
    count: int
    url: str
    is_chosen: bool
    narrower: "list[Option]" = field(default_factory=list)


@dataclass(frozen=True)
class Facet:
    name: str
    title: str
    options: list[Option]

    @cached_property
    def chosen(self) -> list[Option]:
        return _chosen(self.options)


def _chosen(options: list[Option]) -> list[Option]:
    return [each for option in options for each in ([option] * option.is_chosen + _chosen(option.narrower))]


def context(query) -> dict:
    """What the library shows everybody for the parameters of its address. Unknown and wrong values are as if not there.

    Beside every case stands a button that keeps it (`casestudies.keeping.keep_buttons`).
    """
    topics = terms()
    wanted = read(query, topics)
    answer, page = page_of(wanted, query.get("page", ""))
    page.object_list = rows(answer.keys, answer.passages)
    facets = [
        Facet(name, title_of(name), options_of(name, answer, wanted, query, topics)) for name in FILTERS
    ]
    chosen = [(facet, option) for facet in facets for option in facet.chosen]
    order = wanted.order if wanted.order != BEST or not answer.is_limited else "newest"
    return {
        "words": wanted.words,
        "sorts": sorts(wanted, answer, order, query),
        "facets": [facet for facet in facets if facet.options],
        "chosen": chosen,
        "kept": [
            *((name, value) for name, values in wanted.picked.items() for value in values),
            *([("sort", query["sort"])] if query.get("sort") in ORDERS else []),
        ],
        "cases": page,
        "total": answer.total,
        "is_limited": answer.is_limited,
        "meant": "" if answer.is_limited else meant(wanted, answer.total),
        "bars": bars(facets[list(FILTERS).index("year")].options),
        "is_narrowed": wanted.is_narrowed,
        "ways_out": []
        if answer.total
        else ways_out(wanted, [facet for facet in facets if facet.chosen], query),
        "query": urlencode(narrowing(wanted)),
        "kept_cases": (),
    }


# -- What the address asks for ----------------------------------------------------------------------------------------


def terms() -> dict[str, Topic]:
    """The terms of the vocabularies that cases are filed under, by code, the broader ones first."""
    found = Topic.objects.filter(scheme__in=VOCABULARIES.values()).order_by("position")
    return {topic.code: topic for topic in found}


def read(query, topics: dict[str, Topic]) -> Asked:
    """What the address asks for. What it cannot mean is left out: an old link still shows a library."""
    words = words_of(query)
    given = {name: query.getlist(name)[:MOST_VALUES] for name in FILTERS}
    divisions = chosen_divisions(given["place"])
    levels, years = ([number(text) for text in given[name]] for name in ("evidence", "year"))
    values = {
        **{
            name: [code for code in given[name] if code in topics and topics[code].scheme == scheme]
            for name, scheme in VOCABULARIES.items()
        },
        "place": [division.code for division in divisions],
        "kind": [kind for kind in given["kind"] if kind in CaseStudy.Kind.values],
        "evidence": [str(level) for level in levels if level in CaseStudy.Evidence.values],
        "year": [str(year) for year in years if year and 1900 < year < 2200],
    }
    picked = {name: tuple(sorted(set(values[name]))) for name in FILTERS if values[name]}
    order = query.get("sort") if query.get("sort") in ORDERS else (BEST if words else "newest")
    return Asked(words, picked, divisions, order)


def words_of(query) -> str:
    """The words that the address asks for."""
    return " ".join(query.get("q", "").replace("\x00", "").split())[:QUERY_MAX_CHARACTERS]


def asked(query) -> list[tuple[str, str]]:
    """The parameters of an address that narrow the library down, in one order: what there is to save of a search."""
    return narrowing(read(query, terms()))


def narrowing(wanted: Asked) -> list[tuple[str, str]]:
    words = [("q", wanted.words)] if wanted.words else []
    return words + [(name, value) for name, values in wanted.picked.items() for value in values]


def matches(query):
    """The published cases that answer the parameters of an address; None when they hold words and search is away.

    Of more than a search gives the newest ones.
    """
    return finding.newest(read(query, terms()))


def how_many(query) -> int:
    """The number of cases that answer the parameters of an address."""
    return finding.how_many(read(query, terms()))


def number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None


def chosen_divisions(codes: list[str]) -> tuple[Division, ...]:
    codes = [code[:12] for code in codes if code.isascii() and code.isdigit()]
    if not codes:
        return ()
    return tuple(Division.objects.current().filter(code__in=codes).select_related("parent").order_by("code"))


def toggled(name: str, value: str, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """The values of a filter with one more, or one less. A place or term takes the place of those above and below it:
    to find either would be to find the wider one.
    """
    if value in chosen:
        return tuple(each for each in chosen if each != value)

    def reach(value: str) -> str:
        return stem_of(value) if name == "place" else f"{value}."

    def holds(one: str, other: str) -> bool:
        return name in ("place", *VOCABULARIES) and reach(other).startswith(reach(one))

    return tuple(
        sorted([each for each in chosen if not (holds(each, value) or holds(value, each))] + [value])
    )


# -- What it shows ----------------------------------------------------------------------------------------------------


def page_of(wanted: Asked, text: str) -> tuple[Answer, Page]:
    """What is found, with the page asked for; the last one when there are not so many."""
    deepest = DEEPEST // PAGE_SIZE
    page = min(int(text), deepest) or 1 if text.isascii() and text.isdigit() and len(text) < 6 else 1
    answer = finding.find(wanted, page)
    shown = Paginator(range(min(answer.total, DEEPEST)), PAGE_SIZE).get_page(page)
    if shown.number != page:
        answer = finding.find(wanted, shown.number)
    return answer, shown


def rows(keys: list[int], passages: dict) -> list[CaseStudy]:
    """The cases of one page in its order, each with its `passage`, if words were asked for."""
    cases = CaseStudy.objects.published().for_rows().in_bulk(keys)
    marks = mark.marks_of(cases)
    for key, case in cases.items():
        case.passage, case.review_mark = passages.get(key), marks.get(key)
    return [cases[key] for key in keys if key in cases]


def meant(wanted: Asked, found: int) -> str:
    """Other words to offer for those that found little, with the filters kept."""

    def visible(words: str) -> int:
        keys = finding.find(replace(wanted, words=words), 1).keys
        return CaseStudy.objects.published().filter(pk__in=keys).count()

    return spelling.meant(wanted.words, found, visible)


def sorts(wanted: Asked, answer: Answer, order: str, query) -> list[dict]:
    """The orders to choose from, each with its address."""
    offered = [
        ("newest", _("Newest first")),
        ("evidence", _("Strongest evidence first")),
        ("adapted", _("Most adapted first")),
        ("read", _("Most read first")),
    ]
    if wanted.words and not answer.is_limited:
        offered.insert(0, (BEST, _("Best match first")))
    usual = offered[0][0]
    return [
        {
            "value": value,
            "words": words,
            "url": address(query, sort=None if value == usual else value),
            "is_chosen": value == order,
        }
        for value, words in offered
    ]


def title_of(name: str) -> str:
    return {
        "population": _("People served"),
        "service": _("Service"),
        "method": _("Method"),
        "place": _("Place"),
        "kind": _("Kind of case"),
        "evidence": _("Evidence"),
        "year": _("Year it began"),
    }[name]


def options_of(name: str, answer: Answer, wanted: Asked, query, topics: dict[str, Topic]) -> list[Option]:
    """The values of one filter that lead somewhere, and the chosen ones even if they lead nowhere."""
    counts, chosen = answer.counts.get(name, {}), wanted.picked.get(name, ())

    def option(value, words, count, narrower=()) -> Option:
        url = address(query, **{name: toggled(name, value, chosen)})
        return Option(value, words, count, url, value in chosen, list(narrower))

    if name in VOCABULARIES:
        return topic_options(VOCABULARIES[name], counts, chosen, topics, option)
    if name == "place":
        return place_options(counts, wanted.divisions, option)
    if name == "year":
        years = sorted(set(counts) | set(chosen), reverse=True)
        return [option(year, year, counts.get(year, 0)) for year in years]
    choices = CaseStudy.Kind.choices if name == "kind" else CaseStudy.Evidence.choices
    return [
        option(str(value), words, counts.get(str(value), 0))
        for value, words in choices
        if str(value) in counts or str(value) in chosen
    ]


def topic_options(
    scheme: str, counts: dict, chosen: tuple[str, ...], topics: dict[str, Topic], option
) -> list[Option]:
    """The broad terms of a vocabulary, and below those that are chosen their narrower ones."""
    open_heads = {code.partition(".")[0] for code in chosen}
    shown = [
        topic
        for code, topic in topics.items()
        if topic.scheme == scheme and (counts.get(code) or code in chosen or code in open_heads)
    ]
    narrower = defaultdict(list)
    for topic in shown:
        head, dot, _rest = topic.code.partition(".")
        if dot and head in open_heads:
            narrower[head].append(option(topic.code, topic.name, counts.get(topic.code, 0)))
    return [
        option(topic.code, topic.name, counts.get(topic.code, 0), narrower[topic.code])
        for topic in shown
        if "." not in topic.code
    ]


def place_options(counts: dict[str, int], divisions: tuple[Division, ...], option) -> list[Option]:
    """Provinces; below the chosen places, and below those that hold them, their parts. Two queries at most."""
    path = {stem for division in divisions for stem in wider(division.stem)}
    provinces = {stem[:2] for stem in path}
    stems = {stem for stem in counts if len(stem) == 2 or stem[:2] in provinces} | path
    codes = {stem.ljust(6, "0") for stem in stems if stem == stem_of(stem.ljust(6, "0"))}
    places = {place.stem: place for place in Division.objects.current().filter(code__in=codes)}

    def parts(above: str) -> list[Option]:
        """The places right below one; a municipality has no prefectures in between."""
        below = sorted(stem for stem in places if stem != above and stem.startswith(above))
        direct = [stem for stem in below if not any(stem != o and stem.startswith(o) for o in below)]
        return [
            option(
                places[stem].code,
                places[stem].name,
                counts.get(stem, 0),
                parts(stem) if stem in path else (),
            )
            for stem in direct
        ]

    return parts("")


def ways_out(wanted: Asked, chosen: list[Facet], query) -> list[dict]:
    """When nothing fits: what to leave out, with what one would find then, the most first. One question for each."""
    if not wanted.is_narrowed:
        return []
    ways = [
        (
            _("without “%(filter)s: %(value)s”")
            % {"filter": facet.title, "value": " / ".join(str(option.words) for option in facet.chosen)},
            wanted.without(facet.name),
            {facet.name: None},
        )
        for facet in chosen
    ]
    if len(chosen) > 1:
        ways.append((_("without filters"), replace(wanted, picked={}, divisions=()), dict.fromkeys(FILTERS)))
    if wanted.words and wanted.picked:
        ways.append((_("without the words"), replace(wanted, words=""), {"q": None}))
    words = wanted.words.split()
    if len(words) > 1:
        ways += [
            (_("only “%(word)s”") % {"word": word}, replace(wanted, words=word), {"q": word})
            for word in words[:WORDS_TRIED]
        ]
    found = [
        {"words": words, "count": count, "url": address(query, **changes)}
        for words, narrowed, changes in ways
        if (count := finding.how_many(narrowed))
    ]
    return sorted(found, key=lambda way: -way["count"])


def address(query, **changes) -> str:
    """The library's address with some parameters set, to one value or several, or dropped when there is none.

    A choice begins at the first page.
    """
    query = query.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query.setlist(name, value if isinstance(value, tuple) else [value])
    return f"?{query.urlencode()}"


def bars(years: list[Option]) -> list[dict]:
    """The chart by year: for each year between the first and the last a bar in a box of 100 by 60."""
    options = {int(option.value): option for option in years if option.count}
    if len(options) < 2:
        return []
    span = range(min(options), max(options) + 1)
    tallest = max(option.count for option in options.values())
    width = 100 / len(span)
    drawn = []
    for position, year in enumerate(span):
        option = options.get(year)
        height = 56 * option.count / tallest if option else 0
        drawn.append(
            {
                "year": year,
                "count": option.count if option else 0,
                "url": option.url if option else "",
                "is_chosen": bool(option and option.is_chosen),
                "x": f"{position * width + width * 0.15:.2f}",
                "width": f"{width * 0.7:.2f}",
                "y": f"{60 - height:.2f}",
                "height": f"{height:.2f}",
            }
        )
    return drawn
