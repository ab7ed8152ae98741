"""The public pages of a case study: reading it and taking its citation along."""

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from casestudies import (
    adaptation,
    asking,
    citation,
    counting,
    formats,
    presenting,
    reading,
    reading_list,
    research_interest,
    review_mark,
    signposting,
    similar,
    usage,
    version_views,
)
from casestudies.models import CaseStudy
from casestudies.permissions import can_edit_case, can_withdraw_case


def case(request, public_id):
    """One case study. Its agency's people see it before others do."""
    cases = CaseStudy.objects.visible_to(request.user).for_reading()
    found = cases.filter(public_id=public_id, withdrawn_at=None).first()
    if found is None:
        return version_views.tombstone(request, public_id)
    counting.count(found, counting.Kind.VIEW, counting.Visit.of(request))
    context = {
        **reading.context(found),
        **reading_list.beside(found, request.user),
        **usage.beside(found),
        "case_versions": found.versions.all() if found.live else (),
        "can_withdraw": found.live and can_withdraw_case(request.user, found),
        **adaptation.beside(found, request.user),
        **similar.beside(found),
        **presenting.beside(found),
        **research_interest.beside(found),
        **asking.beside(found, request.user),
        "can_edit": can_edit_case(request.user, found),
        "review_mark": review_mark.mark_of(found) if found.live else None,
    }
    response = render(request, "casestudies/case.html", context)
    if found.live:
        response["Link"] = signposting.header(found)
    return response


@require_safe
def case_citation(request, public_id, style):
    """The citation or the record of a published case as a file."""
    if style not in formats.TYPES:
        raise Http404
    found = get_object_or_404(CaseStudy.objects.published().for_export(), public_id=public_id)
    if style in citation.STYLES:
        counting.count(found, counting.Kind.CITATION, counting.Visit.of(request))
    return HttpResponse(
        formats.render(found, style),
        content_type=formats.TYPES[style],
        headers={"Content-Disposition": f'attachment; filename="{citation.file_name(found, style)}"'},
    )


@require_safe
def case_linkset(request, public_id):
    """The typed links of a published case, for programs."""
    found = get_object_or_404(CaseStudy.objects.published().for_export(), public_id=public_id)
    return JsonResponse(signposting.linkset(found), content_type=signposting.LINKSET)
