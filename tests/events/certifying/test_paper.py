"""The paper: every character has a glyph, the same certificate gives the same bytes, and only some people get it."""

import io
import zipfile

import pytest
from pypdf import PdfReader

from events import checks
from events.certifying import issuing
from events.certifying import pdf as certificate_pdf
from events.hours import ledger
from events.models import Certificate
from portal import typesetting
from tests import factories
from tests.events.test_console import url
from tests.events.test_hours import attend, seat

pytestmark = pytest.mark.django_db
needs_fonts = pytest.mark.skipif(
    not (certificate_pdf.has_chinese_font() and certificate_pdf.has_rare_characters()),
    reason="the fonts of certificates are not installed (fonts-noto-cjk, fonts-hanazono)",
)
RARE = "张𬭎𠮷㛃𤭢"


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
