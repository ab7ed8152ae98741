"""The picture of who works with whom, and its text twin."""

import re
import time
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casestudies.models import CasePartner
from orgs import network, network_picture
from orgs.models import Agency, Partnership, PartnershipParty
from orgs.network_picture import Node, wrap
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
    agencies = [Agency(pk=n, legal_name=f"机构{n}", slug=f"a{n}") for n in range(1, 301)]
    kind = factories.topic("col:research")
    nodes = {agency.pk: Node(agency, 2, 6, []) for agency in agencies}
    edges = [network_picture.Edge(nodes[n], nodes[n * 7 % 300 + 1], kind) for n in range(1, 301)]
    began = time.perf_counter()
    network_picture.spring(list(nodes.values()), edges)
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


def co_hosted(host, *co_hosts, confirmed=True, **fields):
    event = factories.event(host, **fields)
    for agency in co_hosts:
        event.hosts.create(agency=agency, is_confirmed=confirmed)
    return event


def co_written(lead, *partners, **fields):
    case = factories.case(lead, **fields)
    for agency in partners:
        CasePartner.objects.create(case=case, agency=agency)
    return case


def test_events_held_and_cases_written_together_join_agencies_by_themselves():
    a, b, c = (factories.agency() for _ in range(3))
    first, second = co_hosted(a, b), co_hosted(b, a)
    case = co_written(a, b, c)
    parts = show()
    assert [
        (row.kind.code, row.agencies, {tie.url for tie in row.evidence}) for row in parts["together"]
    ] == [
        ("tie:event", [a, b], {first.get_absolute_url(), second.get_absolute_url()}),
        ("tie:case", [a, b, c], {case.get_absolute_url()}),
    ]
    edges = {(edge.start.agency, edge.end.agency, edge.css, edge.weight) for edge in parts["network"].edges}
    assert edges == {
        (a, b, "tie-event", 2),
        (a, b, "tie-case", 1),
        (a, c, "tie-case", 1),
        (b, c, "tie-case", 1),
    }
    assert parts["agencies_alone"] == []


def test_only_what_everybody_may_see_is_evidence(client):
    a, b = factories.agency(), factories.agency()
    draft = factories.agency(status=Agency.Status.DRAFT)
    withdrawn = factories.agency(status=Agency.Status.WITHDRAWN)
    co_hosted(a, b, title="秘密一", status="draft")
    co_hosted(a, b, title="秘密二", status="cancelled")
    co_hosted(a, b, title="秘密三", confirmed=False)
    co_hosted(a, draft, title="秘密四")
    co_written(a, b, title="秘密五", live=False)
    co_written(a, withdrawn, title="秘密六")
    assert show()["together"] == []
    assert "秘密" not in client.get("/network/").content.decode()
    assert show()["agencies_alone"] == [a, b]


def test_a_broken_line_is_something_done_together_and_the_key_says_so(client):
    a, b = factories.agency(), factories.agency()
    partnership(a, b)
    event = co_hosted(a, b, title="联合培训")
    edges = {edge.css: edge.dash for edge in show()["network"].edges}
    assert edges == {"col-research": "", "tie-event": "7 5"}
    html = client.get("/network/").content.decode()
    assert html.count('stroke-dasharray="7 5"') == 2  # the line, and the key
    table = html[html.index('id="table"') :]
    assert f'href="{event.get_absolute_url()}">联合培训' in table


def test_an_agencys_page_names_what_it_did_with_others_and_nothing_else(client):
    a, b, c = (factories.agency() for _ in range(3))
    co_hosted(a, b, title="甲乙培训")
    co_written(b, c, title="乙丙案例")
    html = client.get(a.get_absolute_url()).content.decode()
    assert "甲乙培训" in html
    assert "乙丙案例" not in html
    picture = client.get(b.get_absolute_url()).context["network"]
    assert {node.agency for node in picture.nodes} == {a, b, c}


def test_who_has_no_partner_is_named_with_a_way_to_propose(client):
    alone = factories.agency(legal_name="独自中心")
    own = factories.agency()
    owner = factories.member_of(own, role="owner")
    assert f"?with={alone.slug}#propose" not in client.get("/network/").content.decode()
    client.force_login(owner)
    link = f"{reverse('agency_partnerships', args=[own.slug])}?with={alone.slug}#propose"
    assert link in client.get("/network/").content.decode()


def test_the_number_of_queries_does_not_grow_with_ties(client, django_assert_num_queries):
    a, b = factories.agency(), factories.agency()

    def more():
        partnership(a, factories.agency())
        co_hosted(a, b, factories.agency())
        co_written(a, b, factories.agency())

    more()
    client.get("/network/"), client.get(a.get_absolute_url())
    for path in ("/network/", a.get_absolute_url()):
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        with_few = len(captured)
        more(), more()
        client.get(path)
        with django_assert_num_queries(with_few):
            client.get(path)


def test_a_large_network_is_drawn_with_its_best_connected(monkeypatch):
    monkeypatch.setattr(network, "DRAWN", 3)
    hub, *others = [factories.agency() for _ in range(6)]
    for other in others:
        partnership(hub, other)
    partnership(others[0], others[1])
    parts = show()
    assert {node.agency for node in parts["network"].nodes} == {hub, others[0], others[1]}
    assert parts["agencies_not_drawn"] == 3
    assert len(parts["partnerships"]) == 6
