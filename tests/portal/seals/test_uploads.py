"""Files that people send: what they are is their content, whatever they are called; and private ones have one way out."""

import struct
import unicodedata
import zipfile
import zlib
from io import BytesIO

import pytest
from django.apps import apps
from django.conf import settings as portal_settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import FileField
from django.test import Client
from django.urls import reverse
from wagtail.images.models import Image

from casestudies.files import upload
from casestudies.models import Attachment, CaseFile
from events.hosting import materials, picture
from events.models import Material
from orgs import evidence, logo
from orgs.models import Evidence, User
from portal.storage import private_storage
from tests import factories
from tests.addresses import leading

pytestmark = pytest.mark.django_db


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def flood(side=50_000) -> bytes:
    """A PNG of two kilobytes that says it has 2,500 million pixels."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    lines = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def bomb() -> bytes:
    """A ZIP of half a megabyte that unpacks to six hundred."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * 600_000_000)
        archive.writestr("[Content_Types].xml", b"<Types/>")
    return file.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
PROGRAM = b"MZ\x90\x00" + b"\0" * 200
HARMFUL = {
    "an SVG with a script": SVG,
    "an SVG after a declaration": b'<?xml version="1.0"?>\n' + SVG,
    "a page": HTML,
    "a program": PROGRAM,
    "a flood of pixels": flood(),
    "a PNG that ends early": factories.picture()[:40],
    "only the first bytes of a PNG": b"\x89PNG\r\n\x1a\n" + HTML,
    "nothing": b"",
}

REFUSALS = (
    logo.LogoError,
    evidence.EvidenceError,
    materials.MaterialError,
    upload.UploadRefused,
    picture.PictureError,
    ValidationError,
)
DOORS = {
    "logo": lambda file: logo.redraw(file),
    "evidence": lambda file: evidence.examine(file),
    "material": lambda file: materials.examine(file),
    "attachment": lambda file: upload.examine(file, file.name),
    "picture of an event": lambda file: picture.redraw(file),
}


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.pdf", "a.docx"])
@pytest.mark.parametrize("harm", HARMFUL)
@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_picture_or_document_is_refused_whatever_it_is_called(door, harm, name):
    with pytest.raises(REFUSALS):
        DOORS[door](SimpleUploadedFile(name, HARMFUL[harm], content_type="image/png"))


@pytest.mark.parametrize("door", ["material", "attachment"])
def test_an_archive_that_unpacks_to_too_much_is_refused(door):
    with pytest.raises(REFUSALS):
        DOORS[door](SimpleUploadedFile("a.docx", bomb()))


@pytest.mark.parametrize("door", DOORS)
def test_a_file_that_is_too_large_is_refused(door):
    large = factories.picture() + b"\0" * (portal_settings.UPLOAD_MAX_BYTES + 1)
    with pytest.raises(REFUSALS):
        DOORS[door](SimpleUploadedFile("a.png", large))


# -- Wagtail's own uploads --------------------------------------------------------------------------------------------


@pytest.fixture
def root(client):
    client.force_login(User.objects.create_superuser("root@example.org", name="根"))
    return client


def add_image(client, name, content):
    return client.post(
        reverse("wagtailimages:add"),
        {"title": "x", "collection": 1, "file": SimpleUploadedFile(name, content, "image/png")},
    )


@pytest.mark.parametrize("name", ["a.png", "a.svg", "a.jpg", "a.html"])
@pytest.mark.parametrize("harm", HARMFUL)
def test_wagtail_takes_no_such_picture_either(root, harm, name):
    add_image(root, name, HARMFUL[harm])
    assert not Image.objects.exists()


def test_wagtail_takes_a_real_picture(root):
    add_image(root, "a.png", factories.picture())
    assert Image.objects.count() == 1


# -- Names ------------------------------------------------------------------------------------------------------------

NAMES = [
    "../../../etc/passwd.png",
    "..\\..\\windows\\system.png",
    "\u202egnp.exe.png",
    "a\x00b.png",
    "a\r\nSet-Cookie: x=1.png",
    "流" * 300 + ".png",
    "x" * 300 + ".png",
    "讲义 第一讲（修订）.png",
    ".htaccess",
    "CON.png",
    "a.php.png",
    "'; DROP TABLE x; --.png",
    "<img src=x onerror=alert(1)>.png",
    " .png",
    ".",
]
#: Where files are sent, and in which field.
FIELDS = {
    "edit_logo": "file",
    "agency_verification": "evidence",
    "claim_agency": "evidence",
    "edit_materials": "file",
    "meeting_log": "file",
    "edit_attachments": "files",
    "import_case": "file",
    "edit_event": "picture",
}


def raw_upload(client, address: str, field: str, name: str):
    """What a browser of bad will sends: the name exactly so, which Django's own test client would tidy up."""
    quoted = name.replace('"', "%22").encode("utf-8", "surrogatepass")
    body = (
        b'--x\r\nContent-Disposition: form-data; name="'
        + field.encode()
        + b'"; filename="'
        + quoted
        + b'"\r\n'
        b"Content-Type: image/png\r\n\r\n" + factories.picture() + b"\r\n--x--\r\n"
    )
    return client.post(address, body, content_type="multipart/form-data; boundary=x")


@pytest.mark.parametrize("name", FIELDS)
def test_no_file_name_breaks_a_form_or_leaves_its_folder(world, tmp_path, name):
    for who in ("owner", "newcomer"):
        client = world["visitors"][who].client(raise_request_exception=False)
        for address in leading(world, name)[:1]:
            for called in NAMES:
                assert raw_upload(client, address, FIELDS[name], called).status_code < 500, called
    for file in tmp_path.rglob("*"):
        kept = file.name
        assert len(kept.encode()) <= 255
        assert not any(unicodedata.category(letter) in ("Cc", "Cf") for letter in kept), kept
        assert ".." not in kept


@pytest.mark.parametrize("name", NAMES)
def test_a_material_is_handed_out_under_a_name_that_no_header_trips_over(agency, manager, name):
    event = factories.event(agency)
    try:
        file = SimpleUploadedFile("a.png", factories.picture())
        file._name = name  # past what Django takes out of it
        kept = materials.add(event, materials.examine(file), audience="everybody", by=manager)
    except materials.MaterialError:
        return  # said in a sentence
    answer = Client().get(reverse("material", args=[kept.public_id]))
    assert answer.status_code == 200
    header = answer["Content-Disposition"]
    assert header.isascii()
    assert "\r" not in header
    assert "\n" not in header
    assert header.startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


# -- Private files ----------------------------------------------------------------------------------------------------

PRIVATE = [Evidence, Material, CaseFile, Attachment]


@pytest.mark.parametrize("model", PRIVATE)
def test_private_files_have_no_address_of_their_own(model):
    assert model._meta.get_field("file").deconstruct()[3]["storage"] is private_storage


def test_every_kind_of_file_is_in_the_list_above_or_is_a_public_picture():
    ours = [apps.get_app_config(app) for app in ("portal", "orgs", "events", "casestudies")]
    with_files = {
        model
        for app in ours
        for model in app.get_models()
        if any(isinstance(field, FileField) for field in model._meta.get_fields())
    }
    assert with_files == set(PRIVATE)


def test_nothing_private_is_served_as_media(world, tmp_path, client):
    private = [file for file in (tmp_path / "private").rglob("*") if file.is_file()]
    assert private
    for file in private:
        inside = file.relative_to(tmp_path / "private")
        for address in (
            f"/media/{inside}",
            f"/media/../private/{inside}",
            f"/private/{inside}",
            f"/static/{inside}",
        ):
            assert client.get(address).status_code in (301, 302, 400, 404), address
