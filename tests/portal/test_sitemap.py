"""What search engines are told: which doors are closed, and every page that everybody may read."""

import pytest
from lxml import etree

from tests import factories

pytestmark = pytest.mark.django_db


def locations(client, address) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200
    return [one.text for one in etree.fromstring(answer.content).iter("{*}loc")]


def test_robots_are_told_where_the_map_is_and_what_is_closed(client, settings):
    text = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in text.splitlines()
    assert "Disallow: /desk/" in text.splitlines()
    assert "Disallow: /en/accounts/" in text.splitlines()


def test_the_map_holds_what_is_public_in_both_languages_and_nothing_else(client, settings):
    case, draft = factories.case(), factories.case(live=False)
    event, planned = factories.event(), factories.event(status="draft")
    hidden = factories.agency(status="draft")
    parts = locations(client, "/sitemap.xml")
    assert {part.rpartition("/")[2] for part in parts} == {
        f"sitemap-{kind}.xml" for kind in ("agency", "event", "case", "page")
    }
    found = [url for part in parts for url in locations(client, "/" + part.split("/", 3)[3])]
    for shown in (case, event, case.agency):
        path = shown.get_absolute_url()
        assert f"{settings.SITE_URL}{path}" in found
        assert f"{settings.SITE_URL}/en{path}" in found
    for secret in (draft.public_id, planned.public_id, hidden.slug):
        assert not [url for url in found if f"/{secret}/" in url]


def test_a_map_that_is_not_there_is_a_404(client):
    for address in ("/sitemap-nothing.xml", "/sitemap-case.xml?p=99", "/sitemap-case.xml?p=x"):
        assert client.get(address).status_code == 404
