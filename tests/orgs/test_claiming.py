"""How an entry that nobody looks after gets an owner."""

from threading import Barrier

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from orgs import application, claiming, joining
from orgs.application import ApplicationError
from orgs.models import Agency, Application, Membership, Role, User
from tests import factories
from tests.at_once import at_once


@pytest.mark.django_db
class TestClaiming:
    def test_an_accepted_claimant_is_the_owner_and_the_entry_is_claimed(self, moderator, deliver):
        free, lin = factories.agency(), factories.user()
        claim = claiming.claim(free, by=lin, message="我是总干事", scans=[factories.scan()])
        arrived = deliver()
        membership = claiming.accept(claim, by=moderator)
        answered = deliver()

        free.refresh_from_db()
        claim.refresh_from_db()
        assert (membership.user, membership.role, membership.status) == (lin, "owner", "active")
        assert free.is_claimed
        assert (claim.status, claim.decided_by) == ("accepted", moderator)
        assert ([m.to for m in arrived], [m.to for m in answered]) == ([[moderator.email]], [[lin.email]])

    def test_a_claim_on_a_claimed_agency_is_refused_with_what_to_do(self, agency):
        factories.member_of(agency, role="owner")
        with pytest.raises(claiming.ClaimError) as refusal:
            claiming.claim(agency, by=factories.user())
        assert str(refusal.value)
        assert Application.objects.count() == 0

    def test_who_loses_the_race_is_told_to_ask_the_owner_in_their_language(self, moderator, deliver):
        free, lin, ana = factories.agency(), factories.user(), factories.user(language="en")
        winner, loser = claiming.claim(free, by=lin), claiming.claim(free, by=ana)
        deliver()
        claiming.accept(winner, by=moderator)
        loser.refresh_from_db()
        mails = {mail.to[0]: mail for mail in deliver()}
        assert loser.status == "declined"
        assert set(mails) == {lin.email, ana.email}
        assert "Ask them to let you join" in mails[ana.email].body
        assert lin.email not in mails[ana.email].body
        with pytest.raises(ApplicationError):
            claiming.accept(loser, by=moderator)
        assert [m.user for m in free.memberships.all()] == [lin]

    def test_a_declined_claimant_reads_why_and_may_claim_again(self, moderator, deliver):
        free, lin = factories.agency(), factories.user()
        claim = claiming.claim(free, by=lin)
        deliver()
        with pytest.raises(ApplicationError):
            application.decline(claim, by=moderator, reason="  ")
        application.decline(claim, by=moderator, reason="请附上盖章的说明。")
        (mail,) = deliver()
        assert (mail.to, "请附上盖章的说明。" in mail.body) == ([lin.email], True)
        assert claiming.claim(free, by=lin).status == "open"

    def test_claiming_twice_adds_the_files_to_the_first_claim(self):
        free, lin = factories.agency(), factories.user()
        first = claiming.claim(free, by=lin, scans=[factories.scan()])
        assert claiming.claim(free, by=lin, scans=[factories.scan()]) == first
        assert first.evidence.count() == 2
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.create(agency=free, applicant=lin, kind="claim")

    def test_one_person_has_three_open_claims_at_most(self):
        lin = factories.user()
        for _n in range(claiming.OPEN_CLAIMS):
            claiming.claim(factories.agency(), by=lin)
        with pytest.raises(claiming.ClaimError):
            claiming.claim(factories.agency(), by=lin)

    @pytest.mark.parametrize("status", ["draft", "withdrawn"])
    def test_only_a_listed_entry_is_claimed(self, status):
        with pytest.raises(claiming.ClaimError):
            claiming.claim(factories.agency(status=status), by=factories.user())

    @pytest.mark.parametrize("who", ["member", "stranger", "manager"])
    def test_only_portal_staff_accept(self, who, request):
        claim = claiming.claim(factories.agency(), by=factories.user())
        with pytest.raises(ApplicationError):
            claiming.accept(claim, by=request.getfixturevalue(who))
        assert not Membership.objects.filter(agency=claim.agency).exists()

    def test_staff_do_not_accept_their_own_claim_or_a_colleagues_at_their_own_agency(self, moderator):
        free = factories.agency()
        own = claiming.claim(free, by=moderator)
        with pytest.raises(ApplicationError):
            claiming.accept(own, by=moderator)
        Membership.objects.create(user=moderator, agency=free, role=Role.MEMBER)
        with pytest.raises(ApplicationError):
            claiming.accept(claiming.claim(free, by=factories.user()), by=moderator)

    def test_who_is_suspended_does_not_claim(self):
        free, lin = factories.agency(), factories.user()
        Membership.objects.create(user=lin, agency=free, status="suspended")
        with pytest.raises(claiming.ClaimError):
            claiming.claim(free, by=lin)

    @pytest.mark.parametrize("meanwhile", ["withdrawn", "claimed", "locked"])
    def test_a_claim_is_not_accepted_past_what_happened_meanwhile(self, moderator, meanwhile):
        free, lin = factories.agency(), factories.user()
        claim = claiming.claim(free, by=lin)
        if meanwhile == "withdrawn":
            Agency.objects.filter(pk=free.pk).update(status="withdrawn")
        elif meanwhile == "claimed":
            factories.member_of(free, role="owner")
        else:
            User.objects.filter(pk=lin.pk).update(is_active=False)
        with pytest.raises(claiming.ClaimError):
            claiming.accept(claim, by=moderator)
        assert not free.memberships.filter(user=lin).exists()

    def test_a_person_takes_their_claim_back_and_nobody_else_does(self, moderator):
        lin = factories.user()
        claim = claiming.claim(factories.agency(), by=lin)
        with pytest.raises(ApplicationError):
            application.withdraw(claim, by=moderator)
        assert application.withdraw(claim, by=lin).status == "withdrawn"
        with pytest.raises(ApplicationError):
            claiming.accept(claim, by=moderator)

    def test_after_the_claim_others_ask_the_new_owner(self, moderator):
        free, lin, ana = factories.agency(), factories.user(), factories.user()
        claiming.accept(claiming.claim(free, by=lin), by=moderator)
        asked = joining.ask_to_join(free, user=ana)
        assert list(joining.decidable_by(lin)) == [asked]


@pytest.mark.django_db
class TestThePages:
    def test_the_page_of_an_unclaimed_agency_says_so_and_leads_to_the_claim(self, client, agency):
        free = factories.agency()
        factories.member_of(agency, role="owner")
        claim_url = reverse("claim_agency", args=[free.slug])
        assert claim_url in client.get(free.get_absolute_url()).content.decode()
        claimed = client.get(agency.get_absolute_url()).content.decode()
        assert reverse("claim_agency", args=[agency.slug]) not in claimed
        assert 'id="join"' in claimed
        assert client.get(claim_url).url.startswith(reverse("account_login"))

    def test_a_person_claims_with_a_scan_adds_another_and_takes_it_back(self, client):
        free, lin = factories.agency(), factories.user()
        client.force_login(lin)
        address = reverse("claim_agency", args=[free.slug])
        file = factories.scan("工牌.png").file
        answer = client.post(address, {"message": "我在这里工作", "evidence": [file]}, follow=True)
        claim = Application.objects.get()
        assert answer.redirect_chain[-1][0] == address
        assert "工牌.png" in answer.content.decode()
        assert client.post(address, {"evidence": [factories.scan().file]}).status_code == 302
        assert claim.evidence.count() == 2
        assert client.post(address, {}).context["form"].errors["evidence"]
        assert free.legal_name in client.get("/desk/").content.decode()
        client.post(reverse("withdraw_application", args=[claim.public_id]))
        claim.refresh_from_db()
        assert claim.status == "withdrawn"

    def test_a_wrong_file_is_refused_beside_the_field_and_the_message_is_kept(self, client):
        client.force_login(factories.user())
        address = reverse("claim_agency", args=[factories.agency().slug])
        file = factories.SimpleUploadedFile("证书.pdf", b"MZ\x90\x00 no certificate")
        answer = client.post(address, {"message": "我在这里工作", "evidence": [file]})
        assert list(answer.context["form"].errors) == ["evidence"]
        assert "我在这里工作" in answer.content.decode()
        assert Application.objects.count() == 0

    def test_the_claim_page_of_a_claimed_agency_offers_to_ask_to_join(self, client, agency):
        factories.member_of(agency, role="owner")
        client.force_login(factories.user())
        address = reverse("claim_agency", args=[agency.slug])
        assert reverse("join_agency", args=[agency.slug]) in client.get(address).content.decode()
        refused = client.post(address, {"message": "也是我的"})
        assert refused.status_code == 200
        assert Application.objects.count() == 0

    def test_choosing_an_agency_offers_to_join_the_claimed_and_to_claim_the_free(self, client):
        claimed, free = factories.agency(legal_name="有主中心"), factories.agency(legal_name="无主中心")
        factories.member_of(claimed, role="owner")
        client.force_login(factories.user())
        html = client.get("/desk/join/").content.decode()
        assert reverse("join_agency", args=[claimed.slug]) in html
        assert reverse("claim_agency", args=[claimed.slug]) not in html
        assert reverse("claim_agency", args=[free.slug]) in html
        assert reverse("join_agency", args=[free.slug]) not in html

    def test_an_entry_without_an_owner_but_with_managers_is_joined_or_claimed(
        self, client, agency, manager, moderator
    ):
        claim_url, join_url = (reverse(f"{name}_agency", args=[agency.slug]) for name in ("claim", "join"))
        client.force_login(factories.user())
        html = client.get(agency.get_absolute_url()).content.decode()
        assert (claim_url in html, f'action="{join_url}"' in html) == (True, True)
        assert join_url in client.get("/desk/join/").content.decode()
        client.force_login(manager)
        desk = reverse("agency_desk", args=[agency.slug])
        assert claim_url in client.get(desk).content.decode()
        claiming.accept(claiming.claim(agency, by=manager), by=moderator)
        assert agency.memberships.get(user=manager).role == "owner"
        assert claim_url not in client.get(desk).content.decode()

    def test_somebody_elses_claim_is_not_taken_back(self, client, stranger):
        claim = claiming.claim(factories.agency(), by=factories.user())
        client.force_login(stranger)
        address = reverse("withdraw_application", args=[claim.public_id])
        assert client.post(address).status_code == 404


# -- Two at once, for real ---------------------------------------------------------------------------------------------


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """An entry with two claims and two people of the staff, seen by every connection; gone afterwards."""
    with django_db_blocker.unblock():
        free, people = factories.agency(), [factories.user(), factories.user()]
        staff = [factories.moderator(), factories.moderator()]
        claims = [claiming.claim(free, by=person) for person in people]
        yield free, claims, staff
        Agency.objects.filter(pk=free.pk).delete()
        User.objects.filter(pk__in=[person.pk for person in people + staff]).delete()
        DBTaskResult.objects.all().delete()


def owners_of(agency):
    return list(agency.memberships.filter(role="owner").values_list("user", flat=True))


def test_two_claims_accepted_at_once_make_one_owner(committed):
    free, claims, staff = committed

    results = at_once(
        [
            lambda claim=claim, person=person: claiming.accept(claim, by=person)
            for claim, person in zip(claims, staff, strict=True)
        ],
        refusals=ApplicationError,
    )

    refused = [one for one in results if isinstance(one, ApplicationError)]
    accepted = [one for one in results if isinstance(one, Membership)]
    assert (len(accepted), len(refused)) == (1, 1)
    assert owners_of(free) == [accepted[0].user_id]
    assert sorted(free.applications.values_list("status", flat=True)) == ["accepted", "declined"]


def test_looking_first_and_writing_then_makes_two_owners(committed):
    """The control: without the lock both see a free entry, so the test above does show something."""
    free, claims, _staff = committed
    everybody_looked = Barrier(2)

    def look_then_write(claim):
        is_free = not Agency.objects.get(pk=free.pk).is_claimed
        everybody_looked.wait()
        if is_free:
            Membership.objects.create(user=claim.applicant, agency=free, role=Role.OWNER)

    at_once([lambda claim=claim: look_then_write(claim) for claim in claims])

    assert len(owners_of(free)) == 2


def test_two_people_of_the_staff_who_answer_one_claim_at_once_answer_it_once(committed):
    free, [claim, _other], [first, second] = committed

    results = at_once(
        [
            lambda: claiming.accept(claim, by=first),
            lambda: application.decline(claim, by=second, reason="证据不足。"),
        ],
        refusals=ApplicationError,
    )

    refusals = [one for one in results if isinstance(one, ApplicationError)]
    claim.refresh_from_db()
    assert len(refusals) == 1
    assert str(refusals[0])
    assert len(owners_of(free)) == (1 if claim.status == "accepted" else 0)
    assert Agency.objects.get(pk=free.pk).is_claimed == (claim.status == "accepted")
