"""Writing a case study: a draft is begun, saved as often as one likes, and handed to the reviewers.

A draft is a revision. What the public reads changes only when a reviewer publishes (`casestudies.review.submission`).
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Revision, WorkflowState

from casestudies.deidentify import check
from casestudies.models import CaseStudy
from casestudies.review import rounds
from casestudies.writing import draft_merge, parallel, people, revising
from orgs import audit
from orgs.models import Agency, User


class AuthoringError(Exception):
    """A refusal, with a sentence for people."""


class InReview(AuthoringError):
    """The reviewers have the case: its authors wait for their answer."""

    def __init__(self):
        super().__init__(
            _("This case study is being reviewed. You can change it again when the reviewers have answered.")
        )


class Withdrawn(AuthoringError):
    """The case was taken back: it is neither written nor reviewed any more."""

    def __init__(self):
        super().__init__(_("This case study has been withdrawn. Begin a new one instead."))


class Overtaken(AuthoringError):
    """Somebody changed the same as this writer. Carries what stands now, and the units that both changed."""

    def __init__(self, draft: CaseStudy, both: list[str]):
        super().__init__(
            _("Somebody else saved this case study while you were writing. Both versions are shown.")
        )
        self.draft, self.both = draft, both


class Incomplete(AuthoringError):
    """What is still missing before the case can be reviewed: `missing` is a list of sentences."""

    def __init__(self, missing: list[str]):
        super().__init__(" ".join(missing))
        self.missing = missing


def start_case(agency: Agency, *, by: User | None, title: str, **fields) -> CaseStudy:
    """Begin a case study of this agency as a draft. `fields` as in `save_draft`, and `external_id`, `is_sample`."""
    own = {name: fields.pop(name) for name in ("external_id", "is_sample") if name in fields}
    with transaction.atomic():
        case = CaseStudy.objects.create(agency=agency, title=title, created_by=by, live=False, **own)
        save_draft(case, by=by, **fields)
        return CaseStudy.objects.get(pk=case.pk)


def draft_of(case: CaseStudy) -> CaseStudy:
    """The newest text of the case, published or not. Changing it changes nothing until it is saved."""
    return CaseStudy.objects.get(pk=case.pk).get_latest_revision_as_object()


def is_in_review(case: CaseStudy) -> bool:
    return case.workflow_in_progress


def save_draft(
    case: CaseStudy,
    *,
    by: User | None,
    began_from: int | None = None,
    seen: Mapping[str, str] | None = None,
    is_autosave: bool = False,
    **fields,
) -> Revision:
    """Save the newest text. What is published stays as it is; a case never published follows its draft.

    `fields` are fields of the model, and `topics`, `partners` (agencies, or `people.Partner`) and `authors` (pairs of
    name and role, or `people.Author`), each whole. What the writer saw is told by `seen` (`draft_merge.seen`), or by
    `began_from`, a revision. What others changed since stays, where this writer did not change the same.

    Raises InReview, with nothing saved; or Overtaken where both changed the same: then the rest is saved, theirs stands,
    and this writer's words are kept as ParallelText.
    """
    with transaction.atomic():
        case = CaseStudy.objects.select_for_update().get(pk=case.pk)
        if case.withdrawn_at:
            raise Withdrawn
        if is_in_review(case):
            raise InReview
        draft = case.get_latest_revision_as_object()
        if seen is None and began_from is not None and began_from != (case.latest_revision_id or 0):
            seen = seen_in(case, began_from)
        both: list[str] = []
        if seen is not None:
            given = fields
            fields, both = draft_merge.merge(draft, given, seen)
            parallel.keep(case, {unit: parallel.in_words(given, unit) for unit in both}, by=by)
        answered = parallel.settle(case, fields, by=by)
        revision = case.latest_revision
        if revision is None or not draft_merge.says_already(draft, fields):
            write_fields(draft, fields)
            if not case.live:
                draft.save()
            people.grant_access(draft)
            revision = revising.write_revision(case, draft, by=by, is_autosave=is_autosave and not answered)
    if both:
        raise Overtaken(draft_of(case), both)
    return revision


def write_fields(draft: CaseStudy, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        match name:
            case "topics":
                draft.topics.set(value)
            case "authors":
                people.set_authors(draft, value)
            case "partners":
                people.set_partners(draft, value)
            case "attachments":
                draft.attachments.set(value)
            case _:
                setattr(draft, name, value)


def seen_in(case: CaseStudy, revision: int) -> dict[str, str]:
    """What somebody saw who began from this revision; if it is none of this case, everything counts as changed since."""
    began = case.revisions.filter(pk=revision).first()
    if began is not None:
        return draft_merge.seen(began.as_object())
    return dict.fromkeys(draft_merge.seen(case), "")


def missing(case: CaseStudy) -> list[str]:
    """What this text still lacks before it can be reviewed, as sentences in the order of the form."""
    sentences = []
    if not case.title.strip():
        sentences.append(_("Give the case a title."))
    if not case.abstract.strip():
        sentences.append(_("Write an abstract of a few sentences."))
    for section in CaseStudy.REQUIRED_SECTIONS:
        if not getattr(case, section):
            sentences.append(_("Write the section “%(section)s”.") % {"section": case.section_title(section)})
    if not case.authors.all():
        sentences.append(_("Name at least one author."))
    if not case.topics.all():
        sentences.append(_("Choose at least one topic, so that others can find the case."))
    if case.needs_guardian_consent and CaseStudy.Consent.GUARDIAN not in case.consent:
        sentences.append(
            _("Children under 14 were served: say that their guardians agreed, or leave them out.")
        )
    sentences += [
        _("Say what the picture “%(title)s” shows, for readers who cannot see it.") % {"title": one.title}
        for one in case.attachments.all()
        if one.is_image and not one.alt_text.strip()
    ]
    return sentences


class Exposing(AuthoringError):
    """Somebody could be recognised in the text: the check says by what."""


@transaction.atomic
def submit(case: CaseStudy, *, by: User, kind: str = "", change_note: str = "") -> WorkflowState:
    """Hand the newest text to the reviewers. Raises InReview, Incomplete or Exposing.

    Who submits signs for it that nobody who was served can be recognised, and says of a text that takes the place of a
    published one what `kind` of change it is (`CaseVersion.Kind`) and what changed.
    """
    case = CaseStudy.objects.select_for_update().get(pk=case.pk)
    if case.withdrawn_at:
        raise Withdrawn
    if is_in_review(case):
        raise InReview
    draft = case.get_latest_revision_as_object()
    if sentences := missing(draft):
        raise Incomplete(sentences)
    if not case.latest_revision_id:
        draft.save_revision(user=by)
        case.refresh_from_db()
        draft = draft_of(case)
    try:
        check.sign(draft, by=by)
    except check.Identifiable as reason:
        raise Exposing(str(reason)) from reason
    rounds.open_round(case, revision=case.latest_revision_id, by=by, kind=kind, change_note=change_note)
    audit.record(audit.Action.CASE_SUBMITTED, by=by, agency=case.agency, what=draft.title)
    state = case.current_workflow_state
    if state is None:
        return case.get_workflow().start(case, by)
    state.requested_by = by  # sent back before: the same review goes on
    state.save(update_fields=["requested_by"])
    state.resume(user=by)
    return state
