"""Which records open data has, and which of them a question is about. Only agencies that are listed, and only what they
show to everybody.

A service counts as changed when the service, its agency, one of the agency's places or one of its terms changed: all of
them stand in its record.
"""

from functools import reduce
from operator import or_

from django.db.models import Exists, F, Max, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from orgs.models import (
    Agency,
    AgencyText,
    Audience,
    Division,
    Location,
    Service,
    ServiceAtLocation,
    Verification,
)
from orgs.open_data.identity import taxonomy_id, term_id
from orgs.open_data.question import Question
from portal.models import Topic

TERMS = ("types", "populations", "methods", "languages")
AGENCY_NAMES = ("legal_name", "short_name", "name_en")
SERVICE_WORDS = ("name_zh", "name_en", "summary")
#: How many records are read at a time when all are sent in one stream.
CHUNK = 200


def topics() -> QuerySet[Topic]:
    """The terms in use, with their broader terms."""
    return Topic.objects.filter(is_active=True).select_related("parent").order_by("scheme", "position", "pk")


# -- Agencies ---------------------------------------------------------------------------------------------------------


def organizations(question: Question) -> QuerySet[Agency]:
    """The agencies that a question is about, in a lasting order."""
    agencies = Agency.objects.listed().order_by("pk")
    for word in question.search:
        agencies = agencies.filter(
            contains(AGENCY_NAMES, word)
            | Exists(
                AgencyText.objects.filter(contains(("mission", "description"), word), agency=OuterRef("pk"))
            )
        )
    if question.modified_after:
        agencies = agencies.annotate(modified_at=Greatest("updated_at", latest_place(OuterRef("pk"))))
        agencies = agencies.filter(modified_at__gte=question.modified_after)
    return agencies


def with_rows(agencies: QuerySet[Agency]) -> QuerySet[Agency]:
    """With what a row of a list says."""
    return agencies.select_related("org_type", "logo").prefetch_related("texts")


def with_records(agencies: QuerySet[Agency]) -> QuerySet[Agency]:
    """With what a whole record says, its services apart."""
    return agencies.select_related(
        "org_type__parent", "logo", "division__parent__parent__parent"
    ).prefetch_related(
        "texts",
        "locations",
        "confirmations",
        Prefetch("funding", Topic.objects.select_related("parent")),
        Prefetch("verifications", Verification.objects.in_force(), "verifications_in_force"),
    )


def with_services(agencies: QuerySet[Agency], *, full: bool) -> QuerySet[Agency]:
    """With the services of each, whole or as their names only."""
    services = modified(Service.objects.order_by("pk"))
    return agencies.prefetch_related(Prefetch("services", with_parts(services) if full else services))


# -- Services ---------------------------------------------------------------------------------------------------------


def modified(services: QuerySet[Service]) -> QuerySet[Service]:
    """With `modified_at`, the last time that anything in its record changed."""
    latest = [
        Coalesce(
            Subquery(
                Service._meta.get_field(name)
                .remote_field.through.objects.filter(service=OuterRef("pk"))
                .order_by()
                .values("service")
                .annotate(latest=Max("topic__updated_at"))
                .values("latest")
            ),
            F("updated_at"),
        )
        for name in TERMS
    ]
    return services.annotate(
        modified_at=Greatest("updated_at", "agency__updated_at", latest_place(OuterRef("agency")), *latest)
    )


def latest_place(agency):
    """When a place of the agency last changed; when the row itself did, where it has no place."""
    places = Location.objects.filter(agency=agency).order_by().values("agency")
    return Coalesce(Subquery(places.annotate(latest=Max("updated_at")).values("latest")), F("updated_at"))


def services(question: Question, all_topics: list[Topic]) -> QuerySet[Service]:
    """The services that a question is about, offered or not: who harvests must learn that one has ended."""
    found = modified(Service.objects.filter(agency__status=Agency.Status.LISTED).order_by("pk"))
    found = found.filter(chosen(question, all_topics))
    if question.modified_after:
        found = found.filter(modified_at__gte=question.modified_after)
    return found


def chosen(question: Question, all_topics: list[Topic]) -> Q:
    """The condition on a service for what is searched, the terms and the organization."""
    condition = Q()
    for word in question.search:
        named = [
            topic.pk for topic in all_topics if word.lower() in f"{topic.name_zh}\n{topic.name_en}".lower()
        ]
        condition &= (
            contains(SERVICE_WORDS, word)
            | contains([f"agency__{name}" for name in AGENCY_NAMES], word)
            | tagged_with(named)
        )
    if question.organization_id:
        condition &= Q(agency__public_id=question.organization_id)
    if question.taxonomy_id:
        vocabulary = [
            topic.pk for topic in all_topics if taxonomy_id(topic.scheme) == str(question.taxonomy_id)
        ]
        condition &= tagged_with(vocabulary)
    if question.taxonomy_term_id:
        wider = next((t for t in all_topics if term_id(t) == str(question.taxonomy_term_id)), None)
        condition &= tagged_with(narrower(wider, all_topics))
    return condition


def tagged_with(keys: list[int]) -> Q:
    """Services with one of these terms, whichever way they use it."""
    if not keys:
        return Q(pk__in=[])
    parts = []
    for name in TERMS:
        through = Service._meta.get_field(name).remote_field.through
        parts.append(Q(pk__in=through.objects.filter(topic__in=keys).order_by().values("service")))
    return reduce(or_, parts)


def narrower(wider: Topic | None, all_topics: list[Topic]) -> list[int]:
    """The keys of a term and of all terms below it, as in the directory."""
    if wider is None:
        return []
    keys, size = {wider.pk}, 0
    while len(keys) > size:
        size = len(keys)
        keys |= {topic.pk for topic in all_topics if topic.parent_id in keys}
    return sorted(keys)


def contains(fields, word: str) -> Q:
    return reduce(or_, (Q(**{f"{field}__icontains": word}) for field in fields))


def with_agencies(services: QuerySet[Service]) -> QuerySet[Service]:
    """With the agency's row."""
    agencies = with_rows(Agency.objects.all()).prefetch_related("confirmations")
    return services.prefetch_related(Prefetch("agency", agencies))


def with_parts(services: QuerySet[Service]) -> QuerySet[Service]:
    """With all that hangs from the service itself."""
    terms = Topic.objects.select_related("parent")
    return services.prefetch_related(
        *(Prefetch(name, terms) for name in TERMS),
        Prefetch("areas", Division.objects.select_related("parent")),
        Prefetch("places", ServiceAtLocation.objects.select_related("location")),
    )


def with_everything(services: QuerySet[Service]) -> QuerySet[Service]:
    """With all of the service and all of its agency."""
    return with_parts(services).prefetch_related(Prefetch("agency", with_records(Agency.objects.all())))


# -- Services at places -----------------------------------------------------------------------------------------------


def services_at_locations(question: Question, all_topics: list[Topic]) -> QuerySet[ServiceAtLocation]:
    """The pairs of a service and a place that everybody may see."""
    pairs = ServiceAtLocation.objects.filter(
        service__agency__status=Agency.Status.LISTED, location__shown_to=Audience.PUBLIC
    ).order_by("pk")
    return pairs.filter(service__in=services(question, all_topics).order_by().values("pk"))


def pairs_with_rows(pairs: QuerySet[ServiceAtLocation]) -> QuerySet[ServiceAtLocation]:
    return pairs.select_related("location").prefetch_related(
        Prefetch("service", with_agencies(modified(Service.objects.all())))
    )


def pairs_with_everything(pairs: QuerySet[ServiceAtLocation]) -> QuerySet[ServiceAtLocation]:
    return pairs.select_related("location").prefetch_related(
        Prefetch("service", with_everything(modified(Service.objects.all())))
    )


# -- Vocabularies -----------------------------------------------------------------------------------------------------


def terms(question: Question, all_topics: list[Topic]) -> list[Topic]:
    """The terms that a question is about. `top_only` leaves out those that have a broader term."""
    found = all_topics
    if question.taxonomy_id:
        found = [topic for topic in found if taxonomy_id(topic.scheme) == str(question.taxonomy_id)]
    if question.parent_id:
        found = [t for t in found if t.parent and term_id(t.parent) == str(question.parent_id)]
    if question.top_only:
        found = [topic for topic in found if topic.parent_id is None]
    for word in question.search:
        found = [t for t in found if word.lower() in f"{t.name_zh}\n{t.name_en}\n{t.code}".lower()]
    return found
