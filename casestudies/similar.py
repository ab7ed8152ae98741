"""Case studies that are like another one: by what they are about, whom they serve, how, where, and by their words.

The search engine says which ones use the same words. When it is away the rest decides.
"""

from django.db.models import Case, Count, IntegerField, Prefetch, Q, Value, When
from django.utils.translation import override

from casestudies.models import CaseStudy
from orgs.models import Division
from portal.models import Topic
from portal.search import search

SHOWN = 4
#: What one shared term weighs: whom it is for says most, then what is done, then how.
WEIGHTS = {Topic.Scheme.POPULATION: 6, Topic.Scheme.SERVICE: 5, Topic.Scheme.METHOD: 3}
SAME_KIND, SAME_PROVINCE = 2, 1
#: The best hits of the engine weigh from 8 down to 1.
HITS = 8


def by_words(case: CaseStudy) -> dict[int, int]:
    """What the engine finds for title and keywords, with its weight. Empty while search is away."""
    words = " ".join([case.title, *map(str, case.keywords)])
    with override(case.language):
        hits = search(words, kinds=["case"], limit=HITS + 1).hits
    others = [hit.pk for hit in hits if hit.pk != case.pk][:HITS]
    return {pk: HITS - place for place, pk in enumerate(others)}


def similar_to(case: CaseStudy, topics: list[Topic]) -> list[CaseStudy]:
    """The published cases most like a case that is about `topics`, each with `.shared`: the topics they have in common.

    Two queries. Kind and province alone make nothing similar.
    """
    heard = by_words(case)
    of_scheme = {scheme: [t.pk for t in topics if t.scheme == scheme] for scheme in WEIGHTS}
    own = [pk for keys in of_scheme.values() for pk in keys]
    score = Value(0, output_field=IntegerField())
    for scheme, keys in of_scheme.items():
        if keys:
            shared = Count("topics", filter=Q(topics__in=keys), distinct=True)
            score = score + shared * Value(WEIGHTS[scheme])
    if heard:
        score = score + Case(
            *(When(pk=pk, then=Value(weight)) for pk, weight in heard.items()), default=Value(0)
        )
    score = score + Case(When(kind=case.kind, then=Value(SAME_KIND)), default=Value(0))
    if case.division_id:
        # Not by a join: PostgreSQL would ask for the division in the grouping.
        province = Division.objects.filter(code__startswith=case.division.code[:2])
        score = score + Case(When(division__in=province, then=Value(SAME_PROVINCE)), default=Value(0))
    tagged = CaseStudy.topics.through.objects.filter(topic__in=own).values("casestudy")
    found = (
        CaseStudy.objects.published()
        .filter(Q(pk__in=tagged) | Q(pk__in=list(heard)))
        .exclude(pk=case.pk)
        .annotate(likeness=score)
        .select_related("agency")
        .defer(*CaseStudy.SECTIONS)
        .prefetch_related(Prefetch("topics", Topic.objects.filter(pk__in=own)))
        .order_by("-likeness", "-first_published_at", "-pk")[:SHOWN]
    )
    cases = list(found)
    for one in cases:
        one.shared = list(one.topics.all())
    return cases


def beside(case: CaseStudy) -> dict:
    """`similar_cases`, for the reading page of a published case."""
    return {"similar_cases": similar_to(case, list(case.topics.all()))} if case.live else {}
