"""Agencies that wrote a case study together. Told by published case studies that name partner agencies."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casestudies.models import CasePartner, CaseStudy
from orgs.models import Agency
from orgs.ties import Tie, TieKind

WROTE_TOGETHER = TieKind("tie:case", _("Wrote a case study together"), dash="1 6")


def ties(agency: Agency | None = None) -> Iterator[Tie]:
    cases = CaseStudy.objects.published().filter(
        pk__in=CasePartner.objects.values("case"), first_published_at__isnull=False
    )
    if agency:
        shared = CasePartner.objects.filter(agency=agency).values("case")
        cases = cases.filter(Q(agency=agency) | Q(pk__in=shared))
    shown = cases.only(
        "public_id", "agency_id", "title", "title_en", "title_zh", "language", "first_published_at"
    )
    partners: dict[int, list[int]] = {}
    for case, partner in CasePartner.objects.filter(case__in=cases.values("pk")).values_list(
        "case", "agency"
    ):
        partners.setdefault(case, []).append(partner)
    for case in shown.order_by("pk"):
        agencies = dict.fromkeys([case.agency_id, *partners[case.pk]])
        yield Tie(
            WROTE_TOGETHER,
            tuple(agencies),
            case.display_title,
            timezone.localdate(case.first_published_at),
            case.get_absolute_url(),
        )
