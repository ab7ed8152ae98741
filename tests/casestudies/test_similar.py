"""Similar cases: by topics, method, place and words; published ones only; also while search is away."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casestudies import similar
from casestudies.models import CaseStudy
from portal import search
from tests import factories

pytestmark = pytest.mark.django_db


def about(*codes, **fields):
    case = factories.case(**fields)
    case.topics.set([factories.topic(code) for code in codes])
    case.save()
    return case


def found(case):
    return [one.title for one in similar.beside(case)["similar_cases"]]


@pytest.fixture
def case():
    return about("pop:children", "svc:education", title="四点半课堂", keywords=["托管"])


def test_the_more_they_have_in_common_the_further_up_they_stand(case):
    about("pop:children", "svc:education", title="都一样")
    about("pop:children", title="同一群人")
    about("svc:education", title="同一件事")
    about("pop:elderly", title="别的")
    assert found(case) == ["都一样", "同一群人", "同一件事"]
    assert [topic.code for topic in similar.beside(case)["similar_cases"][1].shared] == ["pop:children"]


def test_between_two_that_are_otherwise_alike_the_province_decides():
    here, near, far = factories.division("441900"), factories.division("440300"), factories.division("510100")
    case = about("pop:children", division=here)
    about("pop:children", title="同省", division=near)
    about("pop:children", title="外省", division=far)
    assert found(case) == ["同省", "外省"]


def test_many_that_are_equally_near_are_told_apart_by_kind_and_age(case, monkeypatch):
    monkeypatch.setattr(similar, "MOST", 5)
    kinds = [CaseStudy.Kind.PROJECT] * 6 + [CaseStudy.Kind.GROUP]
    for number, kind in enumerate(kinds):
        about("pop:children", title=f"{number}", kind=kind)
    CaseStudy.objects.filter(pk=case.pk).update(kind=CaseStudy.Kind.GROUP)
    case.refresh_from_db()

    assert found(case) == ["6", "5", "4", "3"]


def test_drafts_do_not_stand_in_the_way_of_what_is_published(case):
    for number in range(similar.SHOWN):
        about("pop:children", "svc:education", title=f"草稿{number}", live=False)
    about("svc:education", title="同一件事")

    assert found(case) == ["同一件事"]


def test_the_words_of_the_engine_find_what_no_topic_says(case):
    about("pop:elderly", title="别的")
    about(title="另一个四点半课堂", keywords=["托管"])
    assert found(case) == []  # there is no index yet
    search.rebuild()
    assert found(case) == ["另一个四点半课堂"]


def test_nothing_unpublished_is_similar_also_when_the_index_still_knows_it(case, client):
    hidden = about("pop:children", title="没有发表的四点半课堂", live=False)
    gone = about("pop:children", title="撤下的四点半课堂")
    search.rebuild()
    CaseStudy.objects.filter(pk=gone.pk).update(live=False)
    page = client.get(case.get_absolute_url()).content.decode()
    assert hidden.title not in page
    assert gone.title not in page


def test_a_draft_has_no_similar_cases(case):
    assert similar.beside(about("pop:children", live=False)) == {}


def test_for_some_minutes_only_what_they_say_is_read_anew(case, monkeypatch):
    monkeypatch.setattr(similar, "KEPT_FOR", 600)
    others = [about("pop:children", title=f"{number}") for number in range(similar.SHOWN + 1)]
    assert found(case) == ["4", "3", "2", "1"]

    about("pop:children", "svc:education", title="新的")
    CaseStudy.objects.filter(pk=others[3].pk).update(live=False)
    CaseStudy.objects.filter(pk=others[2].pk).update(title="二")
    with CaptureQueriesContext(connection) as queries:
        assert found(case) == ["4", "二", "1", "0"]
    assert len(queries) == 2  # the case's own topics, the cases

    case.topics.add(factories.topic("pop:women"))
    case.save()
    assert found(CaseStudy.objects.get(pk=case.pk))[0] == "新的"


def test_it_costs_the_same_with_one_and_with_three(case):
    about("pop:children")
    with CaptureQueriesContext(connection) as one:
        found(case)
    about("pop:children")
    about("svc:education", "pop:children")
    with CaptureQueriesContext(connection) as three:
        found(case)
    # the case's own topics, what staff say are synonyms, who shares a topic, what decides between those, the cases
    assert len(one) == len(three) == 5
