"""The JSON of HSDS 3: records as a file, a list, a page or a stream of lines."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from orgs.hsds.mapping import agency, identifier, records
from orgs.hsds.meaning import TERM, count_contacts
from orgs.incoming import AGENCY, Incoming
from portal import tables
from portal.importing import Refused, Report

TAXONOMY = gettext_lazy("taxonomies")
PAGE = gettext_lazy("pages of a list")


@dataclass
class Found:
    """What stands in a JSON file, each thing once, by its identifier: a full file repeats the same one many times."""

    organizations: dict[str, dict] = field(default_factory=dict)
    services: dict[str, dict] = field(default_factory=lambda: defaultdict(dict))
    locations: dict[str, dict] = field(default_factory=lambda: defaultdict(dict))
    contacts: set[str] = field(default_factory=set)
    terms: set[str] = field(default_factory=set)
    taxonomies: set[str] = field(default_factory=set)


def read_json(path: Path, report: Report) -> list[Incoming]:
    """The agencies of an HSDS 3 file: a record, a list of records, or a page of an API's list. Raises Refused."""
    if path.stat().st_size > tables.MAX_BYTES:
        raise Refused(gettext("“%(name)s” is too large. Split it.") % {"name": path.name})
    try:
        data = clean(parsed(tables.decode(path.read_bytes(), path.name)))
    except (ValueError, RecursionError) as error:
        raise Refused(gettext("“%(name)s” is not JSON: %(reason)s.") % {"name": path.name, "reason": error})
    if isinstance(data, dict) and isinstance(data.get("contents"), list):
        if str(data.get("total_pages", 1)) != "1":
            report.note(
                PAGE,
                where=path.name,
                sentence=gettext("This is page %(page)s of %(total)s. Import the others too.")
                % {"page": data.get("page_number", "?"), "total": data["total_pages"]},
            )
        data = data["contents"]
    found = Found()
    everything = data if isinstance(data, list) else [data]
    for number, record in enumerate(everything, start=1):
        try:
            sort_out(record, found, path.name)
        except Refused as refusal:
            if len(everything) == 1:
                raise
            report.refused(AGENCY, where=f"{path.name} {number}", sentence=refusal.sentence)
    if found.terms:
        report.counted(TERM, where=path.name, number=len(found.terms))
    if found.taxonomies:
        report.counted(TAXONOMY, where=path.name, number=len(found.taxonomies))
    count_contacts(report, path.name, len(found.contacts))
    return [
        agency(record, found.services[key], found.locations[key], path.name)
        for key, record in found.organizations.items()
    ]


def parsed(words: str) -> Any:
    """The value of a JSON text, or the list of the values on its lines (ndjson). Raises ValueError."""
    try:
        return json.loads(words)
    except ValueError:
        lines = [line for line in words.splitlines() if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith("{") for line in lines[:2]):
            raise
        return [json.loads(line) for line in lines]


def clean(value: Any) -> Any:
    """The JSON value with text that a database can keep: no zero bytes, no halves of characters."""
    match value:
        case str():
            return value.replace("\x00", "").encode("utf-8", "ignore").decode().strip()
        case list():
            return [clean(item) for item in value]
        case dict():
            return {str(key): clean(item) for key, item in value.items()}
        case _:
            return value


def sort_out(record: Any, found: Found, name: str) -> None:
    """Tell by its fields what a record is. Raises Refused for what cannot stand alone."""
    match record:
        case {"openapi_url": _} | {"openapi": _} | {"properties": _} | {"$schema": _}:
            raise Refused(
                gettext("“%(name)s” describes an interface or a format and holds no records.")
                % {"name": name}
            )
        case {"organization": {"id": _}}:
            gather_service(record, found)
        case {"service": {"organization": {"id": _}} as service, **_rest}:
            gather_service(service | {"service_at_locations": [record]}, found)
        case {"location_type": _} | {"latitude": _}:
            raise Refused(
                gettext(
                    "“%(name)s” holds a location without its organisation. Import the organisation: its locations "
                    "come with it."
                )
                % {"name": name}
            )
        case {"service": _} | {"organization_id": _} | {"service_id": _} | {"status": _} | {"fees": _}:
            raise Refused(
                gettext("“%(name)s” holds a service without its organisation. Import the full record.")
                % {"name": name}
            )
        case {"taxonomy": _} | {"term_uri": _} | {"taxonomy_detail": _}:
            found.terms.add(identifier(record))
        case {"name": _, "version": _}:
            found.taxonomies.add(identifier(record))
        case {"name": _, "description": _} | {"name": _, "services": _} | {"name": _, "website": _}:
            gather_organization(record, found)
        case _:
            raise Refused(gettext("“%(name)s” holds no record of HSDS that we know.") % {"name": name})


def gather_organization(record: dict, found: Found) -> None:
    key = identifier(record)
    found.organizations[key] = found.organizations.get(key, {}) | record
    gather_contacts(record, found)
    for location in records(record, "locations"):
        gather_location(location, key, found)
    for service in records(record, "services"):
        gather_service(service | {"organization": {"id": key}}, found)


def gather_service(record: dict, found: Found) -> None:
    """A service with the organisation in it, the locations it is at, and the terms it is tagged with."""
    organization = record["organization"]
    key = identifier(organization)
    if organization.get("name"):
        gather_organization(
            {name: value for name, value in organization.items() if name != "services"}, found
        )
    known = found.services[key].get(identifier(record), {})
    pairs = [*records(known, "service_at_locations"), *records(record, "service_at_locations")]
    found.services[key][identifier(record)] = known | record | {"service_at_locations": pairs}
    gather_contacts(record, found)
    for at in records(record, "service_at_locations"):
        gather_contacts(at, found)
        if isinstance(at.get("location"), dict):
            gather_location(at["location"], key, found)
    for attribute in records(record, "attributes"):
        if isinstance(attribute.get("taxonomy_term"), dict):
            found.terms.add(identifier(attribute["taxonomy_term"]))


def gather_location(record: dict, organization: str, found: Found) -> None:
    known = found.locations[organization].get(identifier(record), {})
    found.locations[organization][identifier(record)] = known | record
    gather_contacts(record, found)


def gather_contacts(record: dict, found: Found) -> None:
    found.contacts.update(identifier(contact) for contact in records(record, "contacts"))
