"""The logo of an agency: what is taken in as a picture, and what becomes of it.

A file is what its content is, whatever it is called. It is drawn anew from its pixels, so that neither a place in its
metadata nor a script behind the picture comes along. A logo is part of the versions of the entry: its file stays for as
long as one of them shows it.
"""

from datetime import date, timedelta
from typing import IO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.images.models import Image
from wagtail.models import Collection

from orgs import history
from orgs.models import Agency, User
from orgs.profile import check
from portal import pictures

ACCEPTED = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
MOST_BYTES = 2 * 1024 * 1024
LONGEST_SIDE = 4000  # pixels
LONGEST_DESCRIPTION = 255
COLLECTION = "Agency logos"
#: How long a file may belong to nothing: its version may still be on its way.
GRACE = timedelta(days=7)


class LogoError(Exception):
    """A refusal, with a sentence for people."""


@transaction.atomic
def replace(agency: Agency, *, file: IO[bytes], description: str = "", by: User) -> Image:
    """Make the picture in the file the agency's logo, in a new version of the entry. Raises LogoError, ProfileError."""
    check(agency, by=by)
    kind, content = redraw(file)
    with history.recorded(agency, by=by) as agency:
        agency.logo = Image.objects.create(
            title=agency.legal_name,
            description=description,
            collection=collection(),
            uploaded_by_user=by,
            file=ContentFile(content, name=f"{agency.slug}.{ACCEPTED[kind]}"),
        )
        agency.save(update_fields=["logo", "updated_at"])
    return agency.logo


@transaction.atomic
def remove(agency: Agency, *, by: User) -> None:
    """Take the logo away, in a new version of the entry. Without one nothing happens. Raises ProfileError."""
    check(agency, by=by)
    with history.recorded(agency, by=by) as agency:
        agency.logo = None
        agency.save(update_fields=["logo", "updated_at"])


def redraw(file: IO[bytes]) -> tuple[str, bytes]:
    """The kind and the bytes of a new picture with the same pixels. Raises LogoError."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise LogoError(_("The picture is larger than 2 MB. Please make it smaller and try again."))
    width, height = pictures.size_of(content)
    if max(width, height) > LONGEST_SIDE:
        raise LogoError(
            _("The picture is %(width)s × %(height)s pixels. At most 4000 on a side, please.")
            % {"width": width, "height": height}
        )
    try:
        drawn = pictures.redraw(
            content, longest=LONGEST_SIDE, accepted=tuple(ACCEPTED), kind=pictures.SAME, quality=90
        )
    except pictures.PictureRefused as refusal:
        raise LogoError(str(refusal)) from refusal
    return drawn.content_type.rpartition("/")[2].upper(), drawn.content


def collection() -> Collection:
    """Where the logos are among the pictures of the portal."""
    root = Collection.get_first_root_node()
    return root.get_children().filter(name=COLLECTION).first() or root.add_child(name=COLLECTION)


def sweep(on: date) -> list[str]:
    """Delete the logos that neither an agency nor a version of an entry shows. A picture that editors put up stays."""
    before = timezone.localtime().replace(year=on.year, month=on.month, day=on.day) - GRACE
    strays = Image.objects.filter(collection__name=COLLECTION, created_at__lt=before).exclude(
        pk__in=Agency.objects.exclude(logo=None).values("logo")
    )
    kept = history.logos_shown() if strays else set()
    gone = [image.delete() for image in strays if image.pk not in kept]
    return [f"{len(gone)} logos deleted that no version shows"] if gone else []
