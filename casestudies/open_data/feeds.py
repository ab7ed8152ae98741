"""Atom feeds of what was published last: all of the library, one agency's, one topic's."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language

from casestudies.licence import terms_of
from casestudies.models import CasePartner, CaseStudy
from casestudies.open_data.citation import source
from casestudies.open_data.identifier import permanent_url
from orgs.models import Agency
from portal.models import Topic

ENTRIES = 50
#: What an empty feed was last changed at: always the same, so that it keeps its fingerprint.
NEVER = datetime(2026, 1, 1, tzinfo=UTC)


class Feed(Atom1Feed):
    """Atom with every author of an entry, in an order that says the newest publication first."""

    def latest_post_date(self):
        return max((item["updateddate"] for item in self.items), default=NEVER)

    def add_item_elements(self, handler, item):
        for name in item["authors"]:
            handler.startElement("author", {})
            handler.addQuickElement("name", name.whole)
            if name.orcid:
                handler.addQuickElement("uri", f"https://orcid.org/{name.orcid}")
            handler.endElement("author")
        super().add_item_elements(handler, item)


def newest():
    return CaseStudy.objects.visible_to(AnonymousUser()).published().order_by("-first_published_at", "-pk")


def of_agency(agency: Agency):
    """What the agency published, alone or together with others."""
    shared = CasePartner.objects.filter(agency=agency).values("case")
    return newest().filter(Q(agency=agency) | Q(pk__in=shared))


def of_topic(topic: Topic):
    """What is about the topic or about a narrower one."""
    about = CaseStudy.topics.through.objects.filter(
        Q(topic=topic) | Q(topic__code__startswith=f"{topic.code}.")
    )
    return newest().filter(pk__in=about.values("casestudy"))


def write(cases: Iterable[CaseStudy], *, name: str, title: str, here: str, page: str) -> bytes:
    """The feed as bytes. `name` tells it from the others for ever; `here` and `page` are its address and the page's."""
    language = get_language() or settings.LANGUAGE_CODE
    feed = Feed(
        title=title,
        link=page,
        description="",
        language="zh-CN" if language.startswith("zh") else "en",
        feed_url=here,
        feed_guid=f"tag:{settings.OAI_NAMESPACE},2026:cases:{name}:{language}",
        author_name="同行 Tongxing",
    )
    for case in cases.for_export()[:ENTRIES]:
        terms = terms_of(case)
        feed.add_item(
            title=source.title(case),
            link=permanent_url(case),
            description=source.plain(case.abstract),
            unique_id=f"urn:uuid:{case.public_id}",
            pubdate=case.first_published_at,
            updateddate=case.last_published_at or case.first_published_at,
            categories=source.topic_names(case),
            item_copyright=terms.url or (terms.name_zh if source.is_chinese(case) else terms.name_en),
            authors=source.authors(case),
        )
    return feed.writeString("utf-8").encode()
