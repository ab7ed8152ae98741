"""Case studies that are like another one: by what they are about, whom they serve, how, where, and by their words.

The search engine says which ones use the same words. When it is away the rest decides.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from heapq import nlargest

from django.core.cache import cache
from django.utils.translation import override

from casestudies.models import CaseStudy
from portal.models import Topic
from portal.search import search

SHOWN = 4
SPARE = 2  # take the place of what is withdrawn meanwhile
KEPT_FOR = 600  # seconds until a new case is found beside the others
#: What one shared term weighs: whom it is for says most, then what is done, then how.
WEIGHTS = {Topic.Scheme.POPULATION: 6, Topic.Scheme.SERVICE: 5, Topic.Scheme.METHOD: 3}
SAME_KIND, SAME_PROVINCE = 2, 1
#: The best hits of the engine weigh from 8 down to 1.
HITS = 8
MOST = 500  # cases that are looked at more closely; of more that are equally near the newer ones
NEVER = datetime.min.replace(tzinfo=UTC)


def by_words(case: CaseStudy) -> dict[int, int]:
    """What the engine finds for title and keywords, with its weight. Empty while search is away."""
    words = " ".join([case.title, *map(str, case.keywords)])
    with override(case.language):
        hits = search(words, kinds=["case"], limit=HITS + 1).hits
    others = [hit.pk for hit in hits if hit.pk != case.pk][:HITS]
    return {pk: HITS - place for place, pk in enumerate(others)}


def similar_to(case: CaseStudy, topics: list[Topic]) -> list[CaseStudy]:
    """The published cases most like a case that is about `topics`, each with `.shared`: the topics they have in common.

    Which ones they are may be some minutes old. What they say, and that they are still published, is read anew.
    """
    about = sorted(topic.pk for topic in topics if topic.scheme in WEIGHTS)
    key = f"similar.{case.pk}.{case.last_published_at}.{about}".replace(" ", "")
    nearest = cache.get(key)
    if nearest is None:
        nearest = rank(case, topics)
        cache.set(key, nearest, KEPT_FOR)
    found = CaseStudy.objects.published().select_related("agency").defer(*CaseStudy.SECTIONS).in_bulk(nearest)
    for pk, one in found.items():
        one.shared = [topic for topic in topics if topic.pk in nearest[pk]]
    return [found[pk] for pk in nearest if pk in found][:SHOWN]


def rank(case: CaseStudy, topics: list[Topic]) -> dict[int, set[int]]:
    """The keys of the cases most like this one, the nearest first, each with the topics that they share.

    Two queries: who shares a topic, and what decides between those. Kind and province alone make nothing similar.
    """
    weights = {topic.pk: WEIGHTS[topic.scheme] for topic in topics if topic.scheme in WEIGHTS}
    tags = CaseStudy.topics.through.objects.filter(
        topic__in=weights, casestudy__in=CaseStudy.objects.published()
    )
    shared: dict[int, set[int]] = defaultdict(set)
    for pk, topic in tags.values_list("casestudy", "topic"):
        shared[pk].add(topic)
    likeness = Counter({pk: sum(map(weights.__getitem__, common)) for pk, common in shared.items()})
    likeness.update(by_words(case))
    del likeness[case.pk]

    province = case.division.code[:2] if case.division_id else None
    facts = CaseStudy.objects.published().filter(pk__in=candidates(likeness, shared))
    ranked = []
    for pk, kind, place, published_at in facts.values_list(
        "pk", "kind", "division__code", "first_published_at"
    ):
        score = likeness[pk] + SAME_KIND * (kind == case.kind)
        if province and place and place.startswith(province):
            score += SAME_PROVINCE
        ranked.append((score, published_at or NEVER, pk))
    return {pk: shared[pk] for *_score, pk in nlargest(SHOWN + SPARE, ranked)}


def candidates(likeness: Counter[int], published: Iterable[int]) -> list[int]:
    """Those that kind and province may still bring among the first; what only the engine knows may not be published."""
    best = nlargest(SHOWN + SPARE, (likeness[pk] for pk in published if pk in likeness))
    least = best[-1] - SAME_KIND - SAME_PROVINCE if len(best) == SHOWN + SPARE else 0
    return nlargest(
        MOST, (pk for pk, score in likeness.items() if score >= least), key=lambda pk: (likeness[pk], pk)
    )


def beside(case: CaseStudy) -> dict:
    """`similar_cases`, for the reading page of a published case."""
    return {"similar_cases": similar_to(case, list(case.topics.all()))} if case.live else {}
