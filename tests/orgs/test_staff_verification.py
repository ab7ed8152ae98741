"""The portal's staff verify an agency that asked nothing: what was checked, how, until when, and by how many people."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from orgs import decision, verification
from orgs.application import ApplicationError
from orgs.models import Agency, Application, Evidence, Verification
from tests import factories
from tests.orgs.test_duplicates import DOUBTFUL, fine_code
from tests.orgs.test_logo import drawn

pytestmark = pytest.mark.django_db


@pytest.fixture
def coded(agency):
    agency.uscc = fine_code()
    agency.save()
    return agency


@pytest.fixture
def staff(client, moderator):
    client.force_login(moderator)
    return client


def page_of(agency):
    return reverse("verify_agency", args=[agency.slug])


def post(client, agency, **said):
    said = {"answer": "verify", "level": "2", "method": "上门看了证书原件", **said}
    return client.post(page_of(agency), said, follow=True)


def test_an_agency_without_a_question_is_verified_with_its_note_and_its_end(staff, coded, deliver):
    owner = factories.member_of(coded, role="owner")
    day = timezone.localdate() + timedelta(days=100)
    answer = post(staff, coded, note="证书在桌上", expires_on=day.isoformat())
    made = verification.current(coded)
    assert (made.level, made.note, made.expires_on) == (2, "证书在桌上", day)
    assert (made.application, Application.objects.count()) == (None, 0)
    assert "证书在桌上" in answer.content.decode()
    assert [mail.to for mail in deliver()] == [[owner.email]]


def test_it_counts_for_a_year_unless_an_earlier_day_is_given(staff, coded):
    post(staff, coded, expires_on="")
    assert verification.current(coded).expires_on == verification.a_year_after(timezone.localdate())


@pytest.mark.parametrize("days", [-1, 0, 367, 100_000])
def test_a_day_that_is_past_or_more_than_a_year_away_is_refused(staff, coded, moderator, days):
    day = timezone.localdate() + timedelta(days=days)
    answer = post(staff, coded, expires_on=day.isoformat())
    assert list(answer.context["form"].errors) == ["expires_on"]
    with pytest.raises(ApplicationError):
        decision.verify_unasked(coded, by=moderator, level=2, method="电话", expires_on=day)
    assert not Verification.objects.exists()


def test_a_picture_of_the_registry_is_needed_for_level_three_and_goes_like_all_evidence(staff, coded):
    assert list(post(staff, coded, level="3").context["form"].errors) == ["registry"]
    picture = SimpleUploadedFile("截图.png", drawn(), content_type="image/png")
    post(staff, coded, level="3", registry=picture)
    made = verification.current(coded)
    kept = Evidence.objects.get()
    assert (made.level, made.checked["registry_sha256"]) == (3, [kept.sha256])
    assert (kept.application.status, kept.application.decided_at is None) == ("accepted", False)


def test_a_doubtful_code_needs_a_second_person_who_confirms_on_the_same_page(client, agency, moderator):
    Agency.objects.filter(pk=agency.pk).update(uscc=DOUBTFUL)
    client.force_login(moderator)
    post(client, agency)
    assert verification.current(agency) is None
    client.post(page_of(agency), {"answer": "confirm"})
    assert verification.current(agency) is None, "nobody confirms their own proposal"
    second = factories.moderator()
    client.force_login(second)
    client.post(page_of(agency), {"answer": "confirm"})
    made = verification.current(agency)
    assert (made.checked_by, made.second_checker) == (moderator, second)


def test_a_proposal_whose_question_is_gone_is_confirmed_all_the_same(client, agency, moderator):
    proposed = decision.verify_unasked(agency, by=moderator, level=2, method="电话")
    Application.objects.all().delete()
    client.force_login(factories.moderator())
    assert 'value="confirm"' in client.get(page_of(agency)).content.decode()
    client.post(page_of(agency), {"answer": "confirm"})
    assert verification.current(agency) == proposed


def test_an_agency_that_asked_is_answered_at_its_question(staff, coded, moderator):
    asked = verification.ask(coded, level=1, by=factories.member_of(coded, role="owner"))
    html = staff.get(page_of(coded)).content.decode()
    assert reverse("staff_application", args=[asked.public_id]) in html
    assert 'name="method"' not in html
    with pytest.raises(ApplicationError):
        decision.verify_unasked(coded, by=moderator, level=1, method="电话")
    asked.refresh_from_db()
    assert (asked.status, Verification.objects.count()) == ("open", 0)


def test_nobody_verifies_their_own_agency_nor_one_that_is_not_listed(client, coded, moderator):
    coded.memberships.create(user=moderator, role="member")
    client.force_login(moderator)
    for agency in (coded, factories.agency(status="draft")):
        assert post(client, agency).status_code == 200
    assert not Verification.objects.exists()


@pytest.mark.parametrize("who", ["member", "manager", "stranger"])
def test_for_others_there_is_neither_page_nor_rule_nor_link(client, coded, who, request):
    person = request.getfixturevalue(who)
    client.force_login(person)
    for address in (page_of(coded), reverse("find_agency_to_verify")):
        assert client.get(address).status_code == client.post(address).status_code == 404
    assert page_of(coded) not in client.get(coded.get_absolute_url()).content.decode()
    with pytest.raises(ApplicationError):
        decision.verify_unasked(coded, by=person, level=1, method="电话")


def test_the_staff_find_the_agency_by_name_or_from_its_page(staff, coded):
    find = reverse("find_agency_to_verify")
    assert find in staff.get(reverse("staff_queue")).content.decode()
    assert page_of(coded) in staff.get(coded.get_absolute_url()).content.decode()
    assert staff.get(find, {"agency": coded.legal_name}).url == page_of(coded)
    assert list(staff.get(find, {"agency": "没有\0这家"}).context["form"].errors) == ["agency"]
