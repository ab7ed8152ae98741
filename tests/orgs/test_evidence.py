"""Files that prove something: what comes in, who sees them, when they go."""

import os
import struct
import zlib
from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from orgs import application, claiming, evidence, verification
from orgs.evidence import MOST_BYTES, EvidenceError, examine
from orgs.models import Application, Evidence
from tests import factories

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def upload(name, content):
    return SimpleUploadedFile(
        name, content, content_type="image/png"
    )  # the browser's word counts for nothing


def bomb(width=20_000, height=20_000) -> bytes:
    """A PNG of a few hundred kilobytes that unfolds to 400 million pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0" * (width // 8 + 1) * height, 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def zipped() -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("run.class", "CAFEBABE")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("证书.pdf", PDF, "application/pdf"),
        ("scan.png", factories.picture("PNG"), "image/png"),
        ("photo.jpg", factories.picture("JPEG"), "image/jpeg"),
        ("wechat.webp", factories.picture("WEBP"), "image/webp"),
        ("a picture called.pdf", factories.picture("JPEG"), "image/jpeg"),
    ],
)
def test_a_file_is_what_its_content_says(name, content, content_type):
    scan = examine(upload(name, content))
    assert (scan.content_type, scan.size, scan.sha256) == (
        content_type,
        len(content),
        sha256(content).hexdigest(),
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("setup.pdf", b"MZ\x90\x00" + b"\0" * 500),
        ("page.png", b"<!doctype html><script>alert(1)</script>"),
        ("drawing.png", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
        ("animation.gif", b"GIF89a" + b"\0" * 30),
        ("half.jpg", factories.picture("JPEG", (400, 300))[:900]),
        ("half.png", factories.picture("PNG", (400, 300))[:-20]),
        ("magic only.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100),
        ("magic only.webp", b"RIFF\x00\x00\x00\x00WEBP"),
        ("half.pdf", PDF[:20]),
        ("script.pdf", PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>")),
        ("late.pdf", b"MZ" + PDF),
        ("with page.jpg", factories.picture("JPEG") + b"<HTML><script>alert(1)</script>"),
        ("with archive.png", factories.picture("PNG") + zipped()),
        ("empty.pdf", b""),
    ],
)
def test_what_is_not_a_plain_scan_is_refused_with_its_name(name, content):
    with pytest.raises(EvidenceError) as refusal:
        examine(upload(name, content))
    assert name in str(refusal.value)


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_unfolded():
    content = bomb()
    assert len(content) < MOST_BYTES
    with pytest.raises(EvidenceError) as refusal:
        examine(upload("bomb.png", content))
    assert "像素" in str(refusal.value) or "pixels" in str(refusal.value)
    with pytest.raises(EvidenceError):
        examine(upload("bomb.png", bomb(10_000, 10_000)))


def test_ten_megabytes_are_taken_and_one_byte_more_is_not():
    padding = MOST_BYTES - len(PDF)
    exact = PDF.replace(b"endobj", b"endobj%" + b" " * (padding - 1), 1)
    assert examine(upload("exact.pdf", exact)).size == MOST_BYTES
    with pytest.raises(EvidenceError):
        examine(upload("large.pdf", exact + b"\n"))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\temp\\证书.png", "证书.png"),
        ("cert\u202egnp.exe", "certgnp.exe"),
        ("\x00\x07", "文件"),
        ("𠮷" * 300 + ".png", "𠮷" * 100 + "…" + "𠮷" * 8 + ".png"),
    ],
)
def test_the_name_of_an_upload_is_harmless_to_show(given, shown):
    assert evidence.plain_name(given) in (shown, "File" if shown == "文件" else shown)


@pytest.fixture
def asked(agency):
    """A verification that an owner asked for, with one file whose name nobody else may read."""
    owner = factories.member_of(agency, role="owner")
    return verification.ask(agency, level=2, by=owner, scans=[factories.scan("林小满的身份证.png")])


def test_a_file_lies_under_a_name_that_says_nothing(asked, tmp_path):
    kept = asked.evidence.get()
    files = [str(path.relative_to(tmp_path)) for path in (tmp_path / "private").rglob("*") if path.is_file()]
    assert files == [f"private/evidence/{kept.public_id}"]


def test_five_files_go_with_one_application_and_the_same_one_counts_once(asked):
    content = factories.picture()
    more = [factories.scan() for _n in range(3)] + [factories.scan(content=content) for _n in range(2)]
    application.add_evidence(asked, more, by=asked.applicant)
    application.add_evidence(asked, [factories.scan(content=content)], by=asked.applicant)
    assert asked.evidence.count() == 5
    with pytest.raises(EvidenceError):
        application.add_evidence(asked, [factories.scan()], by=asked.applicant)
    assert asked.evidence.count() == 5


def test_the_applicant_the_agencys_leads_and_the_staff_see_a_file_and_nobody_else(
    client, agency, asked, manager, member, stranger, moderator
):
    kept = asked.evidence.get()
    address = reverse("evidence", args=[kept.public_id])
    assert client.get(address).url.startswith(reverse("account_login"))
    seen = {}
    for name, person in {
        "applicant": asked.applicant,
        "manager": manager,
        "moderator": moderator,
        "member": member,
        "stranger": stranger,
    }.items():
        client.force_login(person)
        answer = client.get(address)
        seen[name] = answer.status_code
        if answer.status_code == 404:
            assert kept.name not in answer.content.decode()
    assert seen == {"applicant": 200, "manager": 200, "moderator": 200, "member": 404, "stranger": 404}


def test_the_evidence_of_a_rival_stays_hidden_from_who_won_the_claim(client, moderator):
    free, lin, ana = factories.agency(), factories.user(), factories.user()
    rival = claiming.claim(free, by=ana, scans=[factories.scan("安娜的工牌.png")])
    claiming.accept(claiming.claim(free, by=lin), by=moderator)
    address = reverse("evidence", args=[rival.evidence.get().public_id])
    client.force_login(lin)
    assert client.get(address).status_code == 404
    client.force_login(ana)
    assert client.get(address).status_code == 200


def test_a_file_is_handed_out_so_that_no_browser_runs_or_keeps_it(client, asked):
    client.force_login(asked.applicant)
    answer = client.get(reverse("evidence", args=[asked.evidence.get().public_id]))
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"].startswith('inline; filename="')
    assert "身份证" not in str(answer.headers)
    assert sha256(b"".join(answer.streaming_content)).hexdigest() == asked.evidence.get().sha256


@pytest.mark.parametrize("path", ["/evidence/../../etc/passwd", "/evidence/%2e%2e%2fsecret/", "/evidence/x/"])
def test_no_path_leads_out_of_the_evidence(client, moderator, path):
    client.force_login(moderator)
    assert client.get(path).status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_not_there(client, asked, tmp_path):
    (tmp_path / "private" / asked.evidence.get().file.name).unlink()
    client.force_login(asked.applicant)
    assert client.get(reverse("evidence", args=[asked.evidence.get().public_id])).status_code == 404


def test_ninety_days_after_the_decision_the_file_and_its_name_go_and_the_hash_stays(
    client, asked, moderator, tmp_path, django_capture_on_commit_callbacks
):
    kept = asked.evidence.get()
    application.decline(asked, by=moderator, reason="看不清，请重拍。")
    decided = timezone.localdate()
    with django_capture_on_commit_callbacks(execute=True):
        assert evidence.forget(decided + timedelta(days=90)) == []
    with django_capture_on_commit_callbacks(execute=True):
        assert len(evidence.forget(decided + timedelta(days=91))) == 1
        assert evidence.forget(decided + timedelta(days=91)) == []
    gone = Evidence.objects.get()
    assert (gone.sha256, bool(gone.file), gone.deleted_at is None) == (kept.sha256, False, False)
    assert "身份证" not in gone.name
    assert [path for path in (tmp_path / "private").rglob("*") if path.is_file()] == []
    client.force_login(moderator)
    assert client.get(reverse("evidence", args=[gone.public_id])).status_code == 404


def test_a_file_of_a_question_that_waits_is_kept_however_long(asked):
    assert evidence.forget(date(2099, 1, 1)) == []
    assert asked.evidence.get().file


@pytest.mark.parametrize("what", ["application", "agency", "applicant"])
def test_what_is_deleted_takes_its_files_along(asked, tmp_path, what, django_capture_on_commit_callbacks):
    gone = {"application": asked, "agency": asked.agency, "applicant": asked.applicant}[what]
    if what == "applicant":
        factories.member_of(asked.agency, role="owner")
    with django_capture_on_commit_callbacks(execute=True):
        gone.delete()
    assert Evidence.objects.count() == 0
    assert [path for path in (tmp_path / "private").rglob("*") if path.is_file()] == []


def test_a_file_whose_change_was_rolled_back_is_swept_away_the_day_after(asked, tmp_path):
    storage = Evidence._meta.get_field("file").storage
    with transaction.atomic():
        evidence.attach(asked, [factories.scan()], by=asked.applicant)
        transaction.set_rollback(True)
    files = list((tmp_path / "private" / "evidence").iterdir())
    assert (len(files), Evidence.objects.count()) == (2, 1)
    assert evidence.sweep(timezone.localdate()) == []
    for path in files:
        os.utime(path, (0, 0))
    assert len(evidence.sweep(timezone.localdate())) == 1
    assert storage.exists(asked.evidence.get().file.name)
    assert len(list((tmp_path / "private" / "evidence").iterdir())) == 1


def test_files_are_not_added_to_somebody_elses_claim(agency, stranger):
    claim = claiming.claim(factories.agency(), by=factories.user())
    with pytest.raises(application.ApplicationError):
        application.add_evidence(claim, [factories.scan()], by=stranger)
    assert Application.objects.get().evidence.count() == 0
