"""What an agency's page shows of the library."""

from django.db.models import Q

from casestudies.models import CaseStudy


def context(agency, user) -> dict:
    """`agency_cases`: the published cases that this agency led or took part in, the newest first."""
    part = Q(agency=agency) | Q(partners__agency=agency)
    cases = CaseStudy.objects.published().filter(part).distinct().for_rows()
    return {"agency_cases": list(cases.order_by("-first_published_at", "-pk"))}
