"""Writing the suggested words into a draft, wherever the found ones stand."""

from html import escape

from django.db import transaction
from django.utils.translation import gettext as _

from casestudies.deidentify import check
from casestudies.deidentify.check import DecisionRefused, Passage
from casestudies.models import CaseStudy
from casestudies.writing import authoring
from orgs.models import User


@transaction.atomic
def replace(case: CaseStudy, passage: Passage, *, by: User) -> None:
    """Put the suggestion in the place of these words in every field of the draft. Raises DecisionRefused, InReview."""
    case = CaseStudy.objects.select_for_update().get(pk=case.pk)
    if not passage.can_be_replaced:
        raise DecisionRefused(_("These words stand in a file. Change the file and upload it again."))
    draft, changed = authoring.draft_of(case), {}
    words, mask = passage.first.text, passage.first.replacement
    for name in check.FIELDS:
        value = getattr(draft, name)
        if isinstance(value, list):
            written = [str(one).replace(words, mask) for one in value]
        elif name in CaseStudy.SECTIONS:
            written = value.replace(escape(words, quote=False), escape(mask, quote=False))
        else:
            written = (value or "").replace(words, mask)
        if written != (value or type(written)()):
            changed[name] = written
    touched = {one.field for one in passage.findings}
    if not touched <= set(changed):
        raise DecisionRefused(
            _("These words are partly bold or linked. Please change them in the text yourself.")
        )
    authoring.save_draft(case, by=by, **changed)
    check.log(case, passage, "replace", by=by)
