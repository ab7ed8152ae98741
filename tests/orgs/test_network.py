"""The picture of who works with whom, and its text twin."""

import re
import time
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.utils import timezone

from orgs import network
from orgs.models import Agency, Partnership, PartnershipParty
from orgs.network import Node, wrap
from tests import factories

pytestmark = pytest.mark.django_db


def partnership(*agencies, kind="col:research", states=None, **fields):
    made = Partnership.objects.create(
        kind=factories.topic(kind), **{"title": "一起做", "started_on": date(2020, 1, 1), **fields}
    )
    for agency, state in zip(agencies, states or ["confirmed"] * len(agencies), strict=True):
        PartnershipParty.objects.create(partnership=made, agency=agency, state=state)
    return made


def show():
    return network.context(AnonymousUser())


def test_an_edge_is_a_partnership_that_all_have_confirmed():
    a, b, c = (factories.agency() for _ in range(3))
    draft = factories.agency(status=Agency.Status.DRAFT)
    partnership(a, b)
    partnership(a, c, states=["confirmed", "invited"])
    partnership(b, c, states=["confirmed", "declined"])
    partnership(a, draft)
    partnership(b, c, ended_on=timezone.localdate() - timedelta(days=1))
    parts = show()
    assert [(edge.start.agency, edge.end.agency, edge.css) for edge in parts["network"].edges] == [
        (a, b, "col-research")
    ]
    assert parts["agencies_alone"] == [c]
    assert [node.agency for node in parts["network"].nodes] == [a, b, c]


def test_three_partners_are_joined_each_with_each_and_a_kind_joins_two_once():
    a, b, c = (factories.agency() for _ in range(3))
    partnership(a, b, c)
    partnership(a, b)
    partnership(a, b, kind="col:venue")
    assert len(show()["network"].edges) == 4


def test_the_same_partnerships_give_the_same_picture():
    agencies = [factories.agency() for _ in range(8)]
    for one, other in pairwise(agencies):
        partnership(one, other)

    def places():
        return [(node.x, node.y) for node in show()["network"].nodes]

    first = places()
    assert places() == first
    cache.clear()
    assert places() == first


def boxes_overlap(one: Node, other: Node) -> bool:
    top = one.y - one.radius, other.y - other.radius
    return (
        abs(one.x - other.x) < (one.width + other.width) / 2 - 1
        and top[0] < top[1] + other.height - 1
        and top[1] < top[0] + one.height - 1
    )


def test_no_label_lies_on_another_and_all_lie_within_the_frame():
    hub, *others = [factories.agency(short_name=f"第{n}社会工作服务中心") for n in range(24)]
    for other in others[:20]:
        partnership(hub, other)
    picture = show()["network"]
    assert [
        (one, other)
        for one in picture.nodes
        for other in picture.nodes
        if one is not other and boxes_overlap(one, other)
    ] == []
    assert all(
        node.x - node.width / 2 >= 0 and node.x + node.width / 2 <= picture.width for node in picture.nodes
    )
    assert all(
        node.y - node.radius >= 0 and node.label_lines[-1][1] <= picture.height for node in picture.nodes
    )


def test_three_hundred_agencies_are_laid_out_within_seconds():
    cache.clear()
    agencies = [Agency(pk=n, legal_name=f"机构{n}", slug=f"a{n}") for n in range(1, 301)]
    kind = factories.topic("col:research")
    nodes = {agency.pk: Node(agency, 2, 6, []) for agency in agencies}
    edges = [network.Edge(nodes[n], nodes[n * 7 % 300 + 1], kind) for n in range(1, 301)]
    began = time.perf_counter()
    network.spring(list(nodes.values()), edges)
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("启航社工", ["启航社工"]),
        ("岭海大学社工研究中心", ["岭海大学社", "工研究中心"]),
        ("Tonglu Foundation, Shanghai", ["Tonglu", "Foundation"]),
    ],
)
def test_a_label_has_at_most_two_lines(name, lines):
    assert wrap(name) == lines


def test_the_page_says_in_words_what_the_picture_shows(client):
    a, b = factories.agency(short_name="甲中心"), factories.agency(short_name="乙中心")
    factories.agency(legal_name="独自中心")
    partnership(a, b, title="工友夜校共用场地")
    html = client.get("/network/").content.decode()
    table = html[html.index('id="table"') :]
    assert "工友夜校共用场地" in table
    assert "独自中心" in table
    assert len(re.findall(r'<a class="node[^>]*href="/agencies/', html)) == 3
    assert "style=" not in html[html.index("<main") :]


def test_a_portal_without_agencies_has_a_page_all_the_same(client):
    assert client.get("/network/").status_code == 200


def test_the_small_picture_shows_an_agency_among_its_own_partners(client):
    a, b, c = (factories.agency() for _ in range(3))
    partnership(a, b)
    partnership(b, c)
    picture = network.around(a, [made for made in network.partnerships_to_show() if a in made.agencies.all()])
    assert [(node.agency, node.is_here) for node in picture.nodes] == [(a, True), (b, False)]
    assert network.around(factories.agency(), []) is None
