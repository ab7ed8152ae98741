"""Agencies that wrote a case study together, or of which one adapted what the other wrote. Told by what is published."""

from collections.abc import Iterator

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casestudies.models import Adaptation, CasePartner, CaseStudy
from orgs.models import Agency
from orgs.ties import Tie, TieKind

WROTE_TOGETHER = TieKind("tie:case", _("Wrote a case study together"), dash="1 6")
ADAPTED = TieKind("tie:adapted", _("Adapted a case study of the other"), dash="8 3 1 3")


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
    yield from adapted(agency)


def adapted(agency: Agency | None) -> Iterator[Tie]:
    """One tie for each published adaptation of a case that another agency wrote."""
    adaptations = Adaptation.objects.public().exclude(agency=F("of__agency"))
    if agency:
        adaptations = adaptations.filter(Q(agency=agency) | Q(of__agency=agency))
    for one in (
        adaptations.select_related("of").defer(*(f"of__{n}" for n in CaseStudy.SECTIONS)).order_by("pk")
    ):
        title = one.of.display_title if one.of.live else _("A case study that is no longer published")
        on = timezone.localdate(one.published_at)
        yield Tie(ADAPTED, (one.of.agency_id, one.agency_id), title, on, one.get_absolute_url())
