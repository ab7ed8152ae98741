"""The public pages of a case study: reading it and taking its citation along."""

from functools import partial

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from casestudies import reading, similar, version_views
from casestudies.exchange import adaptation, asking, presenting, research_interest
from casestudies.keeping import reading_list
from casestudies.models import CaseStudy
from casestudies.open_data import citation, formats, signposting
from casestudies.permissions import belongs_to_writers, can_edit_case, can_edit_in_roles, can_review_cases
from casestudies.review import mark
from casestudies.usage import counting, figures
from orgs.permissions import Roles
from portal import changes, second_factor
from portal.prepared import Prepared
from portal.public_parts import PublicParts
from portal.visit import Visit


def at(public_id):
    """The case of an address, unless it was withdrawn."""
    return CaseStudy.objects.select_related("agency").filter(public_id=public_id, withdrawn_at=None)


PUBLISHED: Prepared[CaseStudy] = Prepared(
    lambda public_id: at(public_id).published().knowing_what_others_did("co_writing", "questions")
)
#: What the page tells of a published case.
TOLD: Prepared[CaseStudy] = Prepared(
    lambda case: (
        CaseStudy.objects.published()
        .for_reading()
        .knowing_what_others_did("daily_counts", "presentations", "research_interests", "questions")
        .filter(pk=case)
    )
)


def case(request, public_id):
    """One case study. Its agency's people see it before others do."""
    found = the_case(request.user, public_id)
    if found is None:
        return version_views.tombstone(request, public_id)
    return published(request, found) if found.live else unpublished(request, found)


def the_case(user, public_id) -> CaseStudy | None:
    """The case of this address. What everybody may read is asked for first: who sees drafts is a longer question."""
    return PUBLISHED.first(public_id=public_id) or at(public_id).visible_to(user).first()


def published(request, found: CaseStudy):
    """What everybody reads, with what this reader can do about it."""
    counting.count(found, counting.Kind.VIEW, Visit.of(request))
    user, roles = request.user, Roles.of(request.user)
    parts = PublicParts(request, partial(told, found), about=(changes.TEXTS,))
    context = {
        "case": found,
        "parts": parts,
        "can_edit": can_edit_in_roles(roles, found),
        "can_withdraw": roles.can("cases.withdraw", found.agency_id) or can_review_cases(user),
        "adapt_for": adaptation.agencies_to_adapt_for(found, roles),
        **reading_list.beside(found, user),
    }
    if not asking.reads_as_anybody(found, user):
        context |= asking.beside(found, user, page=request.GET.get("questions"))
    response = render(request, "casestudies/case.html", context)
    response["Link"] = parts.text("link_header")
    response.on_repeat = lambda again: counting.count(found, counting.Kind.VIEW, Visit.of(again))
    return response


def told(found: CaseStudy, visitor) -> dict:
    """What the page of a published case tells everybody."""
    case = TOLD.first(case=found.pk) or found  # that was published a moment ago, if no longer now
    return {
        **reading.context(case),
        **figures.beside(case),
        **adaptation.beside(case),
        **similar.beside(case),
        **presenting.beside(case),
        **research_interest.beside(case),
        **asking.beside(case, visitor.user, page=visitor.GET.get("questions")),
        "case_versions": case.versions.all(),
        "review_mark": mark.mark_of(case),
        "link_header": signposting.header(case),
    }


def unpublished(request, found: CaseStudy):
    """The text as its own people see it before others do."""
    if not belongs_to_writers(request.user, found):
        second_factor.demand_shown(request)  # the portal's staff
    case = CaseStudy.objects.filter(pk=found.pk).for_reading().get()
    context = {**reading.context(case), "can_edit": can_edit_case(request.user, found)}
    return render(request, "casestudies/case.html", context)


@require_safe
def case_citation(request, public_id, style):
    """The citation or the record of a published case as a file. The citation of a withdrawn one says that it is."""
    if style not in formats.TYPES:
        raise Http404
    cases = CaseStudy.objects.published()
    if style in citation.STYLES:
        cases |= CaseStudy.objects.withdrawn()
    found = get_object_or_404(cases.for_export(), public_id=public_id)
    if found.live and style in citation.STYLES:
        counting.count(found, counting.Kind.CITATION, Visit.of(request))
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
