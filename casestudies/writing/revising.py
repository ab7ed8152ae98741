"""Which revision a save goes into. Saving every few seconds must not make a thousand of them."""

from datetime import timedelta

from django.db.models import ForeignKey
from django.utils import timezone
from wagtail.models import Revision

from casestudies.models import CaseStudy
from orgs.models import User

#: What one writer saves within this time of a revision goes into it.
COALESCED_WITHIN = timedelta(minutes=10)


def write_revision(case: CaseStudy, draft: CaseStudy, *, by: User | None, is_autosave: bool) -> Revision:
    """Write the draft down: into the newest revision if it is this writer's, young and nobody's yet, else as a new one.

    `case` is the row, locked, with its newest revision; only an autosave is ever put into an existing one.
    """
    newest = case.latest_revision
    if not (is_autosave and newest and by and may_grow(newest, by=by)):
        return draft.save_revision(user=by, log_action=not is_autosave)
    draft.clean_sections()
    newest.content = draft.serializable_data()
    newest.object_str = str(draft)
    newest.save(update_fields=["content", "object_str"])
    return newest


def may_grow(revision: Revision, *, by: User) -> bool:
    if revision.user_id != by.pk or timezone.now() - revision.created_at > COALESCED_WITHIN:
        return False
    return not is_kept(revision)


def is_kept(revision: Revision) -> bool:
    """Whether something stands on this revision as it is: it is published, planned, under review, or a version."""
    if revision.approved_go_live_at is not None:
        return True
    keys = [
        relation.field
        for relation in Revision._meta.related_objects
        if isinstance(relation.field, ForeignKey)
    ]
    return any(
        key.model._base_manager.filter(**{key.name: revision}).exists()
        for key in keys
        if key.name != "latest_revision"
    )
