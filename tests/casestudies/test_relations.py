"""What references and open data say about versions and about where a case study comes from and leads to."""

import pytest

from casestudies.models import CaseStudy
from casestudies.open_data import citation
from casestudies.open_data.citation import source
from casestudies.open_data.identifier import permanent_url
from tests import factories

pytestmark = pytest.mark.django_db


def republished(case: CaseStudy, times: int) -> CaseStudy:
    for n in range(times):
        case = CaseStudy.objects.get(pk=case.pk)
        case.title = f"{case.title}{n}"
        case.save_revision().publish()
    return CaseStudy.objects.for_export().get(pk=case.pk)


def test_a_first_version_says_no_number_and_later_ones_do():
    case = factories.case()
    assert source.version(republished(case, 1)) == ""
    again = republished(case, 2)
    assert source.version(again) == "3"
    assert "(Version 3)" in citation.apa(again)


def test_a_case_and_what_was_adapted_from_it_name_each_other():
    original, own = factories.case(), factories.case()
    factories.adaptation(original, own.agency, case=own)
    [told] = source.relations(CaseStudy.objects.for_export().get(pk=own.pk))
    assert (told["relationType"], told["relatedIdentifier"]) == ("IsDerivedFrom", permanent_url(original))
    [told] = source.relations(CaseStudy.objects.for_export().get(pk=original.pk))
    assert (told["relationType"], told["relatedIdentifier"]) == ("IsSourceOf", permanent_url(own))


@pytest.mark.parametrize("hidden", ["draft adaptation", "case taken back", "agency not listed"])
def test_what_not_everybody_may_read_is_not_named(hidden):
    original, own = factories.case(), factories.case()
    made = {"status": "draft", "published_at": None} if hidden == "draft adaptation" else {}
    factories.adaptation(original, own.agency, case=own, **made)
    if hidden == "case taken back":
        CaseStudy.objects.filter(pk=own.pk).update(live=False)
    if hidden == "agency not listed":
        type(own.agency).objects.filter(pk=own.agency_id).update(status="withdrawn")
    assert source.relations(CaseStudy.objects.for_export().get(pk=original.pk)) == []


@pytest.mark.parametrize("number", [1, 3])
def test_naming_relations_and_versions_costs_the_same_for_one_and_for_three(
    number, django_assert_num_queries
):
    for _ in range(number):
        own = factories.case()
        factories.adaptation(factories.case(), own.agency, case=own)
        republished(own, 2)
    derived = CaseStudy.objects.filter(adapted_from__isnull=False)
    cases = list(derived.for_export())
    assert len(cases) == number
    with django_assert_num_queries(0):
        for case in cases:
            assert source.relations(case)
            assert source.version(case) == "2"
