"""Wagtail's admin search and choosers find Chinese by any two consecutive characters, on both databases."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from modelsearch.backends import get_search_backend
from modelsearch.query import And, Not, Phrase, PlainText
from wagtail.models import Page

from orgs.models import Agency
from portal.models import HomePage, StandardPage, Topic
from portal.search.admin import split
from tests import factories

pytestmark = pytest.mark.django_db

PAIRS = ["流动", "动人", "人口", "口服", "服务", "务研", "研讨", "流动人口", "人口服务研讨"]
STRANGERS = ["流口", "流人", "动口", "研服", "讨研", "流动口", "流动服务"]


@pytest.fixture
def page():
    page = StandardPage(title="流动人口服务研讨", slug="seminar")
    HomePage.objects.get(locale__language_code="zh-hans").add_child(instance=page)
    return page


@pytest.fixture
def editor(client):
    client.force_login(factories.user(is_superuser=True, is_staff=True))
    return client


def titles(query):
    return [page.title for page in query if page.title.startswith(("流动", "2024"))]


@pytest.mark.parametrize("words", PAIRS)
def test_any_two_consecutive_characters_find_a_title(page, words):
    assert titles(Page.objects.search(words)) == [page.title]
    assert titles(Page.objects.autocomplete(words)) == [page.title]


@pytest.mark.parametrize("words", STRANGERS)
def test_characters_that_stand_apart_do_not(page, words):
    assert list(Page.objects.search(words)) == []
    assert list(Page.objects.autocomplete(words)) == []


def test_autocomplete_takes_the_last_word_as_it_is_typed(page):
    assert titles(Page.objects.autocomplete("流")) == [page.title]
    assert titles(Page.objects.autocomplete("研讨 流")) == [page.title]


def test_the_explorer_and_the_page_chooser_find_it(page, editor):
    for words in PAIRS:
        for view in ("wagtailadmin_pages:search", "wagtailadmin_choose_page_search"):
            assert page.title in editor.get(reverse(view), {"q": words}).content.decode(), (view, words)
    for words in STRANGERS:
        for view in ("wagtailadmin_pages:search", "wagtailadmin_choose_page_search"):
            assert page.title not in editor.get(reverse(view), {"q": words}).content.decode(), (view, words)


@pytest.mark.parametrize(
    "words", ['"', "'", "“", "!!!", "(", "a OR", "流动\x00人口", "流动*", "NEAR(", '"流动', "-", "%s", "\\"]
)
def test_no_query_of_an_editor_is_an_error(page, editor, words):
    assert editor.get(reverse("wagtailadmin_pages:search"), {"q": words}).status_code == 200
    list(Page.objects.search(words))
    list(Page.objects.autocomplete(words))


def test_letters_digits_and_chinese_mix():
    home = HomePage.objects.get(locale__language_code="zh-hans")
    home.add_child(instance=StandardPage(title="2024年会与AI工作坊", slug="mixed"))
    for words in ("2024", "2024年", "2024年会", "年会", "AI", "ai工作", "ＡＩ", "与AI", "工作坊 2024"):
        assert titles(Page.objects.search(words)) == ["2024年会与AI工作坊"], words
    assert titles(Page.objects.search("2024会")) == []


def test_queries_can_be_combined(page):
    assert titles(Page.objects.search(Phrase("流动人口"))) == [page.title]
    assert titles(Page.objects.search(Phrase("人口流动"))) == []
    assert titles(Page.objects.search(And([PlainText("人口"), Not(PlainText("就业"))]))) == [page.title]
    assert titles(Page.objects.search(And([PlainText("人口"), Not(PlainText("研讨"))]))) == []
    assert titles(Page.objects.search("就业 研讨", operator="or")) == [page.title]
    assert titles(Page.objects.search("就业 研讨")) == []


def test_a_changed_title_is_found_by_its_new_words_only(page):
    page.title = "新市民学堂"
    page.save()
    assert titles(Page.objects.search("流动")) == []
    assert [found.title for found in Page.objects.search("市民")] == ["新市民学堂"]


def test_rebuilding_the_index_finds_the_same(page):
    call_command("wagtail_update_index", verbosity=0)
    assert titles(Page.objects.search("口服")) == [page.title]
    assert [
        topic.code for topic in get_search_backend().search("随迁子女", Topic) if topic.scheme == "pop"
    ] == ["pop:children"]


def test_the_shorter_title_stands_first(page):
    home = HomePage.objects.get(locale__language_code="zh-hans")
    home.add_child(instance=StandardPage(title="流动人口", slug="short"))
    assert titles(Page.objects.search("流动人口")) == ["流动人口", "流动人口服务研讨"]


def test_records_are_found_too(page):
    factories.agency(legal_name="东莞市东城同心社会工作服务中心")
    factories.agency(legal_name="东莞市同行社会工作服务中心")
    assert [agency.legal_name for agency in get_search_backend().autocomplete("东城", Agency)] == [
        "东莞市东城同心社会工作服务中心"
    ]


def test_saving_reads_no_average_over_the_whole_index(page):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page.save()
    assert [query["sql"] for query in queries if "AVG(" in query["sql"]] == []


def test_splitting_twice_is_splitting_once():
    assert split("流动，人口A服") == split(split("流动，人口A服")) == "流动 , 人口 A 服"
