"""Files that go with a case study: added to the draft, described, put in order, taken out; and who may read them.

An attachment is part of the draft: readers get it when a reviewer publishes the text. Its file lies in the private
storage under a name that says nothing and is handed out only by a view that asks `may_read`.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Revision
from wagtail.signals import published

from casestudies.files.upload import DATASETS, Upload
from casestudies.models import Attachment, CaseFile, CaseStudy
from casestudies.permissions import belongs_to_writers, can_read_draft, can_read_in_review
from casestudies.writing import authoring
from orgs.models import User
from portal import storage

MOST_FILES = 30
MOST_BYTES = 100 * 1024 * 1024  # of one text's files together
KEPT_UNUSED = timedelta(days=1)
DESCRIBED = ("title", "alt_text", "caption", "licence", "section", "kind")


class AttachmentError(authoring.AuthoringError):
    """A refusal, with a sentence for people."""


class NotThere(AttachmentError):
    def __init__(self):
        super().__init__(_("This file is no longer part of the text. Somebody may have taken it out."))


def add(case: CaseStudy, upload: Upload, *, by: User | None, **described) -> Attachment:
    """Put an examined file at the end of the draft's files. The same file again changes what is said about it.

    `described` as in `describe`. Raises AttachmentError when there are too many, InReview while reviewers read.
    """
    return add_all(case, [(upload, described)], by=by)[0]


@transaction.atomic
def add_all(case: CaseStudy, uploads: Iterable[tuple[Upload, dict]], *, by: User | None) -> list[Attachment]:
    """`add` for several files, each with what is said about it, in one revision. All of them or none."""
    # The lock first, so that of two uploads of one file the second finds the first.
    case = CaseStudy.objects.select_for_update().get(pk=case.pk)
    added = [attached(case, upload, described, by=by) for upload, described in uploads]

    def change(attachments: list[Attachment]) -> list[Attachment]:
        kept = {one.key: one for one in attachments}
        for one in added:
            kept.pop(one.key, None)
            kept[one.key] = one
        if len(kept) > MOST_FILES:
            raise AttachmentError(
                _("At most %(count)d files go with one case study.") % {"count": MOST_FILES}
            )
        if sum(one.size for one in kept.values()) > MOST_BYTES:
            raise AttachmentError(_("The files of one case study may have 100 MB together."))
        return list(kept.values())

    rearrange(case, change, by=by)
    return added


def attached(case: CaseStudy, upload: Upload, described: dict, *, by: User | None) -> Attachment:
    """The upload as a part of a text that nobody has saved yet."""
    kept = keep(case, upload, by=by)
    title = described.pop("title", "") or upload.name.rpartition(".")[0]
    one = Attachment(
        key=kept.public_id,
        file=kept.file.name,
        kind=upload.kind,
        title=title[:120],
        name=upload.name,
        content_type=upload.content_type,
        size=len(upload.content),
        width=upload.width,
        height=upload.height,
    )
    set_words(one, described)
    return one


def keep(case: CaseStudy, upload: Upload, *, by: User | None) -> CaseFile:
    """The row of this upload: the one that is there, or a new one."""
    sha256 = upload.sha256
    found = CaseFile.objects.filter(case=case, sha256=sha256).first()
    if found:
        return found
    return CaseFile.objects.create(
        case=case,
        file=ContentFile(upload.content, name="file"),
        name=upload.name,
        content_type=upload.content_type,
        size=len(upload.content),
        sha256=sha256,
        width=upload.width,
        height=upload.height,
        uploaded_by=by,
    )


@transaction.atomic
def describe(case: CaseStudy, key: UUID, *, by: User | None, **described) -> None:
    """Say anew what a file is: `title`, `alt_text`, `caption`, `licence`, `section`, and `kind` of a table.

    Raises NotThere, InReview.
    """

    def change(attachments: list[Attachment]) -> list[Attachment]:
        set_words(one_of(attachments, key), described)
        return attachments

    rearrange(case, change, by=by)


def set_words(attachment: Attachment, described: dict) -> None:
    for name, value in described.items():
        if name not in DESCRIBED:
            raise TypeError(f"an attachment has no {name} that is written")
        is_choice = name == "kind"
        if is_choice and (attachment.content_type not in DATASETS or value == Attachment.Kind.IMAGE):
            continue  # what it is, its content says
        if name == "section" and value not in CaseStudy.SECTIONS:
            value = ""
        setattr(attachment, name, value)


@transaction.atomic
def move(case: CaseStudy, key: UUID, *, by: User | None, steps: int) -> None:
    """Move a file up (negative) or down the list. Beyond the ends it stays there. Raises NotThere, InReview."""

    def change(attachments: list[Attachment]) -> list[Attachment]:
        moved = one_of(attachments, key)
        position = attachments.index(moved)
        attachments.remove(moved)
        attachments.insert(max(0, position + steps), moved)
        return attachments

    rearrange(case, change, by=by)


@transaction.atomic
def remove(case: CaseStudy, key: UUID, *, by: User | None) -> None:
    """Take a file out of the draft. One that was never published is deleted some days later. Raises NotThere, InReview."""

    def change(attachments: list[Attachment]) -> list[Attachment]:
        gone = one_of(attachments, key)
        return [one for one in attachments if one is not gone]

    rearrange(case, change, by=by)


def rearrange(case: CaseStudy, change: Callable[[list[Attachment]], list[Attachment]], *, by: User | None):
    """Save the draft with other files, and everything else as it is."""
    case = CaseStudy.objects.select_for_update().get(pk=case.pk)
    attachments = change(list(case.get_latest_revision_as_object().attachments.all()))
    for position, attachment in enumerate(attachments):
        attachment.position = position
    authoring.save_draft(case, by=by, attachments=attachments)


def one_of(attachments: list[Attachment], key: UUID) -> Attachment:
    found = next((one for one in attachments if one.key == key), None)
    if found is None:
        raise NotThere
    return found


# -- Reading ----------------------------------------------------------------------------------------------------------


def may_read(user, file: CaseFile) -> bool:
    """Everybody what a published text shows or showed; of a draft, its writing agencies, its reviewers and portal staff."""
    return is_public(file) or can_read_draft(user, file.case) or can_read_in_review(user, file)


def is_read_as_staff(user, file: CaseFile) -> bool:
    """Whether of those reasons only the last is this person's: they are portal staff."""
    return not (is_public(file) or belongs_to_writers(user, file.case) or can_read_in_review(user, file))


def is_public(file: CaseFile) -> bool:
    """Whether a text that everybody reads shows it, or an earlier version of that text did."""
    return bool(file.published_at) and CaseStudy.objects.published().filter(pk=file.case_id).exists()


def by_section(case: CaseStudy) -> dict[str, list[Attachment]]:
    """The pictures of a text by the section they stand in, "" for those that stand at the end."""
    pictures: dict[str, list[Attachment]] = {}
    written = {section["name"] for section in case.sections}
    for one in case.attachments.all():
        if one.is_image:
            pictures.setdefault(one.section if one.section in written else "", []).append(one)
    return pictures


def to_download(case: CaseStudy) -> list[Attachment]:
    """The documents and datasets of a text, in their order."""
    return [one for one in case.attachments.all() if not one.is_image]


def publish_files(sender, instance, **kwargs) -> None:
    """A text went to the public: its files may be read by everybody, also when a later text leaves them out."""
    if isinstance(instance, CaseStudy):
        keys = Attachment.objects.filter(case=instance.pk).values("key")
        CaseFile.objects.filter(case=instance.pk, public_id__in=keys, published_at=None).update(
            published_at=timezone.now()
        )


published.connect(publish_files, dispatch_uid="casestudies.files.attachment")


# -- Deleting ---------------------------------------------------------------------------------------------------------


@receiver(post_delete, sender=CaseFile)
def delete_file_too(sender, instance: CaseFile, **kwargs) -> None:
    """A case study that is deleted takes its files along."""
    files = CaseFile._meta.get_field("file").storage
    transaction.on_commit(partial(files.delete, instance.file.name))


def forget(on: date) -> list[str]:
    """Delete what was uploaded, never published, and is no longer part of the newest text. A day's grace for mistakes."""
    before = timezone.now() - KEPT_UNUSED
    count = 0
    unused = CaseFile.objects.filter(published_at=None, created_at__lt=before).select_related("case")
    for file in unused.exclude(public_id__in=Attachment.objects.values("key")).iterator():
        count += forget_one(file)
    return [f"{count} unused files of case studies deleted"] if count else []


@transaction.atomic
def forget_one(file: CaseFile) -> bool:
    case = CaseStudy.objects.select_for_update().get(pk=file.case_id)
    newest = (
        Revision.objects.filter(pk=case.latest_revision_id).values_list("content", flat=True).first() or {}
    )
    under_review = case.review_rounds.open().values_list("revision__content", flat=True)
    shown = [one for text in (newest, *under_review) for one in text.get("attachments", [])]
    if any(one["key"] == str(file.public_id) for one in shown):
        return False
    file.delete()
    return True


def sweep(on: date) -> list[str]:
    """Files that belong to no row, left by a change that was rolled back."""
    count = storage.sweep(CaseFile, "casefiles")
    return [f"{count} stray files of case studies deleted"] if count else []
