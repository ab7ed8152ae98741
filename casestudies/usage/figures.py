"""What the counts say: beside a case for its readers, and for the agency that wrote it by month, by case and as a file."""

from datetime import date

from django.db.models import Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from casestudies.models import CaseStudy, DailyCount
from casestudies.usage.counting import totals
from orgs.models import Agency
from portal import csv_file
from portal.importing import inert

KINDS = DailyCount.Kind.values
MONTHS = 12


def beside(case: CaseStudy) -> dict:
    """`usage`: how often a published case was read, downloaded, cited, adapted and kept. Nothing while nothing happened."""
    numbers = totals(case) if case.live and not case.has_no("daily_counts") else {}
    return {"usage": {kind: numbers.get(kind, 0) for kind in KINDS} if any(numbers.values()) else None}


def cases_of(agency: Agency, user):
    """The cases of an agency that were published at some time, as far as this person sees them."""
    cases = CaseStudy.objects.visible_to(user).filter(agency=agency, first_published_at__isnull=False)
    return cases.order_by("-first_published_at", "-pk")


def months_until(on: date, number: int = MONTHS) -> list[date]:
    """The first days of the last months, the earliest first."""
    last = on.year * 12 + on.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(last - number + 1, last + 1)]


def by_month(cases, *, on: date | None = None) -> list[dict]:
    """For each of the last twelve months `month` and the sums of every kind. One query."""
    months = months_until(on or timezone.localdate())
    sums = (
        DailyCount.objects.filter(case__in=cases.order_by().values("pk"), on__gte=months[0])
        .order_by()
        .annotate(month=TruncMonth("on"))
        .values_list("month", "kind")
        .annotate(Sum("number"))
    )
    numbers = {(month, kind): number for month, kind, number in sums}
    return [{"month": month, **{kind: numbers.get((month, kind), 0) for kind in KINDS}} for month in months]


def bars(months: list[dict], kind: str = DailyCount.Kind.VIEW) -> list[dict]:
    """The chart of one kind: for each month a bar in a box of 100 by 60. Empty while there is nothing to draw."""
    tallest, width = max(one[kind] for one in months), 100 / len(months)
    if not tallest:
        return []
    return [
        {
            "month": one["month"],
            "x": f"{position * width + width * 0.15:.2f}",
            "width": f"{width * 0.7:.2f}",
            "y": f"{60 - 56 * one[kind] / tallest:.2f}",
            "height": f"{56 * one[kind] / tallest:.2f}",
        }
        for position, one in enumerate(months)
    ]


def by_case(cases) -> list[CaseStudy]:
    """The cases, each with `numbers`: its sums of every kind since it was published. Two queries."""
    cases = list(cases)
    sums = DailyCount.objects.filter(case__in=cases).order_by().values_list("case", "kind")
    numbers = {(case, kind): number for case, kind, number in sums.annotate(Sum("number"))}
    for case in cases:
        case.numbers = {kind: numbers.get((case.pk, kind), 0) for kind in KINDS}
    return cases


def as_csv(cases) -> bytes:
    """A line for each case and month in which something happened: title, address, month, and the sum of every kind."""
    rows = (
        DailyCount.objects.filter(case__in=cases.order_by().values("pk"))
        .order_by()
        .annotate(month=TruncMonth("on"))
        .values_list("case", "month", "kind")
        .annotate(Sum("number"))
    )
    numbers: dict[tuple[int, date], dict[str, int]] = {}
    for case, month, kind, number in rows:
        numbers.setdefault((case, month), {})[kind] = number
    named = {case.pk: case for case in cases}
    order = {pk: position for position, pk in enumerate(named)}
    lines = [
        [
            named[case].public_id,
            inert(named[case].title),
            f"{month:%Y-%m}",
            *(numbers[case, month].get(kind, 0) for kind in KINDS),
        ]
        for case, month in sorted(numbers, key=lambda key: (order[key[0]], key[1]))
    ]
    return csv_file.as_csv([["case", "title", "month", *KINDS], *lines])
