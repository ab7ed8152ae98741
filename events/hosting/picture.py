"""The picture of an event: what is taken in, and what becomes of it.

A file is what its content is, whatever it is called. It is drawn anew from its pixels, upright and no larger than a page
shows it, so that neither a place in its metadata nor a script behind the picture comes along.
"""

from typing import IO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.images.models import Image
from wagtail.models import Collection

from events.models import Event
from orgs.models import User
from portal import pictures

ACCEPTED = ("PNG", "JPEG", "WEBP")
MOST_BYTES = 10 * 1024 * 1024  # what a phone takes
LONGEST_SIDE = 1600  # pixels of what we keep
LONGEST_DESCRIPTION = 255
COLLECTION = "Event pictures"


class PictureError(Exception):
    """A refusal, with a sentence for people."""


def redraw(file: IO[bytes]) -> bytes:
    """The bytes of a new JPEG with the same pixels, scaled down where it is large. Raises PictureError."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise PictureError(_("The picture is larger than 10 MB. Please make it smaller and try again."))
    try:
        drawn = pictures.redraw(content, longest=LONGEST_SIDE, accepted=ACCEPTED, kind="JPEG", quality=85)
    except pictures.PictureRefused as refusal:
        raise PictureError(str(refusal)) from refusal
    return drawn.content


@transaction.atomic
def replace(event: Event, *, drawn: bytes, description: str, by: User) -> Image:
    """Make what `redraw` gave the event's picture; the one before is deleted unless another event shows it."""
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    before = event.image
    event.image = Image.objects.create(
        title=event.title,
        description=description,
        collection=collection(),
        uploaded_by_user=by,
        file=ContentFile(drawn, name=f"event-{event.public_id}.jpg"),
    )
    event.save(update_fields=["image", "updated_at"])
    discard(before)
    return event.image


@transaction.atomic
def describe(event: Event, description: str) -> None:
    """Say anew what the picture shows. Without a picture nothing happens."""
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if event.image and event.image.description != description:
        event.image.description = description
        event.image.save(update_fields=["description"])
        event.save(update_fields=["updated_at"])


@transaction.atomic
def remove(event: Event) -> None:
    """Take the picture away. Without one nothing happens."""
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    before, event.image = event.image, None
    event.save(update_fields=["image", "updated_at"])
    discard(before)


def collection() -> Collection:
    """Where the pictures of events are among the pictures of the portal."""
    root = Collection.get_first_root_node()
    return root.get_children().filter(name=COLLECTION).first() or root.add_child(name=COLLECTION)


def discard(image: Image | None) -> None:
    """Delete a picture that no event shows any more. One that editors put elsewhere stays."""
    if image and image.collection.name == COLLECTION and not Event.objects.filter(image=image).exists():
        image.delete()
