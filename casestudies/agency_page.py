"""The case studies on an agency's page, and in the agency's console."""

from django.db.models import Q

from casestudies.models import Adaptation, CasePartner, CaseStudy
from orgs.models import Agency

SHOWN = 6
SHOWN_IN_CONSOLE = 50


def context(agency: Agency, user) -> dict:
    """`agency_cases`, `agency_adaptations`: what the agency published, alone or together with others, the newest first."""
    shared = CasePartner.objects.filter(agency=agency).values("case")
    cases = CaseStudy.objects.published().filter(Q(agency=agency) | Q(pk__in=shared))
    tried = Adaptation.objects.public().filter(agency=agency).select_related("of")
    return {
        "agency_cases": list(cases.order_by("-first_published_at", "-pk").for_rows()[:SHOWN]),
        "agency_adaptations": list(tried[:SHOWN]),
    }


def console(agency: Agency, user) -> dict:
    """`console_cases`, `console_adaptations`: everything the agency wrote, drafts included, the newest first."""
    cases = CaseStudy.objects.visible_to(user).filter(agency=agency)
    tried = Adaptation.objects.visible_to(user).filter(agency=agency).select_related("of")
    return {
        "console_cases": list(cases.order_by("-created_at", "-pk").for_rows()[:SHOWN_IN_CONSOLE]),
        "console_adaptations": list(tried[:SHOWN_IN_CONSOLE]),
    }
