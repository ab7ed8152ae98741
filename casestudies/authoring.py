"""Writing a case study: a draft is begun, saved as often as one likes, and handed to the reviewers.

A draft is a revision. What the public reads changes only when a reviewer publishes (`casestudies.review`).
"""

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Revision, WorkflowState

from casestudies import people
from casestudies.models import CaseStudy
from orgs.models import Agency, User


class AuthoringError(Exception):
    """A refusal, with a sentence for people."""


class InReview(AuthoringError):
    """The reviewers have the case: its authors wait for their answer."""

    def __init__(self):
        super().__init__(
            _("This case study is being reviewed. You can change it again when the reviewers have answered.")
        )


class Overtaken(AuthoringError):
    """Somebody saved since the writer began. Carries what they saved, so that nothing is lost."""

    def __init__(self, draft: CaseStudy):
        super().__init__(
            _("Somebody else saved this case study while you were writing. Both versions are shown.")
        )
        self.draft = draft


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


@transaction.atomic
def save_draft(case: CaseStudy, *, by: User | None, began_from: int | None = None, **fields) -> Revision:
    """Save the newest text. What is published stays as it is; a case never published follows its draft.

    `fields` are fields of the model, and `topics`, `partners` (agencies, or `people.Partner`) and `authors` (pairs of
    name and role, or `people.Author`), each whole. `began_from` is the revision the writer saw. Raises InReview, or Overtaken when a newer one is there.
    """
    case = CaseStudy.objects.select_for_update().get(pk=case.pk)
    if is_in_review(case):
        raise InReview
    draft = case.get_latest_revision_as_object()
    if began_from is not None and began_from != (case.latest_revision_id or 0):
        raise Overtaken(draft)
    for name, value in fields.items():
        match name:
            case "topics":
                draft.topics.set(value)
            case "authors":
                people.set_authors(draft, value)
            case "partners":
                people.set_partners(draft, value)
            case _:
                setattr(draft, name, value)
    if not case.live:
        draft.save()
    people.grant_access(draft)
    return draft.save_revision(user=by, log_action=True)


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
    return sentences


@transaction.atomic
def submit(case: CaseStudy, *, by: User) -> WorkflowState:
    """Hand the newest text to the reviewers. Raises InReview or Incomplete."""
    case = CaseStudy.objects.select_for_update().get(pk=case.pk)
    if is_in_review(case):
        raise InReview
    draft = case.get_latest_revision_as_object()
    if sentences := missing(draft):
        raise Incomplete(sentences)
    if not case.latest_revision_id:
        draft.save_revision(user=by)
        case.refresh_from_db()
    state = case.current_workflow_state
    if state is None:
        return case.get_workflow().start(case, by)
    state.requested_by = by  # sent back before: the same review goes on
    state.save(update_fields=["requested_by"])
    state.resume(user=by)
    return state
