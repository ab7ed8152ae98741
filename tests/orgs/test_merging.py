"""Two entries of one agency become one, and nothing that hung from the duplicate is lost."""

from datetime import date

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from casestudies.models import CasePartner, CaseStudy
from casestudies.writing import authoring
from events.models import EventHost, Registration, SeatPool
from orgs import history, invitation, joining, merging, owner_guard, partnership
from orgs.models import Agency, AgencyText, Application, JoinRequest, Membership, Partnership, Verification
from orgs.permissions import can
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def duplicate(db):
    return factories.agency(slug="old-address", legal_name="东城同心社工站", former_names=["同心站"])


@pytest.fixture
def survivor(db):
    return factories.agency(slug="new-address", legal_name="东城同心社会工作服务中心")


def merge(duplicate, survivor, moderator):
    merging.merge(duplicate, into=survivor, by=moderator)
    duplicate.refresh_from_db()
    survivor.refresh_from_db()
    connection.check_constraints()


def test_the_duplicate_says_into_which_and_its_names_are_kept(duplicate, survivor, moderator):
    Agency.objects.filter(pk=duplicate.pk).update(uscc="52441900MJL0000000", external_id="list:7")
    merge(duplicate, survivor, moderator)
    assert (duplicate.status, duplicate.merged_into, duplicate.claimed_at) == ("merged", survivor, None)
    assert survivor.former_names == ["东城同心社工站", "同心站"]
    assert (survivor.uscc, survivor.external_id) == ("52441900MJL0000000", "list:7")


def test_everything_moves_that_points_at_the_duplicate(duplicate, survivor, moderator):
    service = factories.service(duplicate)
    place = duplicate.locations.create(name_zh="服务点")
    event = factories.event(duplicate)
    co_hosted = EventHost.objects.create(event=factories.event(), agency=duplicate, is_confirmed=True)
    registration = Registration.objects.create(
        event=event,
        pool=event.pools.first(),
        user=factories.user(),
        agency=duplicate,
        status="cancelled",
        created_at=timezone.now(),
    )
    case = factories.case(duplicate)
    named = CasePartner.objects.create(case=factories.case(), agency=duplicate)
    lin = factories.user(wants_to_join=duplicate)
    asked = joining.ask_to_join(duplicate, user=factories.user())

    merge(duplicate, survivor, moderator)

    moved = [service, place, co_hosted, registration, case, named, asked]
    for row in (*moved, event, lin):
        row.refresh_from_db()
    assert {row.agency for row in moved} == {survivor}
    assert (event.host, lin.wants_to_join) == (survivor, survivor)


def test_what_the_survivor_has_already_is_dropped(duplicate, survivor, moderator):
    event, case = factories.event(), factories.case()
    for agency in (duplicate, survivor):
        EventHost.objects.create(event=event, agency=agency)
        CasePartner.objects.create(case=case, agency=agency)
        AgencyText.objects.create(agency=agency, language="zh-hans", mission=agency.slug)
    AgencyText.objects.create(agency=duplicate, language="en", mission="Only there")
    merge(duplicate, survivor, moderator)
    assert [host.agency for host in event.hosts.all()] == [survivor]
    assert [partner.agency for partner in case.partners.all()] == [survivor]
    assert {text.language: text.mission for text in survivor.texts.all()} == {
        "zh-hans": "new-address",
        "en": "Only there",
    }


def test_seats_kept_for_both_become_one_allotment_with_everybody_in_it(duplicate, survivor, moderator):
    event = factories.event()
    for agency in (duplicate, survivor):
        pool = SeatPool.objects.create(event=event, kind="agency", agency=agency, capacity=3)
        person = factories.member_of(agency)
        Registration.objects.create(
            event=event, pool=pool, user=person, agency=agency, status="confirmed", created_at=timezone.now()
        )
        SeatPool.objects.filter(pk=pool.pk).update(taken=1)
    merge(duplicate, survivor, moderator)
    pool = event.pools.get(kind="agency")
    assert (pool.agency, pool.capacity, pool.taken, pool.registrations.count()) == (survivor, 6, 2, 2)


def test_the_merge_is_a_version_of_the_survivor(duplicate, survivor, moderator):
    merge(duplicate, survivor, moderator)
    newest = history.versions(survivor).first()
    assert newest.user == moderator
    assert "东城同心社工站" in str(newest.content)


@pytest.mark.parametrize("is_lead_the_duplicate", [True, False])
def test_nobody_is_a_partner_of_themselves_afterwards(duplicate, survivor, moderator, is_lead_the_duplicate):
    lead, other = (duplicate, survivor) if is_lead_the_duplicate else (survivor, duplicate)
    event, case = factories.event(lead), factories.case(lead)
    EventHost.objects.create(event=event, agency=other, is_confirmed=True)
    CasePartner.objects.create(case=case, agency=other)
    owner = factories.member_of(lead, role="owner")
    partnership.propose(
        lead,
        by=owner,
        kind=factories.topic("col:referral"),
        title="转介",
        partners=[other],
        started_on=date(2026, 1, 1),
    )
    merge(duplicate, survivor, moderator)
    assert (list(event.hosts.all()), list(case.partners.all())) == ([], [])
    assert not Partnership.objects.exists()


def test_drafts_of_case_studies_follow(duplicate, survivor, moderator):
    writer = factories.user()
    led = authoring.start_case(duplicate, by=writer, title="案例")
    other = factories.case(live=False)
    authoring.save_draft(other, by=writer, partners=[duplicate, survivor])
    merge(duplicate, survivor, moderator)
    assert authoring.draft_of(led).agency == survivor
    draft = authoring.draft_of(CaseStudy.objects.get(pk=other.pk))
    assert [partner.agency for partner in draft.partners.all()] == [survivor]


# -- People -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("there", "here", "after"),
    [
        (("member", "active"), ("manager", "active"), ("manager", "active")),
        (("manager", "active"), ("member", "active"), ("manager", "active")),
        (None, ("owner", "active"), ("owner", "active")),
        (("member", "active"), ("manager", "suspended"), ("manager", "suspended")),
        (("manager", "suspended"), ("member", "active"), ("manager", "suspended")),
        (("member", "left"), ("member", "active"), ("member", "active")),
        (("member", "active"), ("member", "left"), ("member", "active")),
        (None, ("member", "left"), ("member", "left")),
    ],
)
def test_the_higher_role_wins_and_a_suspension_stays(duplicate, survivor, moderator, there, here, after):
    factories.member_of(survivor, role="owner")
    lin = factories.user()
    for agency, held in ((survivor, there), (duplicate, here)):
        if held:
            Membership.objects.create(user=lin, agency=agency, role=held[0], status=held[1])
    merge(duplicate, survivor, moderator)
    found = Membership.objects.get(user=lin)
    assert (found.agency, found.role, found.status) == (survivor, *after)


def test_the_owner_of_the_duplicate_makes_an_unclaimed_survivor_claimed(duplicate, survivor, moderator):
    owner = factories.member_of(duplicate, role="owner")
    merge(duplicate, survivor, moderator)
    assert survivor.is_claimed
    assert can(owner, "members.roles", survivor)
    assert not can(owner, "members.view", duplicate)
    assert list(owner_guard.ownerless()) == []


def test_a_merge_that_would_leave_nobody_as_owner_is_refused(duplicate, survivor, moderator):
    owner = factories.member_of(survivor, role="owner")
    Membership.objects.create(user=owner, agency=duplicate, status="suspended")
    with pytest.raises(merging.MergingError):
        merge(duplicate, survivor, moderator)
    assert Membership.objects.filter(user=owner).count() == 2


def test_invitations_end_and_requests_and_applications_have_their_answer(duplicate, survivor, moderator):
    factories.member_of(survivor, role="owner")
    owner = factories.member_of(duplicate, role="owner")
    sent = invitation.invite(duplicate, email="x@example.org", role="member", by=owner)
    both = factories.member_of(survivor)
    asked = joining.ask_to_join(duplicate, user=both)
    listing = Application.objects.create(kind="listing", agency=duplicate, applicant=owner)
    merge(duplicate, survivor, moderator)
    sent.refresh_from_db()
    assert sent.revoked_at is not None
    assert JoinRequest.objects.get(pk=asked.pk).status == "accepted"
    assert survivor.memberships.get(user=both).role == "member"
    listing.refresh_from_db()
    assert (listing.status, listing.decided_by) == ("withdrawn", moderator)


def test_a_badge_is_not_handed_on(duplicate, survivor, moderator):
    Verification.objects.create(
        agency=duplicate,
        level=2,
        method="证书",
        checked_on=date(2026, 1, 1),
        expires_on=date(2027, 1, 1),
        checked_by=moderator,
    )
    merge(duplicate, survivor, moderator)
    assert not survivor.verifications.exists()


# -- Who may, and what not --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["owner", "stranger"])
def test_only_portal_staff_merge(duplicate, survivor, stranger, who):
    person = stranger if who == "stranger" else factories.member_of(survivor, role="owner")
    with pytest.raises(merging.MergingError):
        merging.merge(duplicate, into=survivor, by=person)


def test_what_cannot_be_merged_is_refused(duplicate, survivor, moderator):
    third = factories.agency()
    draft = factories.agency(status="draft")
    merge(duplicate, survivor, moderator)
    for one, other in ((duplicate, third), (third, duplicate), (third, third), (third, draft)):
        with pytest.raises(merging.MergingError):
            merging.merge(one, into=other, by=moderator)


# -- Addresses --------------------------------------------------------------------------------------------------------


def test_the_old_address_leads_to_the_survivor_for_good_along_a_chain(client, duplicate, survivor, moderator):
    last = factories.agency(slug="last-address")
    merge(duplicate, survivor, moderator)
    merge(survivor, last, moderator)
    for person in (None, moderator):
        if person:
            client.force_login(person)
        for slug in ("old-address", "new-address"):
            answer = client.get(f"/agencies/{slug}/")
            assert (answer.status_code, answer.url) == (301, "/agencies/last-address/")


def test_a_merged_entry_is_in_no_list(client, duplicate, survivor, moderator, stranger):
    factories.member_of(duplicate, role="owner")
    merge(duplicate, survivor, moderator)
    assert duplicate not in Agency.objects.visible_to(stranger)
    assert duplicate in Agency.objects.visible_to(moderator)
    assert "old-address" not in client.get("/agencies/").content.decode()


def test_staff_choose_look_and_confirm(client, duplicate, survivor, moderator):
    factories.service(duplicate)
    factories.member_of(duplicate)
    client.force_login(moderator)
    address = reverse("merge_agencies")
    chosen = {"duplicate": "东城同心社工站", "survivor": "new-address"}
    page = client.get(address, chosen)
    assert [count for _words, count in page.context["chosen"]["moves"]] == [1, 1]
    assert Agency.objects.get(pk=duplicate.pk).status == "listed"
    assert client.post(address, {"duplicate": "old-address", "survivor": "new-address"}).url == (
        "/agencies/new-address/"
    )
    assert Agency.objects.get(pk=duplicate.pk).merged_into == survivor


@pytest.mark.parametrize("words", ["", "没有这家", "东城同心", "x" * 400, "\0", "old-address"])
def test_names_that_fit_none_or_several_are_refused_beside_the_field(
    client, duplicate, survivor, moderator, words
):
    client.force_login(moderator)
    answer = client.get(reverse("merge_agencies"), {"duplicate": "old-address", "survivor": words})
    assert answer.status_code == 200
    assert answer.context["chosen"] is None
    assert answer.context["form"].errors


def test_the_page_is_for_staff_only(client, manager):
    assert client.get(reverse("merge_agencies")).status_code == 302
    client.force_login(manager)
    assert client.get(reverse("merge_agencies")).status_code == 404
    assert client.post(reverse("merge_agencies"), {"duplicate": "a", "survivor": "b"}).status_code == 404


def test_the_status_merged_is_neither_given_nor_taken_by_hand(client, duplicate, survivor):
    client.force_login(factories.user(is_superuser=True))
    merged = factories.agency(status="merged", merged_into=survivor)
    for agency, others in ((duplicate, ["draft", "listed", "withdrawn"]), (merged, ["merged"])):
        page = client.get(reverse("wagtailsnippets_orgs_agency:edit", args=[agency.pk]))
        assert [value for value, _words in page.context["form"].fields["status"].choices] == others
    client.post(reverse("wagtailsnippets_orgs_agency:edit", args=[duplicate.pk]), {"status": "merged"})
    assert Agency.objects.get(pk=duplicate.pk).status == "listed"
    assert client.get(reverse("wagtailsnippets_orgs_agency:add")).status_code == 200
