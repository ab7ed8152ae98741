"""The practice library: finding case studies by words and by what they are about, and counting what there is.

Every count is the number of cases one would see after choosing that value, with the other choices kept.
"""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.db.models.functions import Coalesce, ExtractYear, Substr
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from casestudies import counting, reading_list, review_mark
from casestudies.models.casestudy import CaseStudy
from orgs.divisions import ended_within
from orgs.models import Division
from portal.models import Topic
from portal.search import DEEPEST, search

PAGE_SIZE = 20
WORDS_MAX = 8
QUERY_MAX_CHARACTERS = 200
SORTS = {
    "newest": ("-first_published_at", "-pk"),
    "evidence": ("-evidence_level", "-first_published_at", "-pk"),
    "read": ("-total", "-first_published_at", "-pk"),
    "adapted": ("-total", "-first_published_at", "-pk"),
}
#: What the cases are counted by when they are sorted by their use.
USES = {"read": counting.Kind.VIEW, "adapted": counting.Kind.ADAPTATION}
SEARCHED = ("title", "title_en", "title_zh", "abstract", "abstract_en", "abstract_zh", *CaseStudy.SECTIONS)
TOPIC_FACETS = {
    "population": Topic.Scheme.POPULATION,
    "service": Topic.Scheme.SERVICE,
    "method": Topic.Scheme.METHOD,
}
FACETS = (*TOPIC_FACETS, "place", "kind", "evidence", "year")


@dataclass(frozen=True)
class Option:
    """One value of a filter: its words, how many cases it leads to, the address that chooses or drops it."""

    value: str
    words: str
    count: int
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    title: str
    options: list[Option]

    @property
    def chosen(self) -> Option | None:
        return next((option for option in self.options if option.is_chosen), None)


def context(query, user) -> dict:
    """What the library page shows for the parameters of its address. Unknown and wrong values are as if not there."""
    words = words_of(query)
    passages = passages_for(words) if words else None
    published = CaseStudy.objects.published()
    if passages is not None:
        published = published.filter(pk__in=passages)
    elif words:
        published = matching(published, words)
    usual = "newest" if passages is None else "best"
    sort = query.get("sort") if query.get("sort") in SORTS else usual
    division = chosen_division(query.get("place", ""))
    conditions = conditions_of(query, division)
    found = narrowed(published, conditions)
    facets = [
        Facet(name, title_of(name), options_of(name, published, conditions, query, division))
        for name in FACETS
    ]
    if sort == "best":
        keys = set(found.values_list("pk", flat=True))
        ranked = [pk for pk in passages if pk in keys]
    else:
        if sort in USES:
            found = counting.with_total(found, USES[sort])
        ranked = found.order_by(*SORTS[sort]).values_list("pk", flat=True)
    page = Paginator(ranked, PAGE_SIZE).get_page(query.get("page"))
    page.object_list = rows(list(page.object_list), passages or {})
    years = facets[FACETS.index("year")].options
    return {
        "words": words,
        "sort": sort,
        "sorts": [
            *(
                [
                    {
                        "value": "best",
                        "words": _("Best match first"),
                        "url": address(query, sort=None),
                        "is_chosen": sort == "best",
                    }
                ]
                if usual == "best"
                else []
            ),
            {
                "value": "newest",
                "words": _("Newest first"),
                "url": address(query, sort="newest"),
                "is_chosen": sort == "newest",
            },
            {
                "value": "evidence",
                "words": _("Strongest evidence first"),
                "url": address(query, sort="evidence"),
                "is_chosen": sort == "evidence",
            },
            {
                "value": "read",
                "words": _("Most read first"),
                "url": address(query, sort="read"),
                "is_chosen": sort == "read",
            },
        ],
        "facets": [facet for facet in facets if facet.options],
        "chosen": [(facet, facet.chosen) for facet in facets if facet.chosen],
        "kept": [
            (name, query.get(name))
            for name in (*FACETS, "sort")
            if query.get(name) and "\x00" not in query.get(name)
        ],
        "cases": page,
        "bars": bars(years),
        "is_narrowed": bool(words or conditions),
        "query": urlencode(asked(query)),
        "kept_cases": reading_list.kept_by(user, [case.pk for case in page.object_list]),
    }


def words_of(query) -> str:
    """The words that the address asks for."""
    return " ".join(query.get("q", "").replace("\x00", "").split())[:QUERY_MAX_CHARACTERS]


def asked(query) -> dict[str, str]:
    """The parameters of an address that narrow the library down, in one order: what there is to save of a search."""
    known = conditions_of(query, chosen_division(query.get("place", "")))
    words = words_of(query)
    return {**({"q": words} if words else {}), **{name: query[name] for name in FACETS if name in known}}


def matches(query):
    """The published cases that answer the parameters of an address; None when they hold words and search is away."""
    cases = CaseStudy.objects.published()
    if words := words_of(query):
        passages = passages_for(words)
        if passages is None:
            return None
        cases = cases.filter(pk__in=passages)
    return narrowed(cases, conditions_of(query, chosen_division(query.get("place", ""))))


def passages_for(words: str) -> dict | None:
    """The cases that answer the words, the best first, each with the passage that matched; None while search is away."""
    results = search(words, kinds=["case"], limit=DEEPEST)
    return {hit.pk: hit.passage for hit in results.hits} if results.is_available else None


def rows(keys: list[int], passages: dict) -> list[CaseStudy]:
    """The cases of one page in its order, each with its `passage`, if words were asked for."""
    cases = CaseStudy.objects.published().for_rows().in_bulk(keys)
    marks = review_mark.marks_of(cases)
    for key, case in cases.items():
        case.passage, case.review_mark = passages.get(key), marks.get(key)
    return [cases[key] for key in keys if key in cases]


def matching(cases, words: str):
    """While search is away: the cases in which every one of the words stands somewhere."""
    for word in words.split()[:WORDS_MAX]:
        anywhere = Q()
        for field in SEARCHED:
            anywhere |= Q(**{f"{field}__icontains": word})
        cases = cases.filter(anywhere)
    return cases


def conditions_of(query, division: Division | None) -> dict[str, Q]:
    """What each filter of the address asks for; a value that cannot be is left out."""
    conditions = {}
    for name in TOPIC_FACETS:
        if (code := query.get(name, "")) and "\x00" not in code:
            tagged = CaseStudy.topics.through.objects.filter(
                Q(topic__code=code) | Q(topic__parent__code=code)
            )
            conditions[name] = Q(pk__in=tagged.values("casestudy"))
    if division:
        conditions["place"] = Q(division__code__startswith=division.stem) | Q(
            division__in=ended_within(division)
        )
    if query.get("kind") in CaseStudy.Kind.values:
        conditions["kind"] = Q(kind=query["kind"])
    if (level := number(query.get("evidence", ""))) in CaseStudy.Evidence.values:
        conditions["evidence"] = Q(evidence_level=level)
    if (year := number(query.get("year", ""))) and 1900 < year < 2200:
        conditions["year"] = Q(started_on__year=year)
    return conditions


def number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None


def chosen_division(code: str) -> Division | None:
    if not (code.isascii() and code.isdigit()):
        return None
    return Division.objects.current().filter(code=code[:12]).select_related("parent").first()


def narrowed(cases, conditions: dict[str, Q], *, but: str = ""):
    """The cases that meet all conditions, but for one filter's own."""
    for name, condition in conditions.items():
        if name != but:
            cases = cases.filter(condition)
    return cases


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


def options_of(name: str, published, conditions: dict, query, division) -> list[Option]:
    """The values of one filter that lead somewhere, and the chosen one even if it leads nowhere. One or two queries."""
    cases = narrowed(published, conditions, but=name)
    chosen = query.get(name, "") if name in conditions else ""

    def option(value, words, count) -> Option:
        value = str(value)
        is_chosen = value == chosen
        return Option(value, words, count, address(query, **{name: None if is_chosen else value}), is_chosen)

    if name in TOPIC_FACETS:
        return topic_options(TOPIC_FACETS[name], cases, chosen, option)
    if name == "place":
        return place_options(cases, division, option)
    field = {"kind": "kind", "evidence": "evidence_level"}.get(name)
    if field:
        counts = dict(cases.order_by().values_list(field).annotate(count=Count("pk", distinct=True)))
        choices = CaseStudy.Kind.choices if name == "kind" else CaseStudy.Evidence.choices
        return [
            option(value, words, counts.get(value, 0))
            for value, words in choices
            if value in counts or str(value) == chosen
        ]
    counts = (
        cases.filter(started_on__isnull=False)
        .order_by()
        .annotate(year=ExtractYear("started_on"))
        .values_list("year")
        .annotate(count=Count("pk", distinct=True))
    )
    return [option(year, str(year), count) for year, count in sorted(counts, reverse=True)]


def topic_options(scheme: str, cases, chosen: str, option) -> list[Option]:
    """The broad terms of a vocabulary; what is filed under a narrower term counts for its broader one."""
    counts = dict(
        CaseStudy.topics.through.objects.filter(
            casestudy__in=cases.order_by().values("pk"), topic__scheme=scheme
        )
        .annotate(broad=Coalesce("topic__parent", "topic"))
        .order_by()
        .values_list("broad")
        .annotate(count=Count("casestudy", distinct=True))
    )
    terms = Topic.objects.filter(Q(pk__in=counts) | Q(code=chosen)).order_by("position")
    return [
        option(term.code, term.name, counts.get(term.pk, 0))
        for term in terms
        if term.pk in counts or term.code == chosen
    ]


def place_options(cases, division: Division | None, option) -> list[Option]:
    """Provinces; with one chosen, the prefectures in it too."""
    counts: dict[str, int] = {}
    for length, zeros in ((2, "0000"), (4, "00")):
        if length == 4 and division is None:
            continue
        rows = (
            cases.filter(division__isnull=False)
            .order_by()
            .annotate(stem=Substr("division__code", 1, length))
            .values_list("stem")
            .annotate(count=Count("pk", distinct=True))
        )
        for stem, count in rows:
            if length == 2 or stem.startswith(division.code[:2]):
                counts.setdefault(stem + zeros, count)
    codes = {*counts, division.code} if division else set(counts)
    found = Division.objects.current().filter(code__in=codes).order_by("code")
    return [option(place.code, place.name, counts.get(place.code, 0)) for place in found]


def address(query, **changes) -> str:
    """The library's address with some parameters set or, when None, dropped. A choice begins at the first page."""
    query = query.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"


def bars(years: list[Option]) -> list[dict]:
    """The chart by year: for each year between the first and the last a bar in a box of 100 by 60."""
    counts = {int(option.value): option for option in years if option.count}
    if len(counts) < 2:
        return []
    span = range(min(counts), max(counts) + 1)
    tallest = max(option.count for option in counts.values())
    width = 100 / len(span)
    return [
        {
            "year": year,
            "count": counts[year].count if year in counts else 0,
            "url": counts[year].url if year in counts else "",
            "x": f"{position * width + width * 0.15:.2f}",
            "width": f"{width * 0.7:.2f}",
            "y": f"{60 - (height := 56 * counts[year].count / tallest if year in counts else 0):.2f}",
            "height": f"{height:.2f}",
        }
        for position, year in enumerate(span)
    ]
