"""What the library finds: by the search engine, and by the database while that is away. Both give the same answer,
but for words: the database finds those that stand as they were typed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, ExtractYear

from casestudies.models import Adaptation, CaseStudy
from casestudies.usage import counting
from orgs.divisions import ended_within, stem_of
from orgs.models import Division
from portal.models import Topic
from portal.search import DEEPEST, Passage, Results, search

PAGE_SIZE = 20
WORDS_MAX = 8
VOCABULARIES = {
    "population": Topic.Scheme.POPULATION,
    "service": Topic.Scheme.SERVICE,
    "method": Topic.Scheme.METHOD,
}
#: What each filter of the library is called in the search.
FILTERS = {
    **{name: str(scheme.value) for name, scheme in VOCABULARIES.items()},
    "place": "division",
    "kind": "form",
    "evidence": "evidence",
    "year": "year",
}
BEST = "best"  # the order of those who asked for words
ORDERS = {
    "newest": ("-first_published_at", "-pk"),
    "evidence": ("-evidence_level", "-first_published_at", "-pk"),
    "read": ("-times_read", "-first_published_at", "-pk"),
    "adapted": ("-times_adapted", "-first_published_at", "-pk"),
}
SEARCHED = ("title", "title_en", "title_zh", "abstract", "abstract_en", "abstract_zh", *CaseStudy.SECTIONS)


@dataclass(frozen=True)
class Asked:
    """What the address of the library asks for; only what can be is in it."""

    words: str = ""
    #: By filter the values that were chosen, one of which a case must have: pop:children, 441900, project, 2, 2024.
    picked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: The places among them.
    divisions: tuple[Division, ...] = ()
    order: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.picked)

    def without(self, name: str) -> "Asked":
        return replace(
            self,
            picked={other: value for other, value in self.picked.items() if other != name},
            divisions=() if name == "place" else self.divisions,
        )


@dataclass(frozen=True)
class Answer:
    """One page of what was found, and how many cases each value of each filter would lead to."""

    total: int
    keys: list[int]
    passages: dict[int, Passage] = field(default_factory=dict)
    #: By filter and value; a place by its stem (44, 4419), a narrower term also under its broader one.
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    #: Whether words were looked for in the database only, because search is away.
    is_limited: bool = False


def find(asked: Asked, page: int) -> Answer:
    """A page of the cases that were asked for, counted from 1, with all counts."""
    facets = dict.fromkeys(FILTERS.values(), "")
    results = in_the_index(asked, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE, facets=facets)
    if results is None:
        return in_the_database(asked, page)
    counts = {name: results.facets.get(filter, {}) for name, filter in FILTERS.items()}
    for name, scheme in VOCABULARIES.items():
        counts[name] = {f"{scheme.value}:{value}": number for value, number in counts[name].items()}
    passages = {hit.pk: hit.passage for hit in results.hits} if asked.words else {}
    return Answer(results.total, [hit.pk for hit in results.hits], passages, counts)


def how_many(asked: Asked) -> int:
    """The number of cases that were asked for."""
    results = in_the_index(asked, limit=0)
    return fitting(asked).count() if results is None else results.total


def newest(asked: Asked):
    """The published cases that were asked for, of very many the newest; None when words must wait for the engine."""
    if not asked.words:
        return fitting(asked)
    results = in_the_index(replace(asked, order="newest"), limit=DEEPEST, with_passages=False)
    return results and CaseStudy.objects.published().filter(pk__in=[hit.pk for hit in results.hits])


def in_the_index(
    asked: Asked,
    *,
    limit: int,
    offset: int = 0,
    facets: Mapping[str, str] | None = None,
    with_passages: bool = True,
) -> Results | None:
    """What the search engine says, or None while it is away."""
    filters = {
        FILTERS[name]: [value.partition(":")[2] or value for value in values]
        for name, values in asked.picked.items()
    }
    if asked.divisions:
        filters["division"] = [division.stem for division in asked.divisions]
    results = search(
        asked.words,
        kinds=["case"],
        filters=filters,
        limit=limit,
        offset=offset,
        facets=facets,
        order="" if asked.order == BEST else asked.order,
        is_open=True,
        with_passages=with_passages,
    )
    return results if results.is_available else None


# -- While search is away ---------------------------------------------------------------------------------------------


def in_the_database(asked: Asked, page: int) -> Answer:
    cases = fitting(asked)
    order = asked.order if asked.order in ORDERS else "newest"
    start = (page - 1) * PAGE_SIZE
    ranked = used(cases, order).order_by(*ORDERS[order]).values_list("pk", flat=True)
    return Answer(
        total=cases.count(),
        keys=list(ranked[start : start + PAGE_SIZE]),
        counts={name: counted(name, fitting(asked.without(name))) for name in FILTERS},
        is_limited=bool(asked.words),
    )


def used(cases, order: str = ""):
    """The cases with how often they were read and adapted, or with the one by which they are ordered."""
    if order in ("", "read"):
        cases = counting.with_total(cases, counting.Kind.VIEW, name="times_read")
    if order in ("", "adapted"):
        public = Adaptation.objects.public().filter(of=OuterRef("pk")).order_by().values("of")
        number = Subquery(public.annotate(number=Count("pk")).values("number"))
        cases = cases.annotate(times_adapted=Coalesce(number, 0))
    return cases


def fitting(asked: Asked):
    """The published cases that meet all conditions, with every word somewhere."""
    cases = CaseStudy.objects.published()
    for name, values in asked.picked.items():
        cases = cases.filter(condition(name, values, asked.divisions))
    for word in asked.words.split()[:WORDS_MAX]:
        anywhere = Q()
        for searched in SEARCHED:
            anywhere |= Q(**{f"{searched}__icontains": word})
        cases = cases.filter(anywhere)
    return cases


def condition(name: str, values: tuple[str, ...], divisions: tuple[Division, ...]) -> Q:
    """That a case has one of these values."""
    if name in VOCABULARIES:
        tagged = CaseStudy.topics.through.objects.filter(
            Q(topic__code__in=values) | Q(topic__parent__code__in=values)
        )
        return Q(pk__in=tagged.values("casestudy"))
    if name == "place":
        inside = [
            Q(division__code__startswith=place.stem) | Q(division__in=ended_within(place))
            for place in divisions
        ]
        return reduce(or_, inside)
    field = {"kind": "kind", "evidence": "evidence_level", "year": "started_on__year"}[name]
    return Q(**{f"{field}__in": values})


def counted(name: str, cases) -> dict[str, int]:
    """The cases by the values of one filter."""
    cases = cases.order_by()
    if name in VOCABULARIES:
        tagged = CaseStudy.topics.through.objects.filter(
            casestudy__in=cases.values("pk"), topic__scheme=VOCABULARIES[name]
        ).order_by()
        broad = Coalesce("topic__parent__code", "topic__code")
        return {
            **dict(tagged.values_list("topic__code").annotate(number=Count("casestudy"))),
            **dict(
                tagged.annotate(broad=broad)
                .values_list("broad")
                .annotate(number=Count("casestudy", distinct=True))
            ),
        }
    if name == "place":
        sums: Counter[str] = Counter()
        places = cases.exclude(division=None).values_list("division__code")
        for code, number in places.annotate(number=Count("pk")):
            for place in {stem_of(code[:length]) for length in (2, 4, 6, 9, 12) if len(code) >= length}:
                sums[place] += number
        return dict(sums)
    by = {"kind": "kind", "evidence": "evidence_level", "year": "year"}[name]
    if name == "year":
        cases = cases.exclude(started_on=None).annotate(year=ExtractYear("started_on"))
    return {str(value): number for value, number in cases.values_list(by).annotate(number=Count("pk"))}
