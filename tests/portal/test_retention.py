"""What is kept goes when its day has come, by itself, and everybody can read when that is. The clock is moved."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from wagtail.models import Revision

from casestudies import withdrawal
from casestudies.models import CaseStudy
from events.leaving import NO_GUEST
from events.models import Answer, MeetingLogRow, Question, Registration
from events.nominating import guests
from events.registering.registration import register
from orgs import invitation, ownership, unused
from orgs import retention as accounts
from orgs.models import Invitation, JoinRequest, OwnershipTransfer, User
from portal import daily, mail, retention
from portal.models import Turn
from portal.retention import Rule, ground
from portal.retention import daily as forgetting
from tests import factories

pytestmark = pytest.mark.django_db


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def test_the_table_says_of_everything_what_for_and_how_long():
    rules = list(retention.rules())
    assert len(rules) > 10
    for rule in rules:
        assert all(map(str, (rule.what, rule.why, rule.kept)))


def test_the_days_work_carries_out_every_rule_that_has_an_end():
    """Written out in full: a rule that is unhooked keeps for good what the table promises to delete."""
    assert {
        f"{rule.carry_out.__module__}.{rule.carry_out.__name__}"
        for rule in retention.rules()
        if rule.carry_out
    } == {
        "orgs.retention.drop_unconfirmed",
        "orgs.unused.close",
        "orgs.retention.drop_join_requests",
        "orgs.retention.drop_invitations",
        "orgs.evidence.forget",
        "orgs.audit.mask",
        "events.registering.questions.forget",
        "events.nominating.guests.forget",
        "events.nominating.guest_data.forget_links",
        "events.attending.meeting_log.forget",
        "events.nominating.guests.forget_names",
        "casestudies.files.attachment.forget",
        "casestudies.report.draft.forget",
        "casestudies.withdrawal.forget_drafts",
        "casestudies.exchange.asking.sweep",
        "portal.retention.ground.end_sessions",
        "portal.retention.ground.drop_failed_jobs",
        "portal.retention.ground.sweep_broken_uploads",
        "portal.search.query_log.forget",
    }


def test_what_is_forgotten_by_the_table_is_forgotten_by_the_days_work(monkeypatch):
    called = []

    def rule_of(name):
        return Rule("x", "x", "x", lambda on: called.append((name, on)) or [name])

    monkeypatch.setattr(accounts, "RULES", [rule_of("orgs")])
    monkeypatch.setattr(ground, "RULES", [rule_of("ground")])
    day = in_days(0)
    assert {"orgs", "ground"} <= set(daily.run(day))
    assert called == [("orgs", day), ("ground", day)]


def test_a_rule_that_fails_keeps_no_other_from_its_turn(monkeypatch):
    done = []

    def fail(on):
        raise ValueError("broken")

    monkeypatch.setattr(accounts, "RULES", [Rule("x", "x", "x", fail)])
    monkeypatch.setattr(ground, "RULES", [Rule("x", "x", "x", lambda on: done.append(on) or [])])
    with pytest.raises(ExceptionGroup, match="1 rules failed"):
        forgetting.run(in_days(0))
    assert done


def test_an_account_that_nobody_confirmed_goes_after_30_days():
    waiting = factories.with_address(factories.user(), verified=False)
    confirmed = factories.with_address(factories.user())
    made_by_hand = factories.user()
    assert accounts.drop_unconfirmed(in_days(29)) == []
    assert accounts.drop_unconfirmed(in_days(32)) == ["1 accounts that nobody confirmed deleted"]
    assert not User.objects.filter(pk=waiting.pk).exists()
    assert User.objects.filter(pk__in=[confirmed.pk, made_by_hand.pk]).count() == 2


def test_an_unconfirmed_account_that_was_used_or_belongs_somewhere_stays(agency):
    member = factories.with_address(factories.member_of(agency), verified=False)
    used = factories.with_address(factories.user(last_login=timezone.now()), verified=False)
    staff = factories.with_address(factories.user(is_staff=True), verified=False)
    assert accounts.drop_unconfirmed(in_days(400)) == []
    assert User.objects.filter(pk__in=[member.pk, used.pk, staff.pk]).count() == 3


def test_invitations_and_offers_go_half_a_year_after_they_ended(agency):
    owner = factories.with_address(factories.member_of(agency, role="owner"))
    member = factories.with_address(factories.member_of(agency))
    sent = invitation.invite(agency, email="new@example.org", role="member", by=owner)
    invitation.revoke(sent, by=owner)
    ownership.decline(ownership.offer(agency, to=member, by=owner), by=member)
    assert accounts.drop_invitations(in_days(179)) == []
    assert accounts.drop_invitations(in_days(182)) == ["2 old invitations and offers deleted"]
    assert not Invitation.objects.exists()
    assert not OwnershipTransfer.objects.exists()


def test_an_invitation_that_still_counts_stays(agency):
    owner = factories.member_of(agency, role="owner")
    invitation.invite(agency, email="new@example.org", role="member", by=owner)
    assert accounts.drop_invitations(in_days(1)) == []


def test_a_session_goes_with_its_device_when_it_is_over(client):
    person = factories.with_address(factories.user())
    person.set_password("a-long-enough-word")
    person.save()
    client.post(reverse("account_login"), {"login": person.email, "password": "a-long-enough-word"})
    assert person.usersession_set.count() == 1
    assert ground.end_sessions(in_days(1)) == []
    assert person.usersession_set.count() == 1
    assert ground.end_sessions(in_days(60)) == ["1 sessions that are over deleted"]
    assert person.usersession_set.count() == 0
    assert not Session.objects.exists()


def test_what_could_not_be_sent_goes_after_30_days_and_what_waits_does_not():
    mail.queue(subject="一", body="一", to="a@example.org", language="zh-hans")
    mail.queue(subject="二", body="二", to="b@example.org", language="zh-hans")
    failed = DBTaskResult.objects.order_by("enqueued_at").first()
    DBTaskResult.objects.filter(pk=failed.pk).update(status="FAILED", finished_at=timezone.now())
    assert ground.drop_failed_jobs(in_days(29)) == []
    assert ground.drop_failed_jobs(in_days(32)) == ["1 jobs that failed a month ago deleted"]
    assert DBTaskResult.objects.count() == 1


def test_answers_contacts_and_meeting_logs_of_an_event_go_by_the_days_work():
    event = factories.event()
    person = factories.user()
    place = register(event, user=person, by=person)
    question = Question.objects.create(event=event, position=0, label="饮食？", kind="short")
    Answer.objects.create(registration=place, question=question, asked="饮食？", text="素食")
    event.log_rows.create(
        key="7f1b4a52-1f4e-4d70-9f5f-2b4f7ad1a111",
        name="匿名",
        joined_at=event.starts_at,
        left_at=event.ends_at,
    )
    guest = factories.event()
    Registration.objects.create(
        event=guest,
        pool=guest.pools.get(),
        guest_name="客人",
        guest_phone="13800000000",
        created_at=timezone.now(),
    )
    forgetting.run(in_days(8))
    assert Answer.objects.exists()
    # Answers wait for the event to be over on the clock of the server as well.
    type(event).objects.update(
        starts_at=timezone.now() - timedelta(days=400), ends_at=timezone.now() - timedelta(days=399)
    )
    forgetting.run(in_days(0))
    assert not Answer.objects.exists()
    assert not MeetingLogRow.objects.exists()
    assert not Registration.objects.exclude(guest_phone="").exists()
    assert Registration.objects.count() == 2


@pytest.mark.parametrize(("address", "words"), [("/how-long/", ""), ("/en/how-long/", "90 days after")])
def test_everybody_reads_the_table_and_when_it_was_carried_out(client, address, words):
    Turn.objects.create(name="daily", period="2026-11-29", taken_at=timezone.now(), ended_at=timezone.now())
    page = client.get(address).content.decode()
    if address.startswith("/en"):
        assert words in page
        assert "Carried out last on" in page
    assert page.count('<th scope="row">') == len(list(retention.rules()))


@pytest.mark.parametrize("address", ["/privacy/", "/en/privacy/"])
def test_the_privacy_page_leads_to_it(client, address):
    assert "how-long/" in client.get(address).content.decode()


# -- What nobody uses any more ------------------------------------------------------------------------------------------


def asleep(years: int = 4) -> User:
    """Somebody who has not signed in for so long."""
    return factories.with_address(factories.user(last_login=timezone.now() - timedelta(days=365 * years)))


def test_an_unused_account_is_told_first_and_closed_60_days_later(deliver):
    person, address = asleep(), User.objects.get().email
    assert unused.close(in_days(0)) == ["1 people told that their account is unused"]
    [letter] = deliver()
    assert letter.to == [address]
    assert unused.close(in_days(59)) == []
    assert unused.close(in_days(61)) == [f"account {person.pk} was unused and is closed"]
    person.refresh_from_db()
    assert (person.is_active, address in person.email) == (False, False)


def test_who_signs_in_after_the_mail_keeps_the_account():
    person = asleep()
    unused.close(in_days(0))
    User.objects.filter(pk=person.pk).update(last_login=timezone.now() + timedelta(days=1))
    assert unused.close(in_days(90)) == []
    assert User.objects.get(pk=person.pk).is_active


def test_staff_and_the_last_owner_of_an_agency_keep_their_account(agency):
    owner = factories.with_address(factories.member_of(agency, role="owner"))
    staff = factories.moderator()
    User.objects.update(last_login=timezone.now() - timedelta(days=365 * 4))
    unused.close(in_days(0))
    assert unused.close(in_days(61)) == [
        f"account {owner.pk} is unused and stays: it is the last owner of an agency"
    ]
    assert User.objects.filter(pk__in=[owner.pk, staff.pk], is_active=True).count() == 2


def test_0_days_close_no_account(settings):
    settings.ACCOUNTS_KEPT_DAYS = 0
    asleep()
    assert unused.close(in_days(0)) == []


def test_a_decided_request_to_join_goes_after_180_days_and_an_open_one_stays(agency):
    asked, waiting = factories.user(), factories.user()
    JoinRequest.objects.create(agency=agency, user=waiting)
    JoinRequest.objects.create(agency=agency, user=asked, status="declined", decided_at=timezone.now())
    assert accounts.drop_join_requests(in_days(179)) == []
    assert accounts.drop_join_requests(in_days(182)) == ["1 decided requests to join deleted"]
    assert JoinRequest.objects.get().user == waiting


def test_names_of_guests_and_notes_go_three_years_after_the_event_and_the_places_stay():
    event = factories.event()
    person = factories.user()
    register(event, user=person, by=person, note="轮椅")
    Registration.objects.create(
        event=event,
        pool=event.pools.get(),
        guest_name="客人",
        created_at=timezone.now(),
    )
    assert guests.forget_names(in_days(1000)) == []
    assert guests.forget_names(in_days(1200)) == ["2 names and notes of old events are forgotten"]
    assert set(Registration.objects.values_list("guest_name", "note")) == {("", ""), (NO_GUEST, "")}
    assert guests.forget_names(in_days(1200)) == []


def test_texts_of_a_withdrawn_case_go_after_a_year_and_those_published_or_reviewed_stay(agency):
    case = factories.case(agency, live=True)
    case.save_revision().publish()
    case.save_revision()
    case.refresh_from_db()
    declined = case.save_revision()
    case.review_rounds.create(
        number=1,
        revision=declined,
        status="declined",
        kind="text",
        reason="没有做完。",
        submitted_at=timezone.now(),
        decided_at=timezone.now(),
    )
    case.save_revision()
    CaseStudy.objects.filter(pk=case.pk).update(
        live=False, withdrawn_at=timezone.now(), withdrawal_reason="有误"
    )
    versions = set(case.versions.values_list("revision", flat=True))
    assert withdrawal.forget_drafts(in_days(364)) == []
    assert withdrawal.forget_drafts(in_days(367))
    left = set(Revision.objects.for_instance(case).values_list("pk", flat=True))
    case.refresh_from_db()
    assert left == versions | {case.latest_revision_id, declined.pk}
