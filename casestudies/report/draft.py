"""Making a draft of a report, and moving its pieces to other sections afterwards."""

from dataclasses import asdict
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casestudies.files import attachment, upload
from casestudies.models import CaseStudy, ImportedReport
from casestudies.report.report import Piece, Report
from casestudies.report.word import Picture
from casestudies.writing import authoring, draft_merge
from orgs.models import Agency, User
from portal.pictures import PictureRefused

KEPT_FOR = timedelta(days=30)
#: Where a piece can go.
PLACES = (*CaseStudy.SECTIONS, "abstract", "keywords")


class NothingToArrange(authoring.AuthoringError):
    """The pieces were put in place already, or are too old."""

    def __init__(self):
        super().__init__(_("This report was put in place already. Move its text in the draft."))


@transaction.atomic
def begin(
    agency: Agency, read: Report, *, by: User | None, name: str = "", **fields
) -> tuple[CaseStudy, int]:
    """A draft with the sections and pictures of a report, and how many of its pictures could not be taken over.

    `fields` as in `authoring.start_case`.
    """
    case = authoring.start_case(agency, by=by, **read.fields(), **fields)
    uploads, keys, lost = [], [], 0
    for piece in read.pieces:
        mine: list[int] = []
        for image in piece.images:
            made = examined(image)
            if made is None or len(uploads) == attachment.MOST_FILES:
                lost += 1
                continue
            mine.append(len(uploads))
            uploads.append((made, described(image, piece)))
        keys.append(mine)
    attached = attachment.add_all(case, uploads, by=by) if uploads else []
    pieces = [
        {**asdict(piece), "images": [str(attached[position].key) for position in mine]}
        for piece, mine in zip(read.pieces, keys, strict=True)
    ]
    seen = draft_merge.seen(authoring.draft_of(case))
    ImportedReport.objects.create(case=case, name=name[:200], pieces=pieces, seen=seen)
    return case, lost


def examined(image: Picture) -> upload.Upload | None:
    """The picture drawn anew, without what its camera wrote into it; None for what is no picture that we show."""
    if not upload.PICTURES.match(image.content):
        return None
    try:
        return upload.picture(image.content, "picture")
    except PictureRefused:
        return None


def described(image: Picture, piece: Piece) -> dict:
    title = image.caption or image.alt or piece.heading
    return {
        "title": title,
        "alt_text": image.alt,
        "caption": image.caption,
        "section": piece.field,
    }


def arrange(case: CaseStudy, places: dict[int, str], *, by: User) -> None:
    """Put the pieces of the report where its writer says, by their number; those that nobody names stay where they are.

    What was written in the draft since the report was read stays. Raises NothingToArrange, InReview; Overtaken when
    everything else is saved.
    """
    overtaken = None
    with transaction.atomic():
        try:
            put_in_place(case, places, by=by)
        except authoring.Overtaken as told:
            overtaken = told  # what it says is saved, so the transaction goes through
    if overtaken:
        raise overtaken


def put_in_place(case: CaseStudy, places: dict[int, str], *, by: User) -> None:
    case = CaseStudy.objects.select_for_update().get(pk=case.pk)
    row = ImportedReport.objects.filter(case=case).first()
    if row is None:
        raise NothingToArrange
    moved = {n: place for n, place in places.items() if 0 <= n < len(row.pieces) and place in PLACES}
    pieces = [
        Piece(one["heading"], moved.get(n, one["field"]), one["html"]) for n, one in enumerate(row.pieces)
    ]
    before = Report(
        case.title, [Piece(one["heading"], one["field"], one["html"]) for one in row.pieces]
    ).fields()
    after = Report(case.title, pieces).fields()
    changed = {
        name: after.get(name, type(value)())
        for name, value in {**after, **before}.items()
        if name != "title" and after.get(name) != before.get(name)
    }
    sections = {
        UUID(key): piece.field for one, piece in zip(row.pieces, pieces, strict=True) for key in one["images"]
    }
    attachments = list(case.get_latest_revision_as_object().attachments.all())
    for one in attachments:
        place = sections.get(one.key, one.section)
        one.section = place if place in CaseStudy.SECTIONS else ""
    row.delete()
    if changed or sections:
        authoring.save_draft(case, by=by, seen=row.seen, attachments=attachments, **changed)


def forget(on: date) -> list[str]:
    """Pieces that nobody put in place for a month: the draft has them all."""
    count, _by_model = ImportedReport.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    return [f"{count} reports that were read are forgotten"] if count else []
