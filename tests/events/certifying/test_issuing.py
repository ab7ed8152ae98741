"""Who gets a certificate, when it ends, and what never changes about it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override
from django_tasks_db.models import DBTaskResult

from events.certifying import issuing
from events.hours import ledger
from events.models import Certificate, CertificateRule, Event, EventSession, Registration
from events.models.certificate import SIGNS, as_number, new_number
from events.models.event import refresh_span
from orgs.models import User
from tests import factories
from tests.events.test_console import url
from tests.events.test_hours import attend, seat

pytestmark = pytest.mark.django_db
RARE = "张𬭎𠮷㛃𤭢"


def test_who_attended_gets_one_certificate_and_a_letter(mine, manager, deliver):
    first = issuing.issue(mine, by=manager)
    again = issuing.issue(mine, by=manager)

    assert first == again
    assert (first.name, first.title, first.minutes, first.version) == ("欧阳红", "个案管理", 180, 1)
    assert [(mail.to, first.number in mail.body) for mail in deliver()] == [(["secret@example.org"], True)]


def test_hours_come_first_and_enough_of_them(event, manager):
    late = seat(event)
    with pytest.raises(issuing.NotEarned):
        issuing.issue(late, by=manager)
    attend(late, 143)  # of 180: 79 per cent
    ledger.grant(event, by=manager)
    with pytest.raises(issuing.NotEarned):
        issuing.issue(late, by=manager)
    issuing.set_share(event, 79)
    assert issuing.issue(late, by=manager).minutes == 143


def test_who_attended_but_has_no_seat_or_no_hours_yet_does_not_wait_for_a_certificate(event, mine, manager):
    attend(seat(event), 180)
    by_hand = seat(event)
    ledger.correct(by_hand, minutes=180, reason="名单遗失", by=manager)
    assert issuing.waiting(event) == [mine, by_hand]

    Registration.objects.filter(pk=by_hand.pk).update(status=Registration.Status.CANCELLED)

    assert issuing.waiting(event) == [mine]
    with override("en"), pytest.raises(issuing.NotEarned, match="has no seat"):
        issuing.issue(by_hand, by=manager)


def test_hours_that_a_correction_took_away_are_certified_to_nobody(mine, manager):
    ledger.correct(mine, minutes=-180, reason="未通过", by=manager)
    assert issuing.waiting(mine.event) == []
    with override("en"), pytest.raises(issuing.NotEarned, match="has no hours"):
        issuing.issue(mine, by=manager)


def test_a_certificate_is_of_the_day_or_the_days_and_says_who_held_it(event, mine, manager):
    """All hosts that said yes, the role at the time, and the hours as they were corrected."""
    eve = EventSession.objects.create(
        event=event,
        starts_at=event.starts_at - timedelta(days=2),
        ends_at=event.starts_at - timedelta(days=2, hours=-1),
    )
    refresh_span(event)
    asked, partner = factories.agency(), factories.agency()
    event.hosts.create(agency=asked)
    event.hosts.create(agency=partner, is_confirmed=True)
    ledger.correct(mine, minutes=15, reason="补签", by=manager)
    ledger.set_profession(mine.user, role="supervisor", division=None, registered_on=None)
    issuing.set_share(event, 60)
    Event.objects.filter(pk=event.pk).update(language="en", title="Case work", title_en="")
    User.objects.filter(pk=mine.user_id).update(language="en")
    event.refresh_from_db()

    certificate = issuing.issue(mine, by=manager)

    assert (certificate.starts_on, certificate.ends_on) == (
        timezone.localdate(eve.starts_at),
        timezone.localdate(event.ends_at),
    )
    assert [host["zh"] for host in certificate.hosts] == [event.host.legal_name, partner.legal_name]
    assert (certificate.role, certificate.minutes) == ("social_worker", 195)
    assert (certificate.title, certificate.title_en, certificate.language) == ("Case work", "Case work", "en")


def test_a_correction_of_the_hours_needs_a_certificate_issued_anew_and_ends_no_other(
    mine, certificate, event, manager
):
    colleague = seat(event)
    attend(colleague, 180)
    ledger.grant(event, by=manager)
    theirs = issuing.issue(colleague, by=manager)
    ledger.correct(mine, minutes=-20, reason="早退", by=manager)

    new = issuing.issue_anew(mine, by=manager)

    certificate.refresh_from_db()
    theirs.refresh_from_db()
    assert (certificate.minutes, new.minutes, new.name) == (180, 160, certificate.name)
    assert (certificate.is_valid, new.is_valid, theirs.is_valid) == (False, True, True)


def test_only_the_host_issues_and_takes_back(mine, certificate, stranger):
    for attempt in (
        lambda: issuing.issue(mine, by=stranger),
        lambda: issuing.issue_to_all(mine.event, by=stranger),
        lambda: issuing.revoke(mine, reason="x", by=stranger),
        lambda: issuing.issue_anew(mine, by=stranger),
    ):
        with pytest.raises(ledger.NotYours):
            attempt()
    assert Certificate.objects.get().is_valid


def test_all_who_earned_one_get_one_from_the_worker_and_only_once(event, mine, manager, deliver):
    other, absent = seat(event), seat(event)
    attend(other, 170)
    attend(absent, 10)
    ledger.grant(event, by=manager)
    deliver()

    issuing.issue_to_all(event, by=manager)
    issuing.issue_to_all(event, by=manager)
    assert CertificateRule.objects.get().issuing_since is not None
    assert DBTaskResult.objects.ready().filter(backend_name="outbox").count() == 1
    assert len(deliver()) == 2
    assert set(Certificate.objects.values_list("registration", flat=True)) == {mine.pk, other.pk}
    assert CertificateRule.objects.get().issuing_since is None

    issuing.revoke(mine, reason="未通过考核", by=manager)
    issuing.issue_to_all(event, by=manager)
    deliver()
    assert not mine.certificates.valid().exists()  # who had one taken back gets none by the heap


def test_nothing_is_issued_when_the_host_lost_the_right_meanwhile(event, mine, manager, deliver):
    issuing.issue_to_all(event, by=manager)
    manager.memberships.update(status="left")
    deliver()
    assert not Certificate.objects.exists()


def test_taking_back_needs_a_reason_that_the_person_reads(mine, certificate, manager, deliver):
    deliver()
    with pytest.raises(issuing.ReasonMissing):
        issuing.revoke(mine, reason="  ", by=manager)
    issuing.revoke(mine, reason="冒名签到", by=manager)
    (mail,) = deliver()
    assert "冒名签到" in mail.body
    with pytest.raises(issuing.NoCertificate):
        issuing.revoke(mine, reason="x", by=manager)


def test_a_corrected_name_makes_a_new_version_and_the_old_number_says_so(mine, certificate, manager):
    new = issuing.issue_anew(mine, name=f" {RARE} ", by=manager)

    certificate.refresh_from_db()
    assert (certificate.status, certificate.name) == ("replaced", "欧阳红")
    assert (new.version, new.name, new.is_valid) == (2, RARE, True)
    assert new.number != certificate.number


def test_the_person_chooses_the_name_before_and_not_after(client, mine, manager):
    client.force_login(mine.user)
    client.post(url("name_certificate", mine.event.public_id), {"certificate_name": "欧阳  弘"})
    assert issuing.issue(mine, by=manager).name == "欧阳 弘"

    client.post(url("name_certificate", mine.event.public_id), {"certificate_name": "李梅"})
    client.post(url("name_certificate", mine.event.public_id), {"certificate_name": "李\u202e梅"})
    mine.refresh_from_db()
    assert mine.certificate_name == "欧阳 弘"


def test_what_a_certificate_says_is_never_changed(certificate):
    certificate.name = "李梅"
    for change in (certificate.save, lambda: certificate.save(update_fields=["name"])):
        with pytest.raises(TypeError):
            change()


def test_the_database_allows_one_valid_certificate_and_no_unexplained_end(certificate):
    whole = {
        field.name: getattr(certificate, field.name)
        for field in Certificate._meta.fields
        if field.name not in ("id", "public_id", "number")
    }
    now = timezone.now()
    for wrong in (
        {"version": 2},
        {"status": "revoked", "revoked_at": now, "version": 2},  # no reason
        {"status": "replaced", "version": 2},  # no time
        {"status": "replaced", "revoked_at": now},  # the version again
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Certificate.objects.create(**{**whole, **wrong})


def test_a_guest_is_certified_under_the_guests_name(event, manager, deliver):
    guest = Registration.objects.create(
        event=event,
        pool=event.pools.get(),
        guest_name="李梅",
        guest_phone="13800138000",
        status="confirmed",
        created_at=timezone.now(),
    )
    attend(guest, 180)
    ledger.grant(event, by=manager)
    assert issuing.issue(guest, by=manager).name == "李梅"
    assert deliver() == []


def test_a_number_is_understood_however_it_is_typed_and_every_slip_is_noticed():
    number = new_number()
    for typed in (number, number.lower(), number.replace("-", ""), f" {number[:3]} {number[3:]} "):
        assert as_number(typed) == number
    assert as_number("".join(chr(ord(sign) + 0xFEE0) for sign in number)) == number  # full width
    bare = number.replace("-", "")
    for place, sign in enumerate(bare):
        for other in set(SIGNS) - {sign}:
            assert as_number(bare[:place] + other + bare[place + 1 :]) is None
    for place in range(9):
        if bare[place] != bare[place + 1]:
            swapped = bare[:place] + bare[place + 1] + bare[place] + bare[place + 2 :]
            assert as_number(swapped) is None
    for nonsense in ("", "\x00", "流" * 4000, "OOOOO-IIIII", "٣" * 10):
        assert as_number(nonsense) is None
