"""Case studies in the search: every section of them, and who wrote them."""

from django.contrib.auth.models import AnonymousUser
from wagtail.rich_text import get_text_for_indexing

from casestudies import open_records
from casestudies.models import Adaptation, CaseAuthor, CasePartner, CaseStudy
from orgs.models import Agency
from portal.bilingual import Text
from portal.search.document import Document, Record


def public():
    return (
        CaseStudy.objects.visible_to(AnonymousUser())
        .select_related("agency", "division__parent")
        .prefetch_related("topics", "authors", "partners__agency")
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
        *(Text(get_text_for_indexing(section["html"]), case.language) for section in case.sections),
    ]
    began = case.started_on or case.first_published_at
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
        year=began.year if began else None,
        agencies=tuple(agency.slug for agency in agencies),
        agency_names=tuple(
            name
            for agency in agencies
            for name in (agency.legal_name, agency.short_name, agency.name_en)
            if name
        ),
    )


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
        ],
    },
    changed_at="last_published_at",
    follow=open_records.refresh,
)
