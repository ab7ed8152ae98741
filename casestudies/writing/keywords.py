"""Keywords that a writer may have forgotten: what the chosen topics are called, and other words for the same."""

import re
from functools import lru_cache

from casestudies.models import CaseStudy
from portal.bilingual import HAN
from portal.search import thesaurus

MOST = 10


def suggested(case: CaseStudy) -> list[str]:
    """Words in the language of the case that its keywords do not say yet: its topics first, then their synonyms."""
    said = {str(word).lower() for word in case.keywords}
    names = [topic.name_zh if case.is_chinese else topic.name_en for topic in case.topics.all()]
    words = [
        word.strip() for name in names for word in re.split(r"\s*[/／]\s*|[（(].*", name) if word.strip()
    ]
    known = {*said, *(word.lower() for word in words)}
    for group in equivalents():
        if known.intersection(word.lower() for word in group):
            words += [word for word in group if bool(HAN.search(word)) == case.is_chinese]
    return [word for word in dict.fromkeys(words) if word.lower() not in said and len(word) <= 40][:MOST]


@lru_cache(maxsize=1)
def equivalents() -> tuple[tuple[str, ...], ...]:
    """The groups of words that mean the same, as the search knows them."""
    return tuple(tuple(group.equivalents) for group in thesaurus.read().values())
