"""Suggestions while somebody types in a search box: terms of the vocabularies, and titles and names of public records."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from portal.models import Topic
from portal.search import search, spelling
from portal.search.document import records
from portal.search.query import LONGEST_TEXT
from portal.search.showing import show
from portal.search_page import TABS

SHORTEST = 2  # characters
MOST_TOPICS, MOST_RECORDS = 3, 5


def suggestions(text: str, kind: str = "") -> list[dict[str, str]]:
    """What to offer for the text so far: its `words`, what it is, and the `url` of a record (none for a topic).

    Whoever looks for an agency means a name: no topics are offered then. A fixed number of queries for each kind of record, and nothing that not everybody may read.
    """
    text = " ".join(text.replace("\0", " ").split())[:LONGEST_TEXT]
    if len(text) < SHORTEST:
        return []
    topics = [] if kind == "agency" else _topics(text)
    kinds = [kind] if kind in records() else None
    results = search(spelling.completed(text), kinds=kinds, limit=MOST_RECORDS, with_passages=False)
    return [
        *({"words": str(topic.name), "what": _("Topic"), "url": ""} for topic in topics),
        *(
            {"words": str(found.record), "what": str(TABS[found.kind]), "url": _address(found.record)}
            for found in show(results)
        ),
    ]


def _topics(text: str) -> QuerySet[Topic]:
    named = Q()
    for words in {text, *spelling.read(text)}:
        named |= Q(name_zh__icontains=words) | Q(name_en__icontains=words)
    return Topic.objects.filter(named, is_active=True).order_by("scheme", "position")[:MOST_TOPICS]


def _address(record) -> str:
    """Pages have a `url`, records an absolute one."""
    return record.get_absolute_url() if hasattr(record, "get_absolute_url") else record.url
