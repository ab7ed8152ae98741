"""Who is reached where: what counts as served, weak, a gap, and not known."""

import re
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from orgs import directory
from orgs.models import Agency, Division, Verification
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def guangdong():
    return factories.division("440000", "广东省", "province", name_en="Guangdong")


@pytest.fixture
def shenzhen(guangdong):
    return factories.division("440300", "深圳市", "prefecture", guangdong)


@pytest.fixture
def dongguan(guangdong):
    return factories.division("441900", "东莞市", "prefecture", guangdong)


def confirmed(*, days=10, level=1, **fields) -> Agency:
    """An agency that was confirmed so many days ago (or never) and checked up to a level (0: never)."""
    today = timezone.localdate()
    agency = factories.agency(confirmed_on=None if days is None else today - timedelta(days=days), **fields)
    if level:
        Verification.objects.create(
            agency=agency, level=level, checked_on=today, expires_on=today + timedelta(days=365)
        )
    return agency


def serve(agency, *areas, population="pop:women", **fields):
    factories.service(agency, populations=(population,), **fields).areas.set(areas)


def table(query=""):
    return directory.context(QueryDict(f"view=coverage&{query}"))["coverage"]


def cells(query="", row="农民工女性"):
    name = factories.topic("pop:women").name_zh if row == "农民工女性" else row
    [found] = [each for each in table(query)["rows"] if each.name == name]
    return {cell.place.code: (cell.state, cell.count) for cell in found.cells}


def test_agencies_are_counted_not_services(guangdong, dongguan):
    for _agency in range(2):
        agency = confirmed(division=dongguan)
        serve(agency)
        serve(agency, dongguan)
    assert cells("district=440000") == {"441900": ("served", 2)}
    assert len(table("district=440000")["rows"]) == 21


def test_the_columns_are_the_level_below_and_lead_on(guangdong, shenzhen, dongguan):
    baoan = factories.division("440306", "宝安区", "county", shenzhen)
    factories.division("441900003", "东城街道", "township", dongguan)
    factories.division("440306001", "新安街道", "township", baoan)
    beijing = factories.division("110000", "北京市", "province")
    for query, codes in (
        ("", ["110000", "440000"]),
        ("district=440000", ["440300", "441900"]),
        ("district=440300", ["440306"]),
        ("district=441900", ["441900003"]),  # a prefecture without counties
        ("district=110000", ["110000"]),  # nothing below is known
    ):
        assert [cell.place.code for cell in table(query)["rows"][0].cells] == codes
    assert [place["url"] for place in table()["places"]] == [
        f"?district={place.code}&view=coverage" for place in (beijing, guangdong)
    ]
    assert [place["url"] for place in table("district=440300")["wider"]] == [
        "?view=coverage",
        "?district=440000&view=coverage",
    ]


@pytest.mark.parametrize(
    ("days", "level", "state"),
    [
        (10, 1, ("served", 1)),
        (180, 2, ("served", 1)),
        (10, 0, ("weak", 1)),  # never checked
        (215, 1, ("weak", 1)),  # overdue
        (None, 1, ("weak", 1)),  # never confirmed
        (245, 1, ("unknown", 0)),  # delinquent: does not count
        (400, 1, ("unknown", 0)),  # dormant
    ],
)
def test_what_a_cell_says_depends_on_how_sure_we_are(guangdong, dongguan, days, level, state):
    serve(confirmed(days=days, level=level), dongguan)
    assert cells("district=440000") == {"441900": state}


def test_a_service_for_the_whole_province_reaches_its_parts_weakly(guangdong, shenzhen, dongguan):
    serve(confirmed(), guangdong)
    serve(confirmed(division=shenzhen))
    assert cells("district=440000") == {"440300": ("served", 2), "441900": ("weak", 1)}
    assert cells() == {"440000": ("served", 2)}


def test_a_gap_is_where_agencies_work_and_none_serves_the_group(guangdong, shenzhen, dongguan):
    serve(confirmed(division=dongguan), population="pop:youth")
    assert cells("district=440000") == {"440300": ("unknown", 0), "441900": ("gap", 0)}
    assert table("district=440000")["gap_count"] == 20


def test_a_service_that_is_no_longer_offered_reaches_nobody(guangdong, dongguan):
    serve(confirmed(division=dongguan), is_offered=False)
    assert cells("district=440000") == {"441900": ("gap", 0)}


def test_a_gap_leads_to_the_nearest_that_serve_the_group(guangdong, shenzhen, dongguan):
    hunan = factories.division("430000", "湖南省", "province")
    serve(confirmed(division=dongguan), population="pop:youth")
    women = factories.topic("pop:women").name

    def gap():
        [row] = [row for row in table("district=440000")["rows"] if row.name == women]
        return row.cells[-1].url

    assert gap() == ""
    far = confirmed(division=hunan)
    serve(far)
    assert gap() == "?population=pop%3Awomen"
    near = confirmed(division=shenzhen)
    serve(near)
    assert gap() == "?district=440000&population=pop%3Awomen"
    found = directory.context(QueryDict(gap()[1:]))["agencies"]
    assert list(found) == [near]


def test_rows_can_be_services(guangdong, dongguan):
    serve(confirmed(division=dongguan), types=("svc:legal",))
    assert cells("district=440000&rows=service", row=factories.topic("svc:legal").name) == {
        "441900": ("served", 1)
    }


def test_a_service_of_drafts_and_withdrawn_agencies_reaches_nobody(guangdong, dongguan):
    for status in (Agency.Status.DRAFT, Agency.Status.WITHDRAWN):
        serve(confirmed(division=dongguan, status=status))
    assert cells("district=440000") == {"441900": ("unknown", 0)}


def test_the_page_says_in_words_what_the_table_shows(client, guangdong, shenzhen, dongguan):
    serve(confirmed(division=dongguan))
    serve(confirmed(division=shenzhen, level=0), population="pop:youth")
    html = client.get("/en/agencies/?district=440000&view=coverage").content.decode()
    assert re.search(r'<td class="number served"><a href="[^"]+" aria-label="1 served">1<', html)
    assert re.search(r'<td class="number weak"><a href="[^"]+" aria-label="1 weak">\(1\)<', html)
    assert re.search(r'<td class="number gap"><a href="[^"]+" aria-label="gap">–<', html)
    assert "The same in words" in html


def test_a_portal_without_divisions_has_a_table_page_all_the_same(client):
    assert not Division.objects.exists()
    factories.agency()
    assert client.get("/agencies/?view=coverage").status_code == 200
