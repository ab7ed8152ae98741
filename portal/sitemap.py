"""The map of the site for search engines: every page that everybody may read, in each language of the interface.

What is public is what can be found (`portal.search.document`): one map for each kind of record.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap

from portal.search.document import Record, records

#: Doors behind which there is nothing to find.
CLOSED = ("/accounts/", "/admin/", "/desk/", "/documents/", "/search/")


class RecordMap(Sitemap):
    """Records of one kind, each with its addresses in all languages. A page of words is in one language only."""

    limit = 5000

    def __init__(self, record: Record):
        self.record = record
        self.i18n = self.alternates = self.x_default = record.kind != "page"

    def items(self):
        public = self.record.public()
        if self.i18n:  # what is found needs more than what is listed here
            public = public.select_related(None).prefetch_related(None)
        return public.order_by("pk")

    def location(self, item):
        return item.get_absolute_url() if self.i18n else urlsplit(item.get_url() or "/").path

    def lastmod(self, item):
        return getattr(item, self.record.changed_at, None)

    def get_protocol(self, protocol=None):
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site=None):
        return urlsplit(settings.SITE_URL).netloc


def maps() -> dict[str, Sitemap]:
    """The map of each kind of record by its name."""
    return {kind: RecordMap(record) for kind, record in records().items()}


def robots_txt(sitemap: str) -> str:
    """Everybody may look, but not behind the closed doors; there is no use in it."""
    closed = [f"Disallow: {prefix}{door}" for door in CLOSED for prefix in ("", "/en")]
    return "\n".join(["User-agent: *", *closed, "", f"Sitemap: {sitemap}", ""])
