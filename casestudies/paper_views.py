"""A case study to take along, as PDF or Word file: for everybody what is published, for its writers the draft."""

from hashlib import sha256

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from casestudies import paper, versions
from casestudies.console.access import own_case
from casestudies.licence import terms_of
from casestudies.models import CaseStudy
from casestudies.paper import formats
from casestudies.usage import counting
from casestudies.version_views import found_version, tombstone
from casestudies.writing import authoring
from portal.typesetting import CannotBeSet
from portal.visit import Visit


@require_safe
def case_paper(request, public_id, style):
    """The newest published text."""
    found = CaseStudy.objects.published().for_reading().filter(public_id=public_id).first()
    if found is None:
        return tombstone(request, public_id)
    newest = found.versions.select_related("revision").first()
    return hand_out(request, found, versions.text_of(newest) if newest else found, style)


@require_safe
def case_version_paper(request, public_id, version, style):
    """One version as it was published."""
    found = found_version(public_id, version)
    if found is None:
        return tombstone(request, public_id)
    response = hand_out(request, found.case, versions.text_of(found), style)
    response["X-Robots-Tag"] = "noindex"  # search engines know the newest
    return response


def hand_out(request, case: CaseStudy, text: CaseStudy, style: str) -> HttpResponse:
    """The paper of a published text, unless its licence keeps it here. Counts as a download."""
    if style not in formats.TYPES or not terms_of(text).is_open:
        raise Http404
    try:
        response = made(text, style)
    except CannotBeSet as no:
        messages.error(request, str(no))
        return redirect(case)
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    if answer.status_code == 200:
        counting.count(case, counting.Kind.DOWNLOAD, Visit.of(request))
    return answer


@login_required
@require_safe
def draft_paper(request, slug, public_id, style):
    """The draft for those who write it, marked as one on each page."""
    case = own_case(request, slug, public_id)
    if style not in formats.TYPES:
        raise Http404
    try:
        response = made(authoring.draft_of(case), style, is_draft=True)
    except CannotBeSet as no:
        messages.error(request, str(no))
        return redirect("edit_case", slug, public_id)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def made(text: CaseStudy, style: str, *, is_draft: bool = False) -> HttpResponse:
    """The file as an answer. Raises CannotBeSet."""
    content = formats.render(paper.of(text, is_draft=is_draft), style)
    name = paper.file_name(text, style, is_draft=is_draft)
    response = HttpResponse(content, content_type=formats.TYPES[style])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["ETag"] = f'"{sha256(content).hexdigest()[:32]}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
