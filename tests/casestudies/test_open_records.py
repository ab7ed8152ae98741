"""What harvesters are told: one record per case that was ever published, stamped anew when it says something else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from casestudies.models import CaseAuthor, CasePartner, OpenRecord
from casestudies.open_data import doi, open_records
from tests import factories

pytestmark = pytest.mark.django_db


def stamps():
    return dict(OpenRecord.objects.values_list("public_id", "told_at"))


def test_a_published_case_has_a_record_as_soon_as_the_worker_has_run(deliver):
    case, draft = factories.case(), factories.case(live=False)
    assert not OpenRecord.objects.exists()
    deliver()
    record = OpenRecord.objects.get()
    assert (record.case, record.public_id, record.is_deleted) == (case, case.public_id, False)
    assert draft.public_id not in stamps()


def test_a_record_is_stamped_ahead_and_again_only_when_it_says_something_else(agency):
    case, now = factories.case(agency), timezone.now()
    assert open_records.refresh([case.pk], at=now) == 1
    assert stamps() == {case.public_id: now + open_records.STAMPED_AHEAD}

    later = now + timedelta(days=1)
    assert open_records.refresh([case.pk], at=later) == 0
    assert stamps() == {case.public_id: now + open_records.STAMPED_AHEAD}

    CaseAuthor.objects.create(case=case, name="李华")
    assert open_records.refresh([case.pk], at=later) == 1
    assert stamps() == {case.public_id: later + open_records.STAMPED_AHEAD}


def test_who_changes_the_agency_or_an_author_changes_the_record(deliver, agency):
    case = factories.case(agency)
    deliver()
    before = stamps()
    OpenRecord.objects.update(told_at=timezone.now() - timedelta(days=9))
    CaseAuthor.objects.create(case=case, name="李华")
    deliver()
    assert stamps()[case.public_id] >= before[case.public_id]


def test_what_is_taken_back_or_erased_stays_as_a_deleted_record_in_its_sets(deliver):
    case, erased = factories.case(), factories.case()
    deliver()
    ids = {case.public_id, erased.public_id}
    case.live = False
    case.save()
    erased.delete()
    deliver()
    assert set(OpenRecord.objects.filter(is_deleted=True).values_list("public_id", flat=True)) == ids
    assert OpenRecord.objects.get(public_id=case.public_id).sets.filter(spec="kind:project").exists()

    case.live = True
    case.save()
    deliver()
    assert not OpenRecord.objects.get(case=case).is_deleted


def test_sets_are_agencies_topics_kind_language_evidence_and_licence(agency):
    case = factories.case(agency, kind="casework", language="en", evidence_level=2)
    case.topics.set([factories.topic(code) for code in ("pop:children", "mth:casework", "svc:legal.1")])
    case.save()
    draft_agency = factories.agency(status="draft")
    CasePartner.objects.create(case=case, agency=draft_agency)
    open_records.refresh([case.pk])
    assert list(OpenRecord.objects.get().sets.values_list("spec", flat=True)) == [
        f"agency:{agency.slug}",
        "evidence:2",
        "kind:casework",
        "language:en",
        "licence:CC-BY-4.0",
        "method:casework",
        "population:children",
        "service:legal:1",
    ]
    case.topics.set([])
    case.save()
    open_records.refresh([case.pk])
    assert not OpenRecord.objects.get().sets.filter(spec__startswith="population").exists()


def test_records_are_kept_up_in_the_same_number_of_queries(django_assert_max_num_queries):
    one = [factories.case().pk]
    many = [factories.case().pk for _ in range(12)]
    open_records.refresh([*one, *many])
    with django_assert_max_num_queries(12):
        assert open_records.refresh(one) == 0
    with django_assert_max_num_queries(12):
        assert open_records.refresh(many) == 0


def test_a_doi_is_noted_once_and_for_one_case(settings):
    settings.DOI_PREFIX = "10.5072"
    case, other = factories.case(), factories.case()
    open_records.refresh([case.pk, other.pk])
    proposed = doi.proposed_doi(case)
    assert proposed == f"10.5072/tongxing.{case.public_id.hex[:12]}"
    before = stamps()[case.public_id]
    assert doi.note_doi(case, "https://doi.org/" + proposed.upper()).doi == proposed
    assert stamps()[case.public_id] >= before
    doi.note_doi(case, proposed)
    for wrong in ((other, proposed), (case, "10.5072/else"), (other, "not a doi"), (other, "10.1/x\x00")):
        with pytest.raises(doi.WrongIdentifier):
            doi.note_doi(*wrong)
    with pytest.raises(doi.WrongIdentifier):
        doi.note_doi(factories.case(live=False), "10.5072/draft")
    with pytest.raises(IntegrityError), transaction.atomic():
        OpenRecord.objects.filter(case=other).update(doi="nonsense")


def test_without_a_prefix_no_doi_is_proposed(settings):
    settings.DOI_PREFIX = ""
    with pytest.raises(doi.WrongIdentifier):
        doi.proposed_doi(factories.case())


def test_once_a_day_all_records_are_brought_up():
    case = factories.case()
    today = timezone.localdate()
    assert len(open_records.reconcile(today)) == 1
    assert OpenRecord.objects.get().case == case
    assert open_records.reconcile(today) == []
