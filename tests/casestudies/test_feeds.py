"""Atom feeds of the library."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from casestudies.models import CaseAuthor, CasePartner
from tests import factories

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def read(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    return etree.fromstring(answer.content)


def entries(client, address) -> list[str]:
    return [one.findtext(f"{ATOM}title") for one in read(client, address).iter(f"{ATOM}entry")]


def test_the_newest_come_first_and_drafts_never(client):
    now = timezone.now()
    for days, title in ((3, "早"), (1, "晚"), (2, "中")):
        factories.case(title=title, first_published_at=now - timedelta(days=days))
    factories.case(live=False, title="草稿秘密")
    assert entries(client, reverse("case_feed")) == ["晚", "中", "早"]


def test_an_entry_has_a_name_that_stays_its_authors_topics_and_licence(client):
    case = factories.case(title="<b> & \x0b 流", abstract="摘要\x01里")
    CaseAuthor.objects.create(case=case, name="曾晓棠", orcid="0000-0002-1825-0097")
    CaseAuthor.objects.create(case=case, name="李华", position=1)
    case.topics.set([factories.topic("pop:children")])
    case.save()
    [entry] = read(client, reverse("case_feed")).iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{case.public_id}"
    assert entry.findtext(f"{ATOM}title") == "<b> & 流"
    assert [one.findtext(f"{ATOM}name") for one in entry.iter(f"{ATOM}author")] == ["曾晓棠", "李华"]
    assert entry.find(f"{ATOM}category").get("term") == factories.topic("pop:children").name_zh
    assert entry.findtext(f"{ATOM}rights") == "https://creativecommons.org/licenses/by/4.0/"


def test_an_agency_has_a_feed_with_what_it_wrote_alone_and_with_others(client, agency):
    factories.case(agency, title="自己的")
    CasePartner.objects.create(case=factories.case(title="一起的"), agency=agency)
    factories.case(title="别人的")
    assert set(entries(client, reverse("agency_case_feed", args=[agency.slug]))) == {"自己的", "一起的"}
    hidden = factories.agency(status="draft")
    assert client.get(reverse("agency_case_feed", args=[hidden.slug])).status_code == 404


def test_a_topic_has_a_feed_with_narrower_topics(client):
    for title, code in (("广", "svc:legal"), ("窄", "svc:legal.1"), ("别", "svc:health")):
        case = factories.case(title=title)
        case.topics.set([factories.topic(code)])
        case.save()
    assert set(entries(client, reverse("topic_case_feed", args=["svc:legal"]))) == {"广", "窄"}
    for wrong in ("svc:none", "\x00", "流"):
        assert client.get(reverse("topic_case_feed", args=[wrong])).status_code == 404


@pytest.mark.parametrize("n", [0, 1])
def test_who_has_the_newest_already_is_told_so(client, n):
    for _ in range(n):
        factories.case()
    tag = client.get(reverse("case_feed"))["ETag"]
    assert client.get(reverse("case_feed"), headers={"if-none-match": tag}).status_code == 304
    factories.case()
    assert client.get(reverse("case_feed"), headers={"if-none-match": tag}).status_code == 200


def test_a_feed_costs_the_same_however_long_it_is(client):
    read(client, reverse("case_feed"))  # where the pages of the site stand is kept from then on
    counts = []
    for n in (1, 4):
        for _ in range(n):
            case = factories.case()
            CaseAuthor.objects.create(case=case, name="李华")
            case.topics.set([factories.topic("pop:children")])
            case.save()
        with CaptureQueriesContext(connection) as queries:
            read(client, reverse("case_feed"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_feeds_are_found_from_the_library_and_from_the_agency(client, agency):
    factories.case(agency)
    for page, feed in (
        ("/cases/", reverse("case_feed")),
        ("/cases/?population=pop:children", reverse("case_feed")),
        (agency.get_absolute_url(), reverse("agency_case_feed", args=[agency.slug])),
    ):
        text = client.get(page).content.decode()
        assert 'type="application/atom+xml"' in text
        assert f'href="{feed}"' in text
