"""Who gets a certificate, when it ends, and what never changes about it."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from events.certifying import issuing
from events.hours import ledger
from events.models import Certificate, CertificateRule, Registration
from events.models.certificate import SIGNS, as_number, new_number
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
