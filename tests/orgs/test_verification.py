"""What the portal vouches for: levels, expiry, two people, recommendations, and what makes a badge fall."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orgs import application, daily, merging, recommendation, verification
from orgs.agency_import import AgencyImport
from orgs.application import ApplicationError
from orgs.incoming import Incoming
from orgs.models import Agency, Application, Membership, Recommendation, Verification
from orgs.verification import VerificationError
from portal.importing import Report
from tests import factories
from tests.orgs.test_duplicates import DOUBTFUL, fine_code

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def owner(agency):
    return factories.member_of(agency, role="owner", name="机构负责人")


@pytest.fixture
def coded(agency, owner):
    """The agency, claimed, with a code that passes the check."""
    agency.uscc = fine_code()
    agency.save()
    return agency


@pytest.fixture
def second():
    return factories.moderator()


def verify(agency, by, level=2, method="比对了登记证书", **more):
    return verification.verify(agency, level=level, method=method, by=by, **more)


def well_verified():
    """Another agency of level 3 with its owner."""
    other = factories.agency(uscc=None)
    owner = factories.member_of(other, role="owner")
    today = timezone.localdate()
    Verification.objects.create(
        agency=other, level=3, method="比对", checked_on=today, expires_on=today + timedelta(days=365)
    )
    return other, owner


class TestLevels:
    def test_a_level_says_what_was_checked_how_when_and_until_when(self, coded, moderator, owner, deliver):
        made = verify(coded, moderator, on=TODAY)
        assert (made.level, made.method, made.checked_by) == (2, "比对了登记证书", moderator)
        assert (made.checked_on, made.expires_on) == (TODAY, date(2027, 11, 23))
        assert made.checked == {
            "legal_name": coded.legal_name,
            "uscc": coded.uscc,
            "org_type": "org:msw",
        }
        assert [mail.to for mail in deliver()] == [[owner.email]]

    def test_the_highest_level_in_force_counts_and_an_expired_one_disappears_by_itself(
        self, coded, moderator
    ):
        assert verification.current(coded) is None
        verify(coded, moderator, level=1, on=TODAY - timedelta(days=300))
        high = verify(coded, moderator, level=3, on=TODAY - timedelta(days=360))
        levels = [
            (found.level if (found := verification.current(coded, day)) else 0)
            for day in (
                TODAY,
                high.expires_on - timedelta(days=1),
                high.expires_on,
                TODAY + timedelta(days=64),
                TODAY + timedelta(days=65),
            )
        ]
        assert levels == [3, 3, 1, 1, 0]
        assert list(Agency.objects.with_level(TODAY).values_list("level", flat=True)) == [3]
        assert list(Agency.objects.with_level(high.expires_on).values_list("level", flat=True)) == [1]

    def test_a_leap_day_counts_until_march(self):
        assert verification.a_year_after(date(2028, 2, 29)) == date(2029, 3, 1)
        assert verification.a_year_after(date(2027, 2, 28)) == date(2028, 2, 28)

    def test_an_unregistered_group_reaches_one_and_four_only(self, moderator):
        group = factories.agency(org_type=factories.topic("org:informal"))
        for level in (2, 3):
            with pytest.raises(VerificationError):
                verify(group, moderator, level=level)
        assert verify(group, moderator, level=1).state == "in_force"
        assert verify(group, moderator, level=4, department="东莞市民政局").level == 4

    def test_a_group_with_a_code_of_its_own_is_registered(self, moderator):
        group = factories.agency(org_type=factories.topic("org:informal"), uscc=fine_code())
        assert verify(group, moderator, level=2).level == 2

    @pytest.mark.parametrize("who", ["member", "stranger", "manager"])
    def test_only_portal_staff_verify(self, coded, who, request):
        with pytest.raises(VerificationError):
            verify(coded, request.getfixturevalue(who))

    def test_staff_do_not_verify_their_own_agency_and_never_without_a_method(self, coded, moderator):
        with pytest.raises(VerificationError):
            verify(coded, moderator, method=" ")
        Membership.objects.create(user=moderator, agency=coded)
        with pytest.raises(ApplicationError):
            verify(coded, moderator)
        assert Verification.objects.count() == 0

    @pytest.mark.parametrize("level", [0, 5, -1])
    def test_there_are_four_levels(self, coded, moderator, level):
        with pytest.raises(VerificationError):
            verify(coded, moderator, level=level)

    def test_a_draft_is_not_verified(self, moderator):
        with pytest.raises(VerificationError):
            verify(factories.agency(status="draft"), moderator, level=1)


class TestTwoPeople:
    @pytest.fixture
    def doubtful(self, agency, owner):
        agency.uscc = DOUBTFUL
        agency.save()
        return agency

    @pytest.mark.parametrize("level", [2, 3])
    @pytest.mark.parametrize("code", [DOUBTFUL, None])
    def test_a_doubtful_or_missing_code_counts_when_a_second_person_confirms(
        self, agency, owner, moderator, second, level, code
    ):
        Agency.objects.filter(pk=agency.pk).update(uscc=code)
        proposed = verify(agency, moderator, level=level)
        assert (verification.current(agency), proposed.state) == (None, "proposed")
        asked = Application.objects.get()
        assert (asked.kind, asked.status) == ("verification", "open")
        with pytest.raises(VerificationError):
            verification.confirm(proposed, by=moderator)
        confirmed = verification.confirm(proposed, by=second)
        assert (confirmed.checked_by, confirmed.second_checker) == (moderator, second)
        assert verification.current(agency) == confirmed
        asked.refresh_from_db()
        assert asked.status == "accepted"

    def test_the_contact_of_a_doubtful_one_needs_one_person_only(self, doubtful, moderator):
        assert verify(doubtful, moderator, level=1).state == "in_force"

    def test_a_colleague_is_asked_by_mail_and_the_owner_hears_only_of_the_end(
        self, doubtful, moderator, second, owner, deliver
    ):
        proposed = verify(doubtful, moderator)
        assert [mail.to for mail in deliver()] == [[second.email]]
        verification.confirm(proposed, by=second)
        assert [mail.to for mail in deliver()] == [[owner.email]]

    def test_a_no_ends_the_proposal(self, doubtful, moderator, second):
        proposed = verify(doubtful, moderator)
        application.decline(Application.objects.get(), by=second, reason="证书不清楚")
        with pytest.raises(VerificationError):
            verification.confirm(proposed, by=second)
        proposed.refresh_from_db()
        assert proposed.state == "revoked"
        assert verify(doubtful, moderator).state == "proposed"

    def test_one_proposal_at_a_time(self, doubtful, moderator, second):
        verify(doubtful, moderator)
        with pytest.raises(VerificationError):
            verify(doubtful, second, level=3)
        with pytest.raises(IntegrityError), transaction.atomic():
            Verification.objects.create(
                agency=doubtful,
                level=2,
                checked_on=TODAY,
                expires_on=TODAY + timedelta(days=9),
                is_doubtful=True,
            )

    def test_what_changed_since_the_proposal_is_not_confirmed(self, doubtful, moderator, second):
        proposed = verify(doubtful, moderator)
        Agency.objects.filter(pk=doubtful.pk).update(legal_name="换了名字的中心")
        with pytest.raises(VerificationError):
            verification.confirm(proposed, by=second)
        assert verification.current(doubtful) is None

    @pytest.mark.parametrize("who", ["owner", "stranger", "colleague"])
    def test_who_is_not_staff_or_belongs_to_the_agency_confirms_nothing(
        self, doubtful, moderator, second, who, request
    ):
        proposed = verify(doubtful, moderator)
        person = second if who == "colleague" else request.getfixturevalue(who)
        if who == "colleague":
            Membership.objects.create(user=second, agency=doubtful)
        with pytest.raises(ApplicationError):
            verification.confirm(proposed, by=person)
        assert verification.current(doubtful) is None

    def test_a_proposal_of_nobody_in_particular_is_not_confirmed(self, doubtful, moderator, second):
        """Whoever proposed it was deleted: nobody can say that a second person is another one."""
        proposed = verify(doubtful, moderator)
        Verification.objects.filter(pk=proposed.pk).update(checked_by=None)
        with pytest.raises(VerificationError):
            verification.confirm(proposed, by=second)
        assert verification.current(doubtful) is None

    def test_who_asked_for_it_is_not_the_second_person(self, doubtful, moderator, second):
        proposed = verify(doubtful, moderator)
        Application.objects.update(applicant=second)
        with pytest.raises(VerificationError):
            verification.confirm(proposed, by=second)
        assert verification.current(doubtful) is None

    def test_two_checks_by_one_person_are_impossible_even_from_a_shell(self, doubtful, moderator):
        proposed = verify(doubtful, moderator)
        with pytest.raises(IntegrityError), transaction.atomic():
            Verification.objects.filter(pk=proposed.pk).update(
                second_checker=moderator, second_checked_at=timezone.now()
            )


class TestRecommendation:
    def test_two_agencies_of_level_three_make_level_four(self, coded, moderator):
        verify(coded, moderator, level=2)
        for n in range(2):
            with pytest.raises(VerificationError):
                verify(coded, moderator, level=4)
            other, owner = well_verified()
            recommendation.recommend(coded, by_agency=other, words=f"第{n}年合作", by=owner)
        assert verify(coded, moderator, level=4).level == 4

    def test_level_four_stands_on_level_two(self, coded, moderator):
        with pytest.raises(VerificationError):
            verify(coded, moderator, level=4, department="东莞市民政局")
        verify(coded, moderator, level=2)
        assert (
            verify(coded, moderator, level=4, department="东莞市民政局").checked["department"]
            == "东莞市民政局"
        )

    def test_level_four_does_not_stand_on_a_level_two_that_has_expired(self, coded, moderator):
        verify(coded, moderator, level=2, on=timezone.localdate() - timedelta(days=400))
        with pytest.raises(VerificationError):
            verify(coded, moderator, level=4, department="东莞市民政局")

    def test_a_recommendation_counts_while_its_giver_is_well_verified(self, coded):
        other, owner = well_verified()
        made = recommendation.recommend(coded, by_agency=other, words="常年转介", by=owner)
        assert list(recommendation.that_count(coded)) == [made]
        other.verifications.update(expires_on=timezone.localdate(), checked_on=TODAY - timedelta(days=999))
        assert list(recommendation.that_count(coded)) == []

    def test_recommending_twice_changes_the_words_and_taking_back_ends_it(self, coded):
        other, owner = well_verified()
        first = recommendation.recommend(coded, by_agency=other, words="旧话", by=owner)
        assert recommendation.recommend(coded, by_agency=other, words="新话", by=owner) == first
        assert Recommendation.objects.get().words == "新话"
        recommendation.take_back(first, by=owner)
        assert list(recommendation.that_count(coded)) == []

    def test_nobody_recommends_itself_its_own_second_agency_or_without_the_level(self, coded, owner):
        other, other_owner = well_verified()
        refused = [
            (other, other, other_owner),
            (coded, other, owner),  # a foreign person
            (other, coded, owner),  # not yet level 3
            (factories.agency(status="draft"), other, other_owner),
        ]
        Membership.objects.create(user=other_owner, agency=coded)
        refused.append((coded, other, other_owner))
        for agency, by_agency, person in refused:
            with pytest.raises(recommendation.RecommendationError):
                recommendation.recommend(agency, by_agency=by_agency, words="好", by=person)
        assert Recommendation.objects.count() == 0

    def test_in_the_console_one_recommends_by_name_and_takes_it_back(self, client, coded):
        other, owner = well_verified()
        client.force_login(owner)
        address = reverse("agency_recommendations", args=[other.slug])
        assert client.post(address, {"agency": "没有", "words": "好"}).context["form"].errors["agency"]
        assert client.post(address, {"agency": coded.legal_name, "words": ""}).context["form"].errors["words"]
        assert client.post(address, {"agency": coded.legal_name, "words": "常年转介"}).status_code == 302
        assert "常年转介" in client.get(address).content.decode()
        made = Recommendation.objects.get()
        client.post(reverse("take_back_recommendation", args=[other.slug, made.pk]))
        made.refresh_from_db()
        assert made.withdrawn_at


class TestFalling:
    @pytest.mark.parametrize(
        "change", [{"legal_name": "改名后的中心"}, {"uscc": "new"}, {"uscc": None}, {"org_type": "org:sso"}]
    )
    def test_a_changed_name_code_or_type_leaves_level_one(self, coded, moderator, owner, deliver, change):
        verify(coded, moderator, level=1)
        verify(coded, moderator, level=3)
        deliver()
        for name, value in change.items():
            value = factories.topic(value) if name == "org_type" else value
            setattr(coded, name, fine_code("52441900MJL99999") if value == "new" else value)
        coded.save()
        assert [one.level for one in verification.drop(coded)] == [3]
        assert verification.drop(coded) == []
        assert verification.current(coded).level == 1
        (mail,) = deliver()
        assert mail.to == [owner.email]

    def test_without_a_level_one_of_its_own_the_higher_one_leaves_it_with_its_dates(self, coded, moderator):
        high = verify(coded, moderator, level=2, on=timezone.localdate() - timedelta(days=100))
        Agency.objects.filter(pk=coded.pk).update(legal_name="改名后的中心")
        verification.drop(coded)
        left = verification.current(coded)
        assert (left.level, left.checked_on, left.expires_on) == (1, high.checked_on, high.expires_on)

    def test_other_changes_leave_the_level(self, coded, moderator):
        verify(coded, moderator, level=2)
        coded.short_name, coded.website = "同心", "https://example.org"
        coded.save()
        assert verification.drop(coded) == []
        assert verification.current(coded).level == 2

    def test_the_profile_form_drops_it(self, client, coded, moderator, owner):
        verify(coded, moderator, level=2)
        client.force_login(owner)
        answers = {
            "legal_name": "改名后的中心",
            "uscc": coded.uscc,
            "org_type": coded.org_type_id,
            "migrant_focus": "primary",
            "mission_zh": "陪伴。",
        }
        assert client.post(reverse("edit_agency", args=[coded.slug]), answers).status_code == 302
        assert verification.current(coded).level == 1

    def test_the_admin_drops_it(self, client, coded, moderator):
        verify(coded, moderator, level=2)
        client.force_login(moderator)
        edit = f"/admin/snippets/orgs/agency/edit/{coded.pk}/"
        form = client.get(edit).context["form"]
        values = {name: form[name].value() for name in form.fields}
        posted = {name: value for name, value in values.items() if value is not None}
        assert client.post(edit, {**posted, "legal_name": "改名后的中心"}).status_code == 302
        assert verification.current(coded).level == 1
        assert client.post(edit, {**posted, "uscc": "O" * 18}).status_code == 200

    def test_an_import_drops_it(self, coded, moderator):
        verify(coded, moderator, level=2)
        renamed = Incoming(where="1", facts={"legal_name": "改名后的中心", "uscc": coded.uscc})
        AgencyImport(Report()).take(renamed)
        coded.refresh_from_db()
        assert coded.legal_name == "改名后的中心"
        assert verification.current(coded).level == 1

    def test_a_merge_ends_proposals_and_what_was_checked_without_the_code(self, moderator, second):
        survivor, twin = factories.agency(), factories.agency(uscc=fine_code())
        checked = verification.confirm(verify(survivor, moderator), by=second)
        Agency.objects.filter(pk=twin.pk).update(uscc=None)
        proposed = verify(twin, moderator)
        Agency.objects.filter(pk=twin.pk).update(uscc=fine_code())
        merging.merge(twin, into=survivor, by=moderator)
        for one in (checked, proposed):
            one.refresh_from_db()
        assert (checked.state, proposed.state) == ("revoked", "revoked")
        assert verification.current(survivor).level == 1

    def test_whatever_slipped_through_falls_at_night(self, coded, moderator):
        verify(coded, moderator, level=2)
        Agency.objects.filter(pk=coded.pk).update(legal_name="改名后的中心")
        assert len(verification.drop_all(timezone.localdate())) == 1
        assert verification.drop_all(timezone.localdate()) == []
        assert verification.current(coded).level == 1

    def test_staff_take_a_badge_away_with_a_reason_that_the_owner_reads(
        self, coded, moderator, second, owner, deliver
    ):
        made = verify(coded, moderator)
        deliver()
        with pytest.raises(VerificationError):
            verification.revoke(made, by=second, reason="")
        with pytest.raises(VerificationError):
            verification.revoke(made, by=owner, reason="不要了")
        verification.revoke(made, by=second, reason="证书是伪造的。")
        (mail,) = deliver()
        assert (mail.to, "证书是伪造的。" in mail.body) == ([owner.email], True)
        assert verification.current(coded) is None

    def test_what_has_expired_stays_expired_and_is_taken_from_nobody(self, coded, moderator, deliver):
        old = verify(coded, moderator, on=timezone.localdate() - timedelta(days=400))
        deliver()
        Agency.objects.filter(pk=coded.pk).update(legal_name="改名后的中心")
        assert verification.drop(coded) == []
        old.refresh_from_db()
        assert (old.state, verification.current(coded), deliver()) == ("expired", None, [])

    def test_only_a_badge_that_is_there_is_taken_away_and_by_nobody_of_the_agency(
        self, coded, moderator, second
    ):
        made = verify(coded, moderator)
        Membership.objects.create(user=second, agency=coded)
        with pytest.raises(ApplicationError):
            verification.revoke(made, by=second, reason="不要了")
        assert verification.current(coded) == made
        verification.revoke(made, by=moderator, reason="证书是伪造的。")
        with pytest.raises(VerificationError):
            verification.revoke(made, by=moderator, reason="另一个理由")
        made.refresh_from_db()
        assert made.revoked_because == "证书是伪造的。"


class TestReminding:
    def test_owners_are_told_once_thirty_days_before(self, coded, moderator, owner, deliver):
        made = verify(coded, moderator, on=TODAY)
        deliver()
        assert verification.remind(made.expires_on - timedelta(days=31)) == []
        assert len(daily.run(made.expires_on - timedelta(days=30))) == 1
        assert verification.remind(made.expires_on - timedelta(days=30)) == []
        assert verification.remind(made.expires_on - timedelta(days=29)) == []
        assert [mail.to for mail in deliver()] == [[owner.email]]

    def test_who_has_a_newer_one_is_left_in_peace(self, coded, moderator, deliver):
        old = verify(coded, moderator, on=TODAY - timedelta(days=340))
        verify(coded, moderator, on=TODAY)
        deliver()
        assert verification.remind(old.expires_on - timedelta(days=30)) == []
        assert deliver() == []

    def test_a_lower_one_that_lasts_longer_is_no_newer_one(self, coded, moderator, owner, deliver):
        high = verify(coded, moderator, level=3, on=TODAY - timedelta(days=340))
        verify(coded, moderator, level=1, on=TODAY)
        deliver()
        assert len(verification.remind(high.expires_on - timedelta(days=30))) == 1
        assert [mail.to for mail in deliver()] == [[owner.email]]

    def test_nobody_is_told_of_a_lower_one_while_a_higher_one_is_in_force(self, coded, moderator, deliver):
        low = verify(coded, moderator, level=1, on=TODAY - timedelta(days=340))
        verify(coded, moderator, level=3, on=TODAY - timedelta(days=342))
        deliver()
        Verification.objects.filter(level=3).update(reminded_on=TODAY)
        assert verification.remind(low.expires_on - timedelta(days=30)) == []
        assert deliver() == []

    def test_an_agency_that_was_withdrawn_is_not_reminded(self, coded, moderator, deliver):
        made = verify(coded, moderator, on=TODAY)
        deliver()
        Agency.objects.filter(pk=coded.pk).update(status="withdrawn")
        assert verification.remind(made.expires_on - timedelta(days=1)) == []
        assert deliver() == []

    def test_who_owned_the_agency_before_hears_nothing_of_its_level(self, coded, moderator, owner, deliver):
        former = factories.member_of(coded, role="owner")
        Membership.objects.filter(user=former).update(status="suspended")
        verify(coded, moderator)
        assert [mail.to for mail in deliver()] == [[owner.email]]


class TestThePages:
    def badge(self, client, agency):
        return client.get(agency.get_absolute_url()).content.decode()

    def test_the_badge_says_what_and_in_which_month_and_goes_when_it_expires(self, client, coded, moderator):
        today = timezone.localdate()
        assert today.strftime("%Y-%m") not in self.badge(client, coded)
        made = verify(coded, moderator, method="致电公示号码，总干事接听", on=today)
        html = self.badge(client, coded)
        assert today.strftime("%Y-%m") in html
        assert "致电公示号码，总干事接听" in html
        assert moderator.name not in html
        Verification.objects.filter(pk=made.pk).update(
            checked_on=today - timedelta(days=400), expires_on=today
        )
        assert "致电公示号码，总干事接听" not in self.badge(client, coded)

    def test_a_note_for_the_staff_and_a_proposal_stay_with_the_staff(self, client, agency, owner, moderator):
        verify(agency, moderator, note="电话里听起来可疑", method="还没有第二人")
        assert "还没有第二人" not in self.badge(client, agency)
        client.force_login(owner)
        for html in (
            self.badge(client, agency),
            client.get(reverse("agency_verification", args=[agency.slug])).content.decode(),
        ):
            assert "电话里听起来可疑" not in html
            assert "还没有第二人" not in html

    def test_an_owner_asks_for_a_level_with_a_scan(self, client, coded, owner, moderator, deliver):
        client.force_login(owner)
        address = reverse("agency_verification", args=[coded.slug])
        assert client.get(address).context["form"].initial["level"] == 1
        missing = client.post(address, {"level": "2", "message": "请核验"})
        assert list(missing.context["form"].errors) == ["evidence"]
        assert client.post(address, {"level": "9"}).context["form"].errors["level"]
        file = factories.scan("登记证书.png").file
        assert (
            client.post(address, {"level": "2", "message": "请核验", "evidence": [file]}).status_code == 302
        )
        asked = Application.objects.get()
        assert (asked.kind, asked.level, asked.evidence.count()) == ("verification", 2, 1)
        assert [mail.to for mail in deliver()] == [[moderator.email]]
        again = client.get(address).content.decode()
        assert "登记证书.png" in again
        with pytest.raises(VerificationError):
            verification.ask(coded, level=3, by=owner)

    def test_a_draft_does_not_ask_and_level_two_needs_a_scan(self, coded, owner):
        with pytest.raises(VerificationError):
            verification.ask(coded, level=2, by=owner)
        Agency.objects.filter(pk=coded.pk).update(status="draft")
        with pytest.raises(VerificationError):
            verification.ask(coded, level=1, by=owner)
        assert not Application.objects.exists()

    def test_a_member_neither_sees_nor_asks(self, client, coded, member):
        client.force_login(member)
        assert client.get(reverse("agency_verification", args=[coded.slug])).status_code == 404
        with pytest.raises(VerificationError):
            verification.ask(coded, level=1, by=member)

    def test_a_row_of_the_directory_costs_the_same_for_one_agency_and_for_three(self, moderator):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                levels = [agency.verification.level for agency in Agency.objects.for_rows()]
            return len(captured), levels

        verify(factories.agency(), moderator, level=1)
        one = queries()
        for _n in range(2):
            verify(factories.agency(), moderator, level=1)
        three = queries()
        assert (one[0], three) == (three[0], (one[0], [1, 1, 1]))
