"""What the counts say, to readers and to the agency that wrote a case."""

import csv
import io
from datetime import date

import pytest
from django.urls import reverse

from casestudies.keeping import reading_list
from casestudies.models import CaseStudy
from casestudies.usage import counting, figures
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def used(agency):
    """Two cases of the agency: one that was read in two months, one that a spreadsheet could take for a formula."""
    first, second = factories.case(agency, title="多次阅读"), factories.case(agency, title="=1+1")
    counting.upsert(
        [
            (first.pk, "view", date(2026, 9, 30), 4),
            (first.pk, "view", date(2026, 10, 1), 2),
            (first.pk, "view", date(2026, 10, 31), 3),
            (first.pk, "citation", date(2026, 10, 2), 1),
            (second.pk, "view", date(2025, 1, 1), 7),
        ]
    )
    return first, second


def test_a_month_is_the_sum_of_its_days_and_twelve_are_shown(used):
    months = figures.by_month(CaseStudy.objects.all(), on=date(2026, 11, 15))
    assert [one["month"] for one in months][::11] == [date(2025, 12, 1), date(2026, 11, 1)]
    by_month = {one["month"]: (one["view"], one["citation"]) for one in months}
    assert by_month[date(2026, 9, 1)] == (4, 0)
    assert by_month[date(2026, 10, 1)] == (5, 1)
    assert sum(view for view, _ in by_month.values()) == 9  # January of the year before is long ago


def test_the_tallest_bar_fills_the_chart_and_the_others_keep_their_proportion(used):
    bars = figures.bars(figures.by_month(CaseStudy.objects.all(), on=date(2026, 11, 15)))
    heights = {bar["month"]: float(bar["height"]) for bar in bars}
    assert max(heights.values()) == heights[date(2026, 10, 1)] == 56
    assert heights[date(2026, 9, 1)] == pytest.approx(56 * 4 / 5, abs=0.01)


def test_the_agencys_people_see_how_often_its_cases_are_used(client, agency, member, used):
    client.force_login(member)
    page = client.get(reverse("case_numbers", args=[agency.slug]))
    numbers = {case.title: case.numbers for case in page.context["cases"]}
    assert (numbers["多次阅读"]["view"], numbers["多次阅读"]["citation"], numbers["=1+1"]["view"]) == (
        9,
        1,
        7,
    )


def test_the_file_says_the_same_and_starts_no_formula(client, agency, member, used):
    client.force_login(member)
    answer = client.get(reverse("case_numbers_csv", args=[agency.slug]))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["title"], row["month"], row["view"], row["citation"]) for row in rows] == [
        ("'=1+1", "2025-01", "7", "0"),
        ("多次阅读", "2026-09", "4", "0"),
        ("多次阅读", "2026-10", "5", "1"),
    ]


def test_another_agencys_numbers_are_nowhere(client, agency, stranger, used):
    client.force_login(stranger)
    for name in ("case_numbers", "case_numbers_csv"):
        assert client.get(reverse(name, args=[agency.slug])).status_code == 404


def test_the_numbers_cost_as_many_questions_for_three_cases_as_for_one(client, agency, member):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(member)
    counts = []
    for number in (1, 2):
        for _ in range(number):
            counting.upsert([(factories.case(agency).pk, "view", date(2026, 11, 1), 1)])
        for name in ("case_numbers", "case_numbers_csv"):
            address = reverse(name, args=[agency.slug])
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            counts.append(len(asked))
    assert counts[:2] == counts[2:]


def test_a_case_says_modestly_how_often_it_was_used(client, used):
    first, _second = used
    assert client.get(first.get_absolute_url()).context["usage"]["view"] == 9
    assert client.get(factories.case().get_absolute_url()).context["usage"] is None


def test_the_library_can_be_sorted_by_what_is_read(client, used):
    page = client.get("/cases/?sort=read")
    assert [case.title for case in page.context["cases"]] == ["多次阅读", "=1+1"]
    factories.adaptation(used[1])
    page = client.get("/cases/?sort=adapted")
    assert [case.title for case in page.context["cases"]] == ["=1+1", "多次阅读"]


def test_keeping_counts_once_a_day_and_reader_and_not_for_ones_own_agency(
    agency, member, django_capture_on_commit_callbacks
):
    case, reader = factories.case(agency), factories.user()
    counting.cache.clear()
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            entry, _is_new = reading_list.keep(case, by=reader)
            reading_list.take_out(entry, by=reader)
        reading_list.keep(case, by=member)
    counting.write()
    assert counting.totals(case) == {"list": 1}
