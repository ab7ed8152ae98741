"""Every version of what an agency says: facts, prose, logo, funding, services, places, and who may see what.

A version is a whole profile, kept as a revision of Wagtail with its author and its time. The people of the agency read
them in words (`orgs/differences.py`) and go back to one (`orgs/restoring.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from wagtail.models import Revision

from orgs import audit
from orgs.models import Agency, Division, Location, Service, User

#: The agencies whose present change is being recorded further out.
_recording: ContextVar[frozenset[int]] = ContextVar("recording", default=frozenset())
#: The facts of an agency that its people state about it.
FACTS = (
    "legal_name",
    "short_name",
    "name_en",
    "former_names",
    "org_type",
    "uscc",
    "division",
    "address",
    "founded_on",
    "migrant_focus",
    "staff_band",
    "website",
    "public_email",
    "public_phone",
    "hotline",
    "wechat_account",
    "supervising_unit",
    "rating",
    "rating_year",
)
TEXTS = ("mission", "description", "how_to_get_help")
SERVICE_FACTS = (
    "name_zh",
    "name_en",
    "summary",
    "delivery",
    "fees",
    "eligibility",
    "min_age",
    "max_age",
    "is_offered",
    "external_id",
)
SERVICE_TERMS = ("types", "populations", "methods", "languages")
LOCATION_FACTS = (
    "name_zh",
    "name_en",
    "address",
    "phone",
    "shown_to",
    "latitude",
    "longitude",
    "external_id",
)


def snapshot(agency: Agency) -> dict[str, Any]:
    """The whole profile as the database has it now, in plain values: topics as codes, divisions as code/first year."""
    agency = (
        Agency.objects.select_related("org_type", "division")
        .prefetch_related(
            "texts",
            "funding",
            "locations",
            "services__areas",
            "services__places",
            *(f"services__{terms}" for terms in SERVICE_TERMS),
        )
        .get(pk=agency.pk)
    )
    facts = {name: getattr(agency, name) for name in FACTS}
    facts["org_type"] = agency.org_type.code
    facts["division"] = key_of(agency.division)
    facts["founded_on"] = agency.founded_on and agency.founded_on.isoformat()
    return {
        "facts": facts,
        "restricted": dict(agency.restricted),
        "logo": agency.logo_id,
        "funding": sorted(topic.code for topic in agency.funding.all()),
        "texts": {
            text.language: {part: getattr(text, part) for part in TEXTS} for text in agency.texts.all()
        },
        "services": {str(service.public_id): of_service(service) for service in agency.services.all()},
        "locations": {str(place.pk): of_location(place) for place in agency.locations.all()},
    }


def of_service(service: Service) -> dict[str, Any]:
    facts = {name: getattr(service, name) for name in SERVICE_FACTS}
    terms = {name: sorted(topic.code for topic in getattr(service, name).all()) for name in SERVICE_TERMS}
    areas = sorted(key_of(area) for area in service.areas.all())
    return {
        **facts,
        **terms,
        "areas": areas,
        "locations": sorted(at.location_id for at in service.places.all()),
    }


def of_location(place: Location) -> dict[str, Any]:
    return {name: getattr(place, name) for name in LOCATION_FACTS}


def key_of(division: Division | None) -> str:
    """A division for good: a code alone can be given again."""
    return f"{division.code}/{division.first_year}" if division else ""


@contextmanager
def recorded(agency: Agency, *, by: User | None) -> Iterator[Agency]:
    """What is changed inside is one version, by this person. Nothing changed makes none.

    The state before is kept too, unless it is the newest version already: the first change would lose it otherwise, and
    so would a change that came by another door, such as an import. Inside another recording of the agency it is part of
    that one. Yields the agency, locked.
    """
    with transaction.atomic():
        locked = Agency.objects.select_for_update().get(pk=agency.pk)
        if agency.pk in _recording.get():
            yield locked
            return
        before = snapshot(agency)
        token = _recording.set(_recording.get() | {agency.pk})
        try:
            yield locked
        finally:
            _recording.reset(token)
        after = snapshot(agency)
        if after != before:
            latest = versions(agency).first()
            if latest is None or latest.content != before:
                keep(agency, before, by=None)
            version = keep(agency, after, by=by)
            audit.record(audit.Action.PROFILE, by=by, agency=agency, version=version.pk)


def versions(agency: Agency):
    """The versions of the entry, the newest first."""
    return Revision.objects.for_instance(agency).order_by("-created_at", "-pk")


def before(agency: Agency, version: Revision) -> Revision | None:
    """The version that this one replaced."""
    earlier = Q(created_at__lt=version.created_at) | Q(created_at=version.created_at, pk__lt=version.pk)
    return versions(agency).filter(earlier).first()


def logos_shown() -> set[int]:
    """The keys of all pictures that some version of some entry shows as its logo."""
    kind = ContentType.objects.get_for_model(Agency, for_concrete_model=False)
    shown = Revision.objects.filter(base_content_type=kind, content__logo__gt=0)
    return set(shown.order_by().values_list("content__logo", flat=True).distinct())


def keep(agency: Agency, content: dict[str, Any], *, by: User | None) -> Revision:
    kind = ContentType.objects.get_for_model(Agency, for_concrete_model=False)
    return Revision.objects.create(
        content_type=kind,
        base_content_type=kind,
        object_id=str(agency.pk),
        object_str=content["facts"]["legal_name"],
        user=by,
        content=content,
    )
