"""A service as HSDS has it: alone, with all that hangs from it, or at one of the places where it is given."""

from datetime import date

from orgs.models import Agency, Division, Section, Service, ServiceAtLocation
from orgs.open_data.identity import address, division_uri, uuid_of
from orgs.open_data.organization import action, organization, organization_row
from orgs.open_data.place import location, location_row
from orgs.open_data.taxonomy import LANGUAGE_CODES, said, tagged, valued
from orgs.visibility import public_locations

FEES = {"free": "免费", "partly": "部分收费", "paid": "收费"}


def service_row(service: Service, *, with_organization: bool = True) -> dict:
    """The fields that stand once, and the organization's. Reads `modified_at` and the agency's `confirmations`."""
    agency = service.agency
    assured_on = assured(agency)
    return said(
        {
            "id": str(service.public_id),
            "organization_id": str(agency.public_id),
            "name": service.name_zh or service.name_en,
            "alternate_name": service.name_en if service.name_zh else None,
            "description": service.summary,
            "url": address("agency", agency.slug),
            "status": "active" if service.is_offered else "inactive",
            "fees_description": FEES[service.fees],
            "eligibility_description": service.eligibility,
            "minimum_age": service.min_age,
            "maximum_age": service.max_age,
            "assured_date": assured_on.isoformat() if assured_on else None,
            "last_modified": service.modified_at.isoformat(timespec="milliseconds"),
            "organization": organization_row(agency) if with_organization else None,
        }
    )


def service_record(service: Service, *, is_part: bool = False) -> dict:
    """The service with all that hangs from it. As part of an organization's record it does not repeat that."""
    owner, agency = str(service.public_id), service.agency
    shown = {place.pk for place in public_locations(agency)}
    topics = [*service.types.all(), *service.populations.all(), *service.methods.all()]
    return said(
        {
            **service_row(service, with_organization=False),
            "service_areas": [area(owner, division) for division in service.areas.all()],
            "service_at_locations": [
                service_at_location_part(pair) for pair in service.places.all() if pair.location_id in shown
            ],
            "languages": [language(owner, topic) for topic in service.languages.all()],
            "cost_options": cost(owner) if service.fees == Service.Fees.FREE else [],
            "organization": None if is_part else organization(agency),
            "attributes": [
                *tagged(owner, "service", topics),
                *valued(
                    owner,
                    "service",
                    [("fees", service.fees), *(("delivery", way) for way in service.delivery)],
                ),
            ],
            "metadata": [
                action(agency, "service", "update", "*", service.modified_at.date(), owner),
            ],
        }
    )


def service_brief(service: Service) -> dict:
    """What an organization's record says of its services unless it is asked for more."""
    return {
        "id": str(service.public_id),
        "name": service.name_zh or service.name_en,
        "status": "active" if service.is_offered else "inactive",
    }


def service_at_location_part(pair: ServiceAtLocation) -> dict:
    """A service at a place, inside the service."""
    return {
        "id": str(pair.public_id),
        "service_id": str(pair.service.public_id),
        "location_id": str(pair.location.public_id),
        "location": location(pair.location, pair.service.agency),
    }


def service_at_location_row(pair: ServiceAtLocation) -> dict:
    """A service at a place, with the fields of both that stand once."""
    return {
        "id": str(pair.public_id),
        "service_id": str(pair.service.public_id),
        "location_id": str(pair.location.public_id),
        "location": location_row(pair.location, pair.service.agency),
        "service": service_row(pair.service),
    }


def service_at_location_record(pair: ServiceAtLocation) -> dict:
    """A service at a place with all that hangs from both."""
    service = service_record(pair.service)
    service.pop("service_at_locations", None)
    return service_at_location_part(pair) | {"service": service}


def assured(agency: Agency) -> date | None:
    """When the agency last said that its services are right; when it confirmed the entry, where it never said so."""
    days = {confirmation.section: confirmation.confirmed_on for confirmation in agency.confirmations.all()}
    return days.get(Section.SERVICES) or agency.confirmed_on


def area(owner: str, division: Division) -> dict:
    """A division that the service covers. Reads `parent`: select it."""
    above = division.parent.name_zh if division.parent else ""
    return {
        "id": uuid_of("area", owner, division.code, division.first_year),
        "service_id": owner,
        "name": above + division.name_zh,
        "uri": division_uri(division),
    }


def language(owner: str, topic) -> dict:
    identifier = uuid_of("language", owner, topic.code)
    return said(
        {
            "id": identifier,
            "service_id": owner,
            "name": topic.name_zh,
            "code": LANGUAGE_CODES.get(topic.code),
            "note": topic.name_en,
            "attributes": tagged(identifier, "language", [topic]),
        }
    )


def cost(owner: str) -> list[dict]:
    """A service without charge. What others cost we do not know in numbers."""
    return [
        {
            "id": uuid_of("cost", owner),
            "service_id": owner,
            "option": FEES["free"],
            "currency": "CNY",
            "amount": 0,
        }
    ]
