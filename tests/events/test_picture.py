"""The picture of an event."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Drawing
from wagtail.images.models import Image

from events.hosting import picture
from events.models import Event
from tests import factories
from tests.events.test_console import typed, url

pytestmark = pytest.mark.django_db


def upload(content: bytes, name="IMG_1234.HEIC"):
    return SimpleUploadedFile(name, content)


def test_a_picture_is_put_up_with_the_form_described_and_taken_away(console, agency, client):
    sent = {"picture": upload(factories.picture()), "picture_shows": "一圈椅子"}
    console.post(url("create_event", agency.slug), typed(**sent, publish="now"))
    event = Event.objects.get()
    assert (event.image.description, event.status) == ("一圈椅子", "published")
    assert 'alt="一圈椅子" lang="zh-hans"' in client.get(url("event", event.public_id)).text

    change = url("edit_event", agency.slug, event.public_id)
    console.post(change, typed(picture_shows="两把椅子"))
    assert 'alt="两把椅子"' in client.get(url("event", event.public_id)).text

    console.post(change, typed(without_picture="on"))
    assert (Event.objects.get().image, Image.objects.count()) == (None, 0)
    assert "<img" not in client.get(url("event", event.public_id)).text


@pytest.mark.parametrize("content", [b"", b"MZ\0 a program", b"<svg/>", factories.picture()[:60]])
def test_what_is_no_picture_is_refused_and_the_words_are_kept(console, agency, content):
    answer = console.post(
        url("create_event", agency.slug), typed(picture=upload(content, "x.png"), summary="写了很久")
    )

    assert (answer.status_code, Event.objects.count()) == (200, 0)
    assert "写了很久" in answer.text


def test_who_is_refused_for_something_else_is_asked_for_the_picture_again(console, agency):
    answer = console.post(
        url("create_event", agency.slug), typed(title="", picture=upload(factories.picture()))
    )

    assert "Please choose the picture again. Browsers do not keep files." in answer.text


def test_a_large_photo_is_kept_upright_small_and_without_what_it_says_of_the_place():
    photo = Drawing.new("RGB", (4000, 3000), "red")
    exif = photo.getexif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "secret place"
    file = BytesIO()
    photo.save(file, "JPEG", exif=exif)

    drawn = picture.redraw(BytesIO(file.getvalue()))

    assert b"secret place" not in drawn
    with Drawing.open(BytesIO(drawn)) as kept:
        assert (kept.format, kept.size) == ("JPEG", (1200, 1600))


def test_a_picture_that_another_event_shows_stays(manager):
    first, second = factories.event(), factories.event()
    image = picture.replace(
        first, drawn=picture.redraw(BytesIO(factories.picture())), description="", by=manager
    )
    Event.objects.filter(pk=second.pk).update(image=image)

    picture.remove(first)
    assert Event.objects.get(pk=second.pk).image == image

    picture.remove(second)
    assert Image.objects.count() == 0
