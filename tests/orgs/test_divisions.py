"""The administrative divisions: loading them, what became of those that ended, and how people name them."""

from datetime import date

import pytest
from django import forms
from django.http import QueryDict

from casestudies import library
from orgs import directory, divisions
from orgs.division_field import find_one
from orgs.models import Agency, Division
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    divisions.load()


def test_loading_twice_changes_nothing(loaded):
    agency = factories.agency()
    links = Division.successors.through.objects.count()
    assert divisions.load() == Division.objects.count()
    assert Division.successors.through.objects.count() == links
    assert Agency.objects.get().stamp == agency.stamp


@pytest.mark.parametrize(
    ("code", "number", "some"),
    [("441900", 32, "虎门镇"), ("442000", 23, "小榄镇"), ("460400", 16, "那大镇"), ("620200", 5, "雄关街道")],
)
def test_prefectures_without_counties_have_townships(loaded, code, number, some):
    below = Division.objects.get(code=code, last_year=None).children.current()
    assert below.count() == number
    assert set(below.values_list("level", flat=True)) == {"township"}
    assert below.filter(name_zh=some).exists()


@pytest.mark.parametrize(
    ("code", "last_year", "today"),
    [
        ("330283", 2015, ["330213"]),  # 奉化市 became 奉化区
        ("110103", 2009, ["110101"]),  # 崇文区 went into 东城区
        ("419001", 1994, ["411281"]),  # the code is 济源市 now; 义马市 has another
        ("500112", 2024, ["500157"]),  # 渝北区 went into 两江新区
        ("410504", 2001, []),  # nobody says
    ],
)
def test_a_division_that_ended_is_followed_to_what_it_is_today(loaded, code, last_year, today):
    ended = Division.objects.get(code=code, last_year=last_year)
    assert [division.code for division in divisions.successors_of(ended)] == today


def test_chains_are_followed_and_a_ring_ends():
    a, b, c, d = (
        Division.objects.create(
            code=f"44030{n}",
            name_zh=f"第{n}区",
            name_en=f"{n}",
            level="county",
            first_year=1990,
            last_year=last,
        )
        for n, last in ((1, 2000), (2, 2010), (3, None), (4, None))
    )
    a.successors.add(b)
    b.successors.add(c, d, a)
    assert divisions.successor_codes([a.pk, c.pk]) == {a.pk: {"440303", "440304"}}


def test_an_agency_and_a_case_in_a_division_that_ended_are_found_under_what_it_became(loaded):
    fenghua = Division.objects.get(code="330283", last_year=2015)
    agency = factories.agency(division=fenghua)
    served = factories.agency()
    factories.service(served).areas.set([fenghua])
    case = factories.case(division=fenghua)
    elsewhere = Division.objects.get(code="330212", last_year=None)
    factories.agency(division=elsewhere)
    factories.case(division=elsewhere)
    for code in ("330213", "330283"):  # an old link leads to the successor
        parts = directory.context(QueryDict(f"district={code}"))
        assert {each.pk for each in parts["agencies"]} == {agency.pk, served.pk}
    assert parts["choices"].was == fenghua
    found = library.context(QueryDict("place=330213"))["cases"]
    assert [each.pk for each in found] == [case.pk]


def test_a_name_that_is_no_more_is_refused_with_what_it_is_today(loaded):
    with pytest.raises(forms.ValidationError) as refusal:
        find_one("奉化市")
    assert "宁波市奉化区" in refusal.value.messages[0]
    assert "2016" in refusal.value.messages[0]


def test_a_name_that_never_was_is_refused_as_before(loaded):
    with pytest.raises(forms.ValidationError) as refusal:
        find_one("桃花源市")
    assert "桃花源市" in refusal.value.messages[0]


def test_new_divisions_are_in_the_directory_at_once():
    """The files can be loaded while the portal runs: agencies are then read anew."""
    ended = Division.objects.create(
        code="330283", name_zh="奉化市", name_en="Fenghua", level="county", first_year=1995, last_year=2015
    )
    agency = factories.agency(division=ended, confirmed_on=date(2026, 1, 1))
    assert directory.named("") == [agency.pk]
    divisions.load()
    parts = directory.context(QueryDict("district=330213&dormant=1"))
    assert [each.pk for each in parts["agencies"]] == [agency.pk]
