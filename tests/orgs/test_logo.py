"""The logo: what is taken as a picture, what is refused, and what becomes of the one before."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image as Picture
from wagtail.images.models import Image
from wagtail.models import Revision

from orgs import differences, history, logo, profile, restoring
from orgs.models import Agency
from tests import factories

pytestmark = pytest.mark.django_db


def drawn(kind="PNG", size=(80, 40), mode="RGB", **options) -> bytes:
    content = BytesIO()
    Picture.new(mode, size).save(content, format=kind, **options)
    return content.getvalue()


def upload(content: bytes, name="logo.png", **fields):
    return {"file": SimpleUploadedFile(name, content, content_type="image/png"), **fields}


def address(name, agency):
    return reverse(name, args=[agency.slug])


@pytest.mark.parametrize(
    ("kind", "mode", "ending"),
    [
        ("PNG", "RGBA", "png"),
        ("PNG", "P", "png"),
        ("PNG", "I;16", "png"),
        ("JPEG", "RGB", "jpg"),
        ("JPEG", "CMYK", "jpg"),
        ("WEBP", "RGBA", "webp"),
    ],
)
def test_a_picture_is_what_its_content_is(client, agency, manager, kind, mode, ending):
    client.force_login(manager)
    answer = client.post(address("edit_logo", agency), upload(drawn(kind, mode=mode), name="照片.gif"))
    assert answer.status_code == 302
    agency.refresh_from_db()
    assert agency.logo.file.name.endswith(f".{ending}")
    assert (agency.logo.width, agency.logo.height) == (80, 40)
    assert (agency.logo.collection.name, agency.logo.uploaded_by_user) == (logo.COLLECTION, manager)
    with agency.logo.file.open() as file:
        assert Picture.open(file).format == kind


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
REFUSED = {
    "an SVG": SVG,
    "a page": b"<!doctype html><html><body><script>alert(1)</script></body></html>",
    "a page that begins like a PNG": b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>",
    "a GIF": drawn("GIF", mode="P"),
    "a TIFF": drawn("TIFF"),
    "a cut picture": drawn(size=(300, 300), mode="RGB")[:120],
    "bytes": b"\x00" * 100,
    "a document": b"%PDF-1.7 " + b"x" * 200,
    "too wide": drawn(size=(4001, 10)),
    "too high": drawn(size=(10, 4001)),
    "too heavy": drawn() + b"\x00" * (2 * 1024 * 1024),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_small_picture_is_refused_beside_the_field(client, agency, manager, what):
    client.force_login(manager)
    answer = client.post(address("edit_logo", agency), upload(REFUSED[what], description="两个人"))
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["file"]
    assert "两个人" in answer.content.decode()
    assert Image.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({}, ["file"]),
        ({"file": SimpleUploadedFile("logo.png", b"")}, ["file"]),
        (upload(drawn(), name="名" * 400 + ".png"), ["file"]),
        (upload(drawn(), description="长" * 256), ["description"]),
        (upload(drawn(), description="\0"), ["description"]),
    ],
)
def test_a_missing_file_or_a_long_word_is_refused(client, agency, manager, fields, errors):
    client.force_login(manager)
    answer = client.post(address("edit_logo", agency), fields)
    assert list(answer.context["form"].errors) == errors
    assert Image.objects.count() == 0


def test_neither_a_place_nor_a_script_comes_along_with_the_pixels(agency, manager):
    exif = Picture.Exif()
    exif[0x010E] = "秘密".encode().decode("latin-1")
    exif[0x0112] = 6  # turned by a quarter
    content = drawn("JPEG", exif=exif) + b"<script>alert(1)</script>"
    image = logo.replace(agency, file=BytesIO(content), by=manager)
    with image.file.open() as file:
        kept = file.read()
    assert b"<script>" not in kept
    assert dict(Picture.open(BytesIO(kept)).getexif()) == {}
    assert (image.width, image.height) == (40, 80), "turned as it is meant to be seen"


def test_a_new_logo_replaces_the_old_one_whose_file_stays_with_its_version(
    agency, manager, django_capture_on_commit_callbacks
):
    first = logo.replace(agency, file=BytesIO(drawn()), by=manager)
    storage, name = first.file.storage, first.file.name
    with django_capture_on_commit_callbacks(execute=True):
        second = logo.replace(agency, file=BytesIO(drawn(size=(20, 20))), by=manager)
    agency.refresh_from_db()
    assert agency.logo == second
    assert [storage.exists(file) for file in (name, second.file.name)] == [True, True]
    shown = [version.content["logo"] for version in history.versions(agency)]
    assert shown == [second.pk, first.pk, None]


def test_going_back_to_a_version_brings_its_logo_back(agency, manager):
    first = logo.replace(agency, file=BytesIO(drawn()), by=manager)
    version = history.versions(agency).first()
    logo.replace(agency, file=BytesIO(drawn(size=(20, 20))), by=manager)
    logo.remove(agency, by=manager)
    assert restoring.restore(agency, version, by=manager) == []
    agency.refresh_from_db()
    assert agency.logo == first
    restoring.restore(agency, history.versions(agency).last(), by=manager)
    agency.refresh_from_db()
    assert agency.logo is None


def test_a_logo_that_editors_deleted_is_left_out_with_a_note(agency, manager):
    logo.replace(agency, file=BytesIO(drawn()), by=manager).delete()
    assert len(restoring.restore(agency, history.versions(agency).first(), by=manager)) == 1
    agency.refresh_from_db()
    assert agency.logo is None


def test_a_version_from_before_logos_were_kept_leaves_the_logo_alone(agency, manager):
    second = logo.replace(agency, file=BytesIO(drawn()), by=manager)
    version = history.versions(agency).last()
    version.content.pop("logo")
    version.save()
    restoring.restore(agency, version, by=manager)
    agency.refresh_from_db()
    assert agency.logo == second


def test_the_page_of_a_version_shows_both_logos(client, agency, manager):
    logo.replace(agency, file=BytesIO(drawn()), description="旧的灯塔", by=manager)
    logo.replace(agency, file=BytesIO(drawn(size=(20, 20))), by=manager)
    client.force_login(manager)
    newest = history.versions(agency).first()
    html = client.get(reverse("agency_version", args=[agency.slug, newest.pk])).content.decode()
    assert 'alt="旧的灯塔"' in html
    assert html.count("20 × 20") == 1
    listing = client.get(reverse("agency_history", args=[agency.slug]))
    changes = [[change.field for change in row["changes"] or ()] for row in listing.context["rows"]]
    assert changes == [[differences.label(Agency, "logo")]] * 2 + [[]]


def test_at_night_the_logos_go_that_nothing_shows_any_more(
    agency, manager, django_capture_on_commit_callbacks
):
    other = factories.agency()
    owner = factories.member_of(other, role="owner")
    theirs = Image.objects.create(title="门户的图", file=SimpleUploadedFile("a.png", drawn()))
    kept = logo.replace(agency, file=BytesIO(drawn()), by=manager)
    logo.remove(agency, by=manager)
    gone = logo.replace(other, file=BytesIO(drawn()), by=owner)
    storage, name = gone.file.storage, gone.file.name
    Image.objects.update(created_at=timezone.now() - timedelta(days=30))
    today = timezone.localdate()
    assert logo.sweep(today) == []
    Agency.objects.filter(pk=other.pk).delete()
    Revision.objects.filter(object_id=str(other.pk)).delete()
    with django_capture_on_commit_callbacks(execute=True):
        assert len(logo.sweep(today)) == 1
    assert (set(Image.objects.all()), storage.exists(name)) == ({theirs, kept}, False)


def test_a_logo_of_today_is_left_until_its_version_has_arrived(agency, manager):
    logo.replace(agency, file=BytesIO(drawn()), by=manager)
    agency.delete()
    assert logo.sweep(timezone.localdate()) == []
    assert len(logo.sweep(timezone.localdate() + timedelta(days=30))) == 1


def test_a_picture_that_editors_chose_is_not_deleted_with_its_use(agency, manager):
    theirs = Image.objects.create(title="门户的图", file=SimpleUploadedFile("a.png", drawn()))
    agency.logo = theirs
    agency.save()
    logo.remove(agency, by=manager)
    agency.refresh_from_db()
    assert (agency.logo, list(Image.objects.all())) == (None, [theirs])


def test_the_agencys_people_remove_their_logo(client, agency, manager):
    client.force_login(manager)
    client.post(address("remove_logo", agency))
    logo.replace(agency, file=BytesIO(drawn()), by=manager)
    assert client.get(address("remove_logo", agency)).status_code == 405
    client.post(address("remove_logo", agency))
    agency.refresh_from_db()
    assert agency.logo is None
    assert "<img" not in client.get(agency.get_absolute_url()).content.decode().partition("<main")[2]


def test_only_owners_and_managers_of_this_agency_touch_its_logo(client, agency, member, stranger):
    for person in (member, stranger):
        with pytest.raises(profile.ProfileError):
            logo.replace(agency, file=BytesIO(drawn()), by=person)
        client.force_login(person)
        assert client.post(address("edit_logo", agency), upload(drawn())).status_code == 404
        assert client.post(address("remove_logo", agency)).status_code == 404
    assert Image.objects.count() == 0


@pytest.mark.parametrize(
    ("description", "alt"),
    [("两个人并肩走", 'alt="两个人并肩走"'), ('"><script>', 'alt="&quot;&gt;&lt;script&gt;"'), ("", 'alt="')],
)
def test_the_page_says_what_the_logo_shows(client, agency, manager, description, alt):
    logo.replace(agency, file=BytesIO(drawn()), description=description, by=manager)
    html = client.get(agency.get_absolute_url()).content.decode()
    assert alt in html
    assert 'alt=""' not in html
    if not description:
        assert agency.legal_name in html.partition('alt="')[2].partition('"')[0]


def test_two_agencies_have_two_logos_in_one_collection(manager, agency):
    other = factories.agency()
    owner = factories.member_of(other, role="owner")
    pictures = [
        logo.replace(agency, file=BytesIO(drawn()), by=manager),
        logo.replace(other, file=BytesIO(drawn()), by=owner),
    ]
    assert len({picture.collection_id for picture in pictures}) == 1
    logo.remove(other, by=owner)
    assert [shown.refresh_from_db() or shown.logo for shown in (agency, other)] == [pictures[0], None]
