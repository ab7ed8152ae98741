"""Certificates: who gets one, the paper with every character on it, and the page on which anybody can check it."""

import io
import logging
import zipfile
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from pypdf import PdfReader

from events import checks
from events.certifying import check as certificate_check
from events.certifying import issuing
from events.certifying import pdf as certificate_pdf
from events.hours import ledger
from events.models import Certificate, CertificateRule, HoursEntry, Registration
from events.models.certificate import SIGNS, as_number, new_number
from portal import typesetting
from tests import factories
from tests.events.test_hours import attend, seat

pytestmark = pytest.mark.django_db
needs_fonts = pytest.mark.skipif(
    not (certificate_pdf.has_chinese_font() and certificate_pdf.has_rare_characters()),
    reason="the fonts of certificates are not installed (fonts-noto-cjk, fonts-hanazono)",
)
RARE = "张𬭎𠮷㛃𤭢"


def url(name, *args):
    with override("en"):
        return reverse(name, args=args)


@pytest.fixture(autouse=True)
def no_cache():
    cache.clear()


@pytest.fixture
def event(agency):
    return factories.event(agency, starts_in=-timedelta(days=1), title="个案管理", title_en="Case management")


@pytest.fixture
def mine(event, manager, deliver):
    """A place of somebody who attended all of it, with the hours granted and the earlier letters sent."""
    mine = seat(event, factories.user(name="欧阳红", email="secret@example.org"))
    attend(mine, 180)
    ledger.grant(event, by=manager)
    deliver()
    return mine


@pytest.fixture
def certificate(mine, manager):
    return issuing.issue(mine, by=manager)


# -- Issuing ----------------------------------------------------------------------------------------------------------


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


# -- Numbers ----------------------------------------------------------------------------------------------------------


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


# -- The paper --------------------------------------------------------------------------------------------------------


def text_of(content: bytes) -> str:
    return "".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())


def fonts_of(content: bytes) -> list:
    """The fonts of the page with the program that is embedded for each."""
    found = []
    for font in PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/Font"].values():
        font = font.get_object()
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        described = inner["/FontDescriptor"].get_object()
        found.append(next(described[key].get_object() for key in described if key.startswith("/FontFile")))
    return found


@needs_fonts
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", [RARE, "欧阳红", "Jane Smith", "买买提·吐尔逊", "阿" * 60, "J" * 60])
def test_every_character_of_the_paper_has_a_glyph_and_can_be_copied(mine, manager, name, language):
    mine.user.name = name
    mine.user.save()
    certificate = issuing.issue(mine, by=manager)

    content = certificate_pdf.pdf(certificate, language)

    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == 1
    assert b"pdfaid:part>2<" in content or "pdfaid" in str(reader.xmp_metadata.rdf_root.toxml())
    assert all(len(font.get_data()) > 100 for font in fonts_of(content))
    said = text_of(content)
    words = certificate_pdf.words(certificate, language)
    for part in ("name", "title", "number", "heading", "facts", "issued"):
        assert "".join(words[part].split()) in said, part
    assert "�" not in said


@needs_fonts
def test_a_character_without_any_font_is_refused_with_a_sentence_and_not_printed_as_a_box(mine, manager):
    mine.user.name = "张\U00031360"  # extension H, in none of the fonts
    mine.user.save()
    certificate = issuing.issue(mine, by=manager)
    with pytest.raises(certificate_pdf.CannotBeSet):
        certificate_pdf.pdf(certificate)


@needs_fonts
def test_without_a_chinese_font_there_is_a_sentence_and_a_check(client, mine, certificate, monkeypatch):
    assert checks.certificates_have_fonts(None) == []
    monkeypatch.setattr(typesetting, "CHINESE_FONTS", ("No Such Font",))
    assert [warning.id for warning in checks.certificates_have_fonts(None)] == ["events.W001"]
    client.force_login(mine.user)
    answer = client.get(url("certificate_pdf", certificate.public_id), follow=True)
    assert "This server has no Chinese font" in answer.content.decode()


@needs_fonts
def test_the_same_certificate_gives_the_same_bytes(certificate):
    first = certificate_pdf.make(certificate, "zh-hans")
    typesetting.compiler.cache_clear()
    assert certificate_pdf.make(Certificate.objects.get(), "zh-hans") == first
    assert certificate_pdf.make(certificate, "en") != first


def test_the_qr_code_leads_to_the_check_page(certificate, settings):
    said = certificate_pdf.words(certificate, "en")
    assert said["check_url"] == f"{settings.SITE_URL}/en/v/{certificate.number}/"
    assert said["qr"].startswith("<svg")


def test_co_hosts_stand_on_the_paper_once_they_said_yes(mine, manager):
    mine.event.hosts.create(agency=factories.agency(legal_name="南岭社工站"), is_confirmed=True)
    mine.event.hosts.create(agency=factories.agency(legal_name="未确认机构"))
    certificate = issuing.issue(mine, by=manager)
    assert [host["zh"] for host in certificate.hosts] == [mine.event.host.legal_name, "南岭社工站"]


@needs_fonts
def test_only_the_person_and_the_host_get_the_paper(client, mine, certificate, manager, stranger, member):
    address = url("certificate_pdf", certificate.public_id)
    for person, status in ((mine.user, 200), (manager, 200), (stranger, 404), (member, 404)):
        client.force_login(person)
        assert client.get(address).status_code == status
    client.force_login(mine.user)
    answer = client.get(address)
    assert answer["Content-Type"] == "application/pdf"
    assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    issuing.revoke(mine, reason="x", by=manager)
    assert client.get(address)["Location"].endswith(f"/v/{certificate.number}/")


@needs_fonts
def test_the_host_gets_all_valid_ones_in_one_archive(client, event, mine, manager):
    mine.user.name = "../../欧阳/红"
    mine.user.save()
    first = issuing.issue(mine, by=manager)
    other = seat(event)
    attend(other, 180)
    ledger.grant(event, by=manager)
    issuing.issue(other, by=manager)
    issuing.revoke(other, reason="x", by=manager)
    client.force_login(manager)

    answer = client.post(url("certificates_zip", event.host.slug, event.public_id))

    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.namelist() == [f"{first.number}-欧阳红.pdf"]
    assert archive.read(archive.namelist()[0]) == certificate_pdf.pdf(first)


# -- Checking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("张红", "张*"),
        ("张 红", "张*"),
        ("欧阳红", "欧阳*"),
        ("欧阳", "欧*"),
        ("张", "*"),
        ("𠮷田", "𠮷*"),
        ("买买提·吐尔逊", "买*·吐*"),
        ("John Smith", "J*** S***"),
        ("J", "J***"),
    ],
)
def test_the_name_is_masked(name, seen):
    assert certificate_check.masked(name) == seen


@pytest.mark.parametrize(
    ("certified", "typed", "same"),
    [
        ("欧阳红", "欧阳 红", True),
        ("John Smith", "john  SMITH", True),
        ("买买提·吐尔逊", "买买提吐尔逊", True),
        (RARE, RARE, True),
        ("欧阳红", "欧阳", False),
        ("欧阳红", "欧阳*", False),
        ("张红", "", False),
        ("---", "", False),
    ],
)
def test_a_typed_name_is_compared_as_people_write_it(certified, typed, same):
    assert certificate_check.is_name(certified, typed) is same


def test_anybody_sees_what_it_is_about_and_not_whose_it_is(client, certificate, caplog):
    with caplog.at_level(logging.DEBUG):
        answer = client.get(url("check_certificate", certificate.number))
        right = client.post(url("check_certificate", certificate.number), {"name": "欧阳红"})
        wrong = client.post(url("check_certificate", certificate.number), {"name": "李梅"})

    page = answer.content.decode()
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]
    for shown in ("欧阳*", "Case management", "Valid", certificate.number, "<svg"):
        assert shown in page
    for secret in ("欧阳红", "secret@example.org", certificate.registration.user.email):
        assert secret not in page
    assert "The name matches." in right.content.decode()
    assert "The name does not match." in wrong.content.decode()
    assert "欧阳红" not in wrong.content.decode()
    assert "欧阳红" not in caplog.text


def test_revoked_and_replaced_ones_say_so(client, mine, certificate, manager):
    new = issuing.issue_anew(mine, by=manager)
    old = client.get(url("check_certificate", certificate.number)).content.decode()
    assert "was replaced by a corrected one" in old
    assert new.number not in old
    issuing.revoke(mine, reason="冒名签到", by=manager)
    page = client.get(url("check_certificate", new.number)).content.decode()
    assert "冒名签到" in page
    assert "Revoked" in page


def test_an_unknown_number_gets_a_kind_sentence(client, certificate):
    for number in (new_number(), "nonsense", "流" * 100):
        answer = client.get(url("check_certificate", number))
        assert answer.status_code == 404
        assert "There is no certificate with this number." in answer.content.decode()
    found = client.get(url("find_certificate"), {"number": certificate.number.lower()})
    assert found["Location"] == url("check_certificate", certificate.number)
    slip = client.get(url("find_certificate"), {"number": "abc"})
    assert "Please compare it with the paper" in slip.content.decode()


def test_guessing_the_name_is_stopped_after_ten_tries(client, certificate):
    address = url("check_certificate", certificate.number)
    answers = [client.post(address, {"name": f"欧阳{n}"}).status_code for n in range(10)]
    assert answers == [200] * 10
    blocked = client.post(address, {"name": "欧阳红"})
    assert blocked.status_code == 429
    assert "The name matches." not in blocked.content.decode()
    assert client.get(address).status_code == 200


# -- Pages ------------------------------------------------------------------------------------------------------------


def test_the_host_grants_and_issues_on_one_page(client, event, manager, deliver):
    attend(seat(event, factories.user(name="欧阳红")), 180)
    client.force_login(manager)
    page = url("event_hours", event.host.slug, event.public_id)
    assert "Grant the hours" in client.get(page).content.decode()

    client.post(url("grant_hours", event.host.slug, event.public_id))
    assert "Issue 1 certificate" in client.get(page).content.decode()
    client.post(url("issue_certificates", event.host.slug, event.public_id))
    assert "They are being issued now." in client.get(page).content.decode()
    deliver()
    assert "1 of 1 certificates are issued" in client.get(page).content.decode()

    one = event.registrations.get()
    act = url("act_on_certificate", event.host.slug, event.public_id, one.public_id)
    client.post(act, {"action": "issue_anew", "name": "欧阳弘"})
    assert one.certificates.valid().get().name == "欧阳弘"
    client.post(act, {"action": "revoke", "reason": ""})
    assert one.certificates.valid().exists()
    client.post(act, {"action": "revoke", "reason": "冒名"})
    assert not one.certificates.valid().exists()
    client.post(act, {"action": "issue"})
    assert one.certificates.valid().get().version == 3
    correct = url("correct_hours", event.host.slug, event.public_id, one.public_id)
    client.post(correct, {"minutes": "-30", "reason": "提前离开"})
    assert HoursEntry.objects.all().minutes() == 150
    assert client.post(correct, {"minutes": "9" * 40, "reason": "x"}).status_code == 302
    assert HoursEntry.objects.all().minutes() == 150


def test_the_share_is_1_to_100_per_cent(client, event, manager):
    client.force_login(manager)
    address = url("set_certificate_share", event.host.slug, event.public_id)
    assert client.post(address, {"share": "60"}).status_code == 302
    answer = client.post(address, {"share": "101"})
    assert answer.status_code == 200
    assert 'value="101"' in answer.content.decode()
    assert CertificateRule.objects.get().share == 60


def test_the_hosts_page_costs_as_many_queries_for_one_person_as_for_five(client, event, mine, manager):
    client.force_login(manager)
    page = url("event_hours", event.host.slug, event.public_id)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        return len(captured)

    queries()
    one = queries()
    for _person in range(4):
        attend(seat(event), 180)
    ledger.grant(event, by=manager)
    assert queries() == one


def test_my_hours_shows_mine_and_nobody_elses(client, mine, certificate, manager):
    other = seat(factories.event(mine.event.host, starts_in=-timedelta(days=2), title="别人的培训"))
    attend(other, 60)
    ledger.grant(other.event, by=manager)
    client.force_login(mine.user)
    page = client.get(url("my_hours")).content.decode()
    assert "Case management" in page
    assert certificate.number in page
    assert "别人的培训" not in page
    table = client.post(url("my_hours_csv")).content.decode()
    assert ",180,3," in table
    assert "别人的培训" not in table


def test_my_hours_says_how_many_are_missing_and_keeps_what_was_typed(client, mine):
    client.force_login(mine.user)
    start = timezone.localdate() - timedelta(days=30)
    client.post(url("my_hours"), {"role": "assistant", "registered_on": str(start)})
    page = client.get(url("my_hours")).content.decode()
    assert "hours short by" in page
    assert "To be confirmed" in page
    assert "《社会工作者继续教育办法》" in page
    later = str(timezone.localdate() + timedelta(days=1))
    answer = client.post(url("my_hours"), {"role": "assistant", "registered_on": later})
    assert later in answer.content.decode()
    assert "This day is still to come" in answer.content.decode()
    for nasty in ({"role": "\x00"}, {"role": "assistant", "division": "9" * 30, "registered_on": "0000-99"}):
        assert client.post(url("my_hours"), nasty).status_code == 200


def test_my_hours_costs_as_many_queries_with_one_event_as_with_four(client, mine, manager):
    ledger.set_profession(
        mine.user, role="social_worker", division=None, registered_on=timezone.localdate() - timedelta(days=9)
    )
    factories.event(mine.event.host)
    client.force_login(mine.user)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url("my_hours")).status_code == 200
        return len(captured)

    queries()
    one = queries()
    for n in range(3):
        past = factories.event(factories.agency(), starts_in=-timedelta(days=3 + n))
        attend(seat(past, mine.user), 100)
        ledger.grant(past, by=factories.member_of(past.host, role="manager"))
        factories.event(factories.agency(), starts_in=timedelta(days=20 + n))
    assert queries() == one


def test_the_ticket_leads_to_the_certificate(client, mine, manager):
    client.force_login(mine.user)
    assert 'name="certificate_name"' in client.get(mine.event.get_absolute_url()).content.decode()
    certificate = issuing.issue(mine, by=manager)
    page = client.get(mine.event.get_absolute_url()).content.decode()
    assert str(certificate.public_id) in page
    assert 'name="certificate_name"' not in page
