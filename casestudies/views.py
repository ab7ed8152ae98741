"""The public pages of a case study: reading it and taking its citation along."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from casestudies import citation, counting, reading, reading_list, usage
from casestudies.models import CaseStudy
from casestudies.permissions import can_edit_case


def case(request, public_id):
    """One case study. Its agency's people see it before others do."""
    cases = CaseStudy.objects.visible_to(request.user).for_reading()
    found = get_object_or_404(cases, public_id=public_id)
    counting.count(found, counting.Kind.VIEW, counting.Visit.of(request))
    context = {
        **reading.context(found),
        **reading_list.beside(found, request.user),
        **usage.beside(found),
        "can_edit": can_edit_case(request.user, found),
    }
    return render(request, "casestudies/case.html", context)


def case_citation(request, public_id, style):
    """The citation of a published case as a file."""
    if style not in citation.STYLES:
        raise Http404
    found = get_object_or_404(CaseStudy.objects.published().for_reading(), public_id=public_id)
    counting.count(found, counting.Kind.CITATION, counting.Visit.of(request))
    return HttpResponse(
        citation.render(found, style),
        content_type=citation.STYLES[style],
        headers={"Content-Disposition": f'attachment; filename="{citation.file_name(found, style)}"'},
    )
