"""Case studies in the search: every section of them, and who wrote them."""

from datetime import date, timedelta

from django.contrib.auth.models import AnonymousUser

from casestudies import rich_text
from casestudies.finding import used
from casestudies.models import Adaptation, CaseAuthor, CasePartner, CaseStudy, DailyCount
from casestudies.open_data import open_records
from orgs.divisions import wider
from orgs.models import Agency
from portal.bilingual import Text
from portal.search import indexing
from portal.search.document import Document, Record

#: Days of which the reads are looked at: a worker that was down over a holiday misses none.
LOOKED_BACK = timedelta(days=7)
#: Seconds since 1970 take 33 bits until 2242; what is ordered by goes above them, so that the newer of equal ones is first.
SECONDS, MOST = 33, 2**29


def public():
    return (
        used(CaseStudy.objects.visible_to(AnonymousUser()))
        .select_related("agency", "division__parent")
        .prefetch_related("topics", "authors", "partners__agency", "division__successors")
    )


def document(case: CaseStudy) -> Document:
    agencies = [case.agency, *(partner.agency for partner in case.partners.all())]
    agencies = [agency for agency in agencies if agency.status == Agency.Status.LISTED]
    topics = list(case.topics.all())
    said = [
        Text(case.abstract, case.language),
        Text(case.abstract_en, "en"),
        Text(case.abstract_zh, "zh-hans"),
        *(
            Text(getattr(case, name), case.language)
            for name in ("evidence_basis", "participation_note", "funding_note")
        ),
        *(Text(rich_text.to_plain(section["html"]), case.language) for section in case.sections),
    ]
    published = max(0, int(case.first_published_at.timestamp())) if case.first_published_at else 0
    # A place that is no more is found by what it became.
    became = case.division.successors.all() if case.division and case.division.last_year else ()

    def order(number: int) -> int:
        return min(number, MOST) << SECONDS | published

    return Document(
        kind="case",
        pk=case.pk,
        titles=(Text(case.title, case.language), *(t for t in [case.second_title] if t)),
        texts=tuple(text for text in said if text),
        keywords=(
            *map(str, case.keywords),
            *(name for topic in topics for name in (topic.name_zh, topic.name_en)),
            *(name for author in case.authors.all() for name in (author.name, author.name_en) if name),
            *(case.division.all_names if case.division else ()),
        ),
        topics=tuple(topic.code for topic in topics),
        division=case.division.code if case.division else "",
        year=case.started_on.year if case.started_on else None,
        agencies=tuple(agency.slug for agency in agencies),
        agency_names=tuple(
            name
            for agency in agencies
            for name in (agency.legal_name, agency.short_name, agency.name_en)
            if name
        ),
        marks={
            "form": (case.kind,),
            "evidence": (str(case.evidence_level),),
            "division": tuple(stem for place in became for stem in wider(place.stem)),
        },
        orders={
            "newest": published,
            "evidence": order(case.evidence_level),
            "read": order(case.times_read),
            "adapted": order(case.times_adapted),
        },
    )


def follow_reads(on: date) -> list[str]:
    """Bring to the index how often cases were read by yesterday, for those that were. A line says how many."""
    read = DailyCount.objects.filter(kind=DailyCount.Kind.VIEW, on__gte=on - LOOKED_BACK)
    cases = set(read.values_list("case", flat=True))
    indexing.changed("case", cases)
    return [f"{len(cases)} case studies ordered anew by how often they are read"] if cases else []


RECORD = Record(
    kind="case",
    model=CaseStudy,
    public=public,
    document=document,
    template="casestudies/_found.html",
    parts={
        CaseAuthor: lambda author: [author.case_id],
        CasePartner: lambda partner: [partner.case_id],
        Adaptation: lambda adaptation: [adaptation.of_id, adaptation.case_id],
        Agency: lambda agency: [
            *agency.case_studies.values_list("pk", flat=True),
            *agency.partnered_cases.values_list("case_id", flat=True),
            *agency.adaptations.values_list("of_id", flat=True),
        ],
    },
    changed_at="last_published_at",
    follow=open_records.refresh,
)
