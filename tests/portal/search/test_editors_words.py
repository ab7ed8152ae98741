"""What editors tell the search: best bets and the words that stand for each other."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from portal.models import BestBet, HomePage, StandardPage, SynonymList
from portal.search import rebuild, search, thesaurus
from tests import factories

pytestmark = pytest.mark.django_db


def bet(words="讨薪", **fields):
    chosen = BestBet(words=words, **{"sentence_zh": "先看这一篇", "sentence_en": "Begin here", **fields})
    chosen.full_clean()
    chosen.save()
    return chosen


def recommended(client, text, path="/search/"):
    return [each.record for each in client.get(path, {"q": text}).context["recommended"]]


def test_a_best_bet_stands_above_what_was_found_with_its_sentence(client):
    case = factories.case(title="十七个装修工人的年关")
    bet("讨薪\n欠薪", address=case.get_absolute_url())
    rebuild()
    assert recommended(client, "老板欠薪怎么办") == [case]
    assert recommended(client, "住房") == []
    page = client.get("/en/search/", {"q": "讨薪"}).text
    assert "Recommended by the editors" in page
    assert "Begin here" in page


@pytest.mark.parametrize("kind", ["agency", "event"])
def test_agencies_and_events_can_be_recommended_by_either_language_of_their_address(client, kind):
    record = getattr(factories, kind)()
    bet(address=f"/en{record.get_absolute_url()}")
    assert recommended(client, "讨薪") == [record]


def test_what_not_everybody_may_read_is_recommended_to_nobody(client):
    case = factories.case()
    bet(address=case.get_absolute_url())
    type(case).objects.update(live=False)
    assert recommended(client, "讨薪") == []
    for address in (
        case.get_absolute_url(),
        "/cases/",
        "https://elsewhere.example/cases/",
        "//[",
        "nonsense",
    ):
        with pytest.raises(ValidationError):
            bet(address=address)
    with pytest.raises(ValidationError):
        bet(address="")
    with pytest.raises(IntegrityError), transaction.atomic():
        BestBet.objects.create(words="讨薪", sentence_zh="无处可去")


def test_a_page_is_recommended_in_the_readers_language(client):
    call_command("setup_portal")
    bet("隐私", page=StandardPage.objects.get(slug="privacy", locale__language_code="zh-hans"))
    (there,) = recommended(client, "隐私", "/en/search/")
    assert there.locale.language_code == "en"
    assert HomePage.objects.count() == 2


def test_recommendations_cost_the_same_for_three_bets_as_for_one(client, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    bet(address=factories.case().get_absolute_url())

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get("/search/", {"q": "讨薪"})
        return len(queries)

    cost()
    one = cost()
    for _ in range(2):
        bet("别的", address=factories.case().get_absolute_url())
    assert cost() == one


def found(text):
    return [hit.pk for hit in search(text).hits]


def test_a_list_that_staff_write_takes_the_place_of_the_shipped_one_without_a_rebuild():
    case = factories.case(title="锦鲤")
    rebuild()
    assert found("池中物") == []
    words = SynonymList.objects.create(language="zh", text="X1 | 锦鲤, 池中物")
    assert found("池中物") == [case.pk]
    words.text = "X1 | 乌龟、池中物"
    words.save()
    assert found("池中物") == []
    words.delete()
    search("锦鲤")
    assert thesaurus.edited == {}


@pytest.mark.parametrize("line", ["锦鲤, 池中物", " | 锦鲤", "X1 | a | b | c | d", "X1 | 锦鲤, ——"])
def test_a_line_that_cannot_be_read_is_named(line):
    with pytest.raises(ValidationError, match="2"):
        SynonymList(language="zh", text=f"X0 | 锦鲤\n{line}").full_clean()


def test_staff_find_the_shipped_list_to_begin_with(admin_client):
    page = admin_client.get("/admin/snippets/portal/synonymlist/add/")
    assert page.status_code == 200
    assert "P01 | 流动人口" in page.text
    assert admin_client.get("/admin/snippets/portal/bestbet/add/").status_code == 200
    answer = admin_client.post(
        "/admin/snippets/portal/synonymlist/add/", {"language": "zh", "text": "X1 | 锦鲤, 池中物"}
    )
    assert answer.status_code == 302
    assert SynonymList.objects.get().text == "X1 | 锦鲤, 池中物"
