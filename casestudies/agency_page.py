"""The case studies on an agency's page, and in the agency's console."""

from django.db.models import Q

from casestudies.models import CaseStudy
from casestudies.models.casestudy import CasePartner
from orgs.models import Agency

SHOWN = 6


def context(agency: Agency, user) -> dict:
    """What the agency published, alone or together with others, the newest first."""
    shared = CasePartner.objects.filter(agency=agency).values("case")
    cases = CaseStudy.objects.visible_to(user).published().filter(Q(agency=agency) | Q(pk__in=shared))
    return {"agency_cases": cases.order_by("-first_published_at", "-pk").for_rows()[:SHOWN]}


def console(agency: Agency, user) -> dict:
    """Everything the agency wrote, drafts included."""
    cases = CaseStudy.objects.visible_to(user).filter(agency=agency)
    return {"console_cases": cases.order_by("-created_at", "-pk").for_rows()[:50]}
