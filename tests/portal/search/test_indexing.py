"""The index follows the database: after commit, through the outbox, whatever happens to a record."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult
from wagtail.models import Page, PageViewRestriction

from casestudies.models import CaseAuthor, CasePartner
from events.models import EventHost, EventSession
from orgs.models import Agency, AgencyText, Division
from portal.search import indexing, search
from portal.search.document import records
from portal.search.showing import show
from tests import factories

pytestmark = pytest.mark.django_db


def found(text: str, **kwargs) -> list[str]:
    return sorted(hit.id for hit in search(text, **kwargs).hits)


@pytest.fixture(autouse=True)
def live_index(db):
    """An index is there before the test begins, so that changes and not a rebuild bring things in."""
    call_command("rebuild_search")


def test_a_published_case_is_found_by_every_part_and_a_draft_by_none(deliver):
    case = factories.case(title="锦鲤", abstract="红鲤", process="<p>金鱼</p><p>草鱼</p>", keywords=["鲫鱼"])
    CaseAuthor.objects.create(case=case, name="欧阳")
    case.topics.add(factories.topic("svc:legal"))
    case.save()
    draft = factories.case(live=False, title="锦鲤草稿", abstract="红鲤", process="<p>金鱼</p>")
    assert found("锦鲤") == []

    deliver()

    for words in ("锦鲤", "红鲤", "金鱼", "草鱼", "鲫鱼", "欧阳", case.agency.legal_name, "legal aid"):
        assert f"case:{case.pk}" in found(words)
        assert f"case:{draft.pk}" not in found(words)


def test_words_of_two_cells_or_lines_are_no_word_together(deliver):
    cells = "<table><tbody><tr><td>鲢鱼</td><td>鳙鱼</td></tr></tbody></table>"
    case = factories.case(process=cells, outcomes="<p>鲈鱼<br>鳜鱼</p>")
    deliver()
    assert found("鲢鱼") == found("鳙鱼") == found("鲈鱼") == found("鳜鱼") == [f"case:{case.pk}"]
    assert found("鱼鳙") == found("鱼鳜") == []


def test_taking_a_case_back_removes_it_and_publishing_brings_it(deliver):
    case = factories.case(title="锦鲤")
    deliver()
    assert found("锦鲤") == [f"case:{case.pk}"]
    case.unpublish()
    deliver()
    assert found("锦鲤") == []
    case.save_revision().publish()
    deliver()
    assert found("锦鲤") == [f"case:{case.pk}"]


def test_an_unpublished_change_of_a_live_case_is_not_found(deliver):
    case = factories.case(title="锦鲤")
    case.title = "锦鲤与乌龟"
    case.save_revision()
    deliver()
    assert found("乌龟") == []


def test_a_deleted_record_disappears(deliver):
    event = factories.event(title="锦鲤")
    id = f"event:{event.pk}"
    deliver()
    assert found("锦鲤") == [id]
    event.delete()
    deliver()
    assert found("锦鲤") == []


def test_an_agency_is_found_while_it_is_listed(deliver):
    agency = factories.agency(legal_name="锦鲤服务中心", status=Agency.Status.DRAFT)
    deliver()
    assert found("锦鲤") == []
    agency.status = Agency.Status.LISTED
    agency.save()
    deliver()
    assert found("锦鲤") == [f"agency:{agency.pk}"]
    agency.status = Agency.Status.WITHDRAWN
    agency.save()
    deliver()
    assert found("锦鲤") == []


def test_parts_of_a_record_change_its_document(deliver):
    agency, event, case = factories.agency(), factories.event(), factories.case()
    text = AgencyText.objects.create(agency=agency, language="zh-hans", mission="金鱼")
    service = factories.service(agency, types=["svc:legal"], name_zh="草鱼")
    session = EventSession.objects.filter(event=event).get()
    session.title = "鲫鱼"
    session.save()
    partner = factories.agency(legal_name="鲤鱼社")
    CasePartner.objects.create(case=case, agency=partner)
    EventHost.objects.create(event=event, agency=partner, is_confirmed=True)
    deliver()
    assert found("金鱼") == found("草鱼") == [f"agency:{agency.pk}"]
    assert found("legal aid", kinds=["agency"]) == [f"agency:{agency.pk}"]
    assert found("鲫鱼") == [f"event:{event.pk}"]
    assert found("鲤鱼社") == sorted([f"case:{case.pk}", f"event:{event.pk}", f"agency:{partner.pk}"])

    text.delete()
    service.delete()
    session.delete()
    partner.legal_name = "池塘社"
    partner.save()
    deliver()
    assert found("金鱼") == found("草鱼") == found("鲫鱼") == found("鲤鱼社") == []
    assert found("池塘社") == sorted([f"case:{case.pk}", f"event:{event.pk}", f"agency:{partner.pk}"])


def test_a_co_host_is_named_by_the_event_once_it_has_said_yes(deliver):
    event, asked = factories.event(), factories.agency(legal_name="鲤鱼社")
    host = EventHost.objects.create(event=event, agency=asked)
    deliver()
    assert found("鲤鱼社") == [f"agency:{asked.pk}"]
    host.is_confirmed = True
    host.save()
    deliver()
    assert found("鲤鱼社") == sorted([f"agency:{asked.pk}", f"event:{event.pk}"])
    Agency.objects.filter(pk=asked.pk).update(status=Agency.Status.WITHDRAWN)
    event.save()
    deliver()
    assert f"event:{event.pk}" not in found("鲤鱼社")


def test_what_an_agency_offers_no_more_does_not_find_it(deliver):
    service = factories.service(factories.agency(), types=["svc:legal"], name_zh="草鱼")
    deliver()
    assert found("草鱼") == [f"agency:{service.agency_id}"]
    service.is_offered = False
    service.save()
    deliver()
    assert found("草鱼") == found("legal aid") == []


def test_who_adapted_a_case_and_whether_they_are_listed_orders_it_anew(deliver):
    older, newer = factories.case(title="锦鲤"), factories.case(title="锦鲤")

    def order() -> list[int]:
        deliver()
        return [hit.pk for hit in search("锦鲤", order="adapted").hits]

    assert order() == [newer.pk, older.pk]
    adapter = factories.adaptation(older).agency
    assert order() == [older.pk, newer.pk]
    adapter.status = Agency.Status.WITHDRAWN
    adapter.save()
    assert order() == [newer.pk, older.pk]


def test_an_agency_that_is_not_listed_is_not_named_by_its_case(deliver):
    factories.case(lead=factories.agency(legal_name="锦鲤社", status=Agency.Status.DRAFT))
    deliver()
    assert found("锦鲤社") == []


def test_a_page_is_found_by_readers_of_its_language(deliver):
    page = Page.objects.get(slug="about", locale__language_code="zh-hans").specific
    page.introduction = "Koi 锦鲤"
    page.body = [("text", "<p>金鱼</p><p>草鱼</p>")]
    page.save_revision().publish()
    deliver()
    assert found("锦鲤") == found("金鱼") == [f"page:{page.pk}"]
    page.unpublish()
    deliver()
    assert found("锦鲤") == []


def test_a_page_in_another_language_is_not_found(deliver):
    page = Page.objects.get(slug="about", locale__language_code="en").specific
    page.introduction = "Koi"
    page.save_revision().publish()
    deliver()
    assert found("koi") == []


def test_a_private_page_disappears(deliver):
    page = Page.objects.get(slug="guide", locale__language_code="zh-hans").specific
    page.introduction = "锦鲤"
    page.save_revision().publish()
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="login")
    deliver()
    assert found("锦鲤") == []
    restriction.delete()
    deliver()
    assert found("锦鲤") == [f"page:{page.pk}"]


def test_what_is_rolled_back_is_never_found(deliver):
    with transaction.atomic():
        factories.case(title="锦鲤")
        transaction.set_rollback(True)
    deliver()
    assert found("锦鲤") == []


def test_a_job_may_run_twice_and_late(deliver):
    case = factories.case(title="锦鲤")
    deliver()
    case.title = "乌龟"
    case.save()
    for _ in range(2):
        indexing.follow.func(kind="case", pks=[case.pk, 10**9])
    assert found("锦鲤") == []
    assert found("乌龟") == [f"case:{case.pk}"]


def test_without_an_index_the_first_job_builds_it_whole(deliver, settings, tmp_path):
    case = factories.case(title="锦鲤")
    DBTaskResult.objects.all().delete()
    settings.SEARCH_URL = f"tantivy://{tmp_path / 'elsewhere'}"
    assert search("锦鲤").is_available is False
    factories.event()
    deliver()
    assert found("锦鲤") == [f"case:{case.pk}"]


def test_many_changes_make_few_jobs():
    agencies = [factories.agency() for _ in range(3)]
    DBTaskResult.objects.all().delete()
    with indexing.in_bulk():
        for agency in agencies * 2:
            agency.save()
    assert [job.args_kwargs["kwargs"] for job in DBTaskResult.objects.all()] == [
        {"kind": "agency", "pks": [agency.pk for agency in agencies]}
    ]


def test_nothing_stale_is_shown(deliver):
    case = factories.case(title="锦鲤")
    other = factories.case(title="锦鲤二")
    deliver()
    type(case).objects.filter(pk=case.pk).update(live=False)  # behind the back of every signal
    assert found("锦鲤") == sorted([f"case:{case.pk}", f"case:{other.pk}"])
    assert [shown.record for shown in show(search("锦鲤"))] == [other]


@pytest.mark.parametrize(
    ("kind", "make"), [("case", factories.case), ("event", factories.event), ("agency", factories.agency)]
)
def test_documents_of_many_records_cost_as_many_queries_as_of_one(kind, make):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            list(records()[kind].documents())
        return len(queries)

    make()
    one = cost()
    make()
    make()
    assert cost() == one


def test_what_is_read_of_all_records_at_once_is_what_is_read_of_each(world):
    for kind, record in records().items():
        together = {each.id: each.fingerprint for each in record.documents()}
        assert together, kind
        pks = record.public().values_list("pk", flat=True)
        assert together == {each.id: each.fingerprint for pk in pks for each in record.documents([pk])}


def test_more_places_than_sqlite_takes_in_one_question_are_read():
    places = Division.objects.bulk_create(
        Division(code=f"{number:06}", first_year=1988, name_zh=f"{number}县", level="county")
        for number in range(900001, 900001 + 1100)
    )
    kind = factories.topic("org:msw")
    Agency.objects.bulk_create(
        Agency(
            slug=f"in-{place.code}",
            legal_name=f"{place.name_zh}社会工作服务中心",
            org_type=kind,
            division=place,
            status=Agency.Status.LISTED,
        )
        for place in places
    )

    written = {document.division for document in records()["agency"].documents()}

    assert {place.code for place in places} <= written
