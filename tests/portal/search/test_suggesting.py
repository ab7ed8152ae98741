"""Suggestions while somebody types in a search box."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.search import rebuild
from tests import factories

pytestmark = pytest.mark.django_db


def offered(client, q, **asked):
    answer = client.get("/search/suggest/", {"q": q, **asked})
    assert answer.status_code == 200
    return {each["words"]: each["url"] for each in answer.json()["suggestions"]}


def test_topics_titles_and_agencies_are_offered_and_nothing_unpublished(client):
    topic = factories.topic("svc:legal")
    case = factories.case(title="锦鲤案例")
    agency = factories.agency(legal_name="锦鲤服务中心", slug="koi")
    factories.case(title="秘密锦鲤", live=False)
    taken_back = factories.case(title="收回的锦鲤")
    rebuild()
    type(case).objects.filter(pk=taken_back.pk).update(live=False)
    assert offered(client, "锦鲤") == {
        "锦鲤案例": case.get_absolute_url(),
        str(agency): agency.get_absolute_url(),
    }
    assert list(offered(client, "锦鲤", kind="case")) == ["锦鲤案例"]
    assert offered(client, topic.name_zh)[topic.name_zh] == ""


def test_half_typed_words_find_titles_topics_and_agencies_but_nothing_that_is_not_public(client):
    case = factories.case(title="流动儿童的第一年", title_en="Migrant children in their first year")
    agency = factories.agency(legal_name="流动之家", name_en="Migrants' House")
    factories.case(title="流动的秘密", title_en="Migrating in secret", live=False)
    topic = factories.topic("pop:children")
    rebuild()
    for typed in ("migr", "liudong", "liudon", "流动"):
        there = offered(client, typed)
        assert there[str(case)] == case.get_absolute_url(), typed
        assert there[str(agency)] == agency.get_absolute_url(), typed
        assert not any("秘密" in words for words in there)
    assert str(agency) not in offered(client, "first year migr")
    assert str(case) in offered(client, "first year migr")
    assert topic.name_zh in offered(client, "ertong")
    assert topic.name_zh in offered(client, "childr")


def test_who_looks_for_an_agency_is_offered_names_and_no_topics(client):
    topic = factories.topic("pop:children")
    agency = factories.agency(legal_name=f"{topic.name_zh}之家", name_en="")
    rebuild()

    assert list(offered(client, topic.name_zh, kind="agency")) == [str(agency)]


def test_suggestions_come_without_the_words_while_the_index_is_missing(client):
    topic = factories.topic("pop:children")
    assert list(offered(client, topic.name_zh)) == [topic.name_zh]


@pytest.mark.parametrize(
    "q", ["", "a", "\0\0", "x" * 5000, "\ud800".encode("utf-8", "replace").decode(), "%_", '"']
)
def test_whatever_is_typed_there_is_an_answer(client, q):
    offered(client, q, kind="nothing")


def test_three_suggestions_cost_as_many_queries_as_one(client):
    def cost():
        rebuild()
        with CaptureQueriesContext(connection) as queries:
            offered(client, "锦鲤")
        return len(queries)

    factories.case(title="锦鲤")
    cost()
    one = cost()
    factories.case(title="锦鲤池")
    factories.case(title="锦鲤鱼")
    assert cost() == one
