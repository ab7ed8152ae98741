"""Agencies in the search: names, what they say about themselves, what they do for whom and where."""

from django.contrib.auth.models import AnonymousUser

from orgs import visibility
from orgs.models import Agency, AgencyText, Service
from portal.bilingual import Text, language_of
from portal.search.document import Document, Record


def public():
    return (
        Agency.objects.visible_to(AnonymousUser())
        .select_related("division__parent", "org_type")
        .prefetch_related("texts", "funding", "services__types", "services__populations", "services__methods")
    )


def document(agency: Agency) -> Document:
    agency = visibility.public(agency)
    services = [service for service in agency.services.all() if service.is_offered]
    topics = {agency.org_type, *agency.funding.all()}
    for service in services:
        topics |= {*service.types.all(), *service.populations.all(), *service.methods.all()}
    said = [
        Text(part, text.language)
        for text in agency.texts.all()
        for part in (text.mission, text.description, text.how_to_get_help)
    ]
    said += [
        Text("：".join(filter(None, (service.name_zh or service.name_en, service.summary))), "zh-hans")
        for service in services
    ]
    names = (
        Text(agency.legal_name, "zh-hans"),
        *(Text(name, "zh-hans") for name in [agency.short_name] if name),
        *(Text(name, "en") for name in [agency.name_en] if name),
        *(Text(name, language_of(name)) for name in agency.former_names),
    )
    return Document(
        kind="agency",
        pk=agency.pk,
        titles=names,
        texts=tuple(text for text in said if text),
        keywords=(
            *sorted(name for topic in topics for name in (topic.name_zh, topic.name_en)),
            *(service.name_en for service in services if service.name_zh and service.name_en),
            *(agency.division.all_names if agency.division else ()),
        ),
        topics=tuple(sorted(topic.code for topic in topics)),
        division=agency.division.code if agency.division else "",
        year=agency.founded_on.year if agency.founded_on else None,
        agencies=(agency.slug,),
        agency_names=names,
    )


RECORD = Record(
    kind="agency",
    model=Agency,
    public=public,
    document=document,
    template="orgs/_found.html",
    parts={
        AgencyText: lambda text: [text.agency_id],
        Service: lambda service: [service.agency_id],
    },
)
