"""Reading the Human Services Data Specification: the JSON of version 3 and the CSV tables of versions 1 to 2 and of Ohana.

Both become the `Incoming` agencies of `orgs.incoming`. Personal contacts are counted and not kept: the directory
names people only when they have an account and agree. Terms of foreign vocabularies are counted, and tie a service to a
topic of ours only where code or name are the same.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, gettext_lazy

from orgs import uscc
from orgs.incoming import AGENCY, LOCATION, SERVICE, Incoming, Offer, Place
from portal import tables
from portal.bilingual import CHINESE, language_of
from portal.importing import Refused, Report

CONTACT = gettext_lazy("personal contacts")
TERM = gettext_lazy("taxonomy terms")
TAXONOMY = gettext_lazy("taxonomies")
PAGE = gettext_lazy("pages of a list")
OFFERED = ("", "active")
TABLES = ("organizations", "locations", "services", "phones", "addresses", "contacts", "taxonomy")
OTHER_NAMES = {  # the same table in HSDS 1 and 2, which name it in the singular
    "organizations": ("organization",),
    "locations": ("location",),
    "services": ("service",),
    "phones": ("phone",),
    "addresses": ("address", "physical_addresses", "physical_address"),
    "contacts": ("contact",),
    "taxonomy": ("taxonomies", "taxonomy_terms", "taxonomy_term"),
    "services_at_location": ("service_at_location", "services_at_locations"),
}


# -- JSON -------------------------------------------------------------------------------------------------------------


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
        data = clean(json.loads(tables.decode(path.read_bytes(), path.name)))
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
    return [agency(record, found, path.name) for record in found.organizations.values()]


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


def identifier(record: dict) -> str:
    return str(record.get("id") or record.get("name") or id(record))


def records(record: dict, *names: str) -> list[dict]:
    """The records under these names. What is no list of records is nothing."""
    values = [record.get(name) for name in names]
    return [item for value in values if isinstance(value, list) for item in value if isinstance(item, dict)]


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
    found.services[key][identifier(record)] = record
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


def agency(record: dict, found: Found, where: str) -> Incoming:
    key = identifier(record)
    facts = {
        "legal_name": text(record, "name"),
        "short_name": chinese(text(record, "alternate_name")),
        "public_email": text(record, "email"),
        "website": text(record, "website"),
        "public_phone": phone(records(record, "phones")),
        "founded_on": text(record, "year_incorporated"),
        "uscc": credit_code(
            [text(item, "identifier") for item in records(record, "organization_identifiers")]
        ),
    }
    return Incoming(
        where=where,
        facts=facts,
        descriptions=described(text(record, "description")),
        services=[
            Offer(
                name=text(service, "name"),
                summary=text(service, "description"),
                types=term_words(service),
                is_offered=text(service, "status") in OFFERED,
                external_id=source_id(service.get("id")),
            )
            for service in found.services[key].values()
        ],
        locations=[
            Place(
                name=text(location, "name") or first_address(location) or text(record, "name"),
                address=first_address(location),
                phone=phone(records(location, "phones")),
                latitude=degrees(location.get("latitude")),
                longitude=degrees(location.get("longitude")),
                external_id=source_id(location.get("id")),
            )
            for location in found.locations[key].values()
        ],
        external_id=source_id(record.get("id")),
    )


def term_words(service: dict) -> list[str]:
    terms = [attribute.get("taxonomy_term") for attribute in records(service, "attributes")]
    return [text(term, "name") for term in terms if isinstance(term, dict) and text(term, "name")]


def first_address(location: dict) -> str:
    """The visitors' address; the one for letters only where there is no other."""
    addresses = records(location, "addresses", "physical_addresses")
    addresses.sort(key=lambda address: address.get("address_type") == "postal")
    return address_line(addresses[0]) if addresses else ""


# -- CSV tables -------------------------------------------------------------------------------------------------------


def read_folder(folder: Path, report: Report, source: str) -> list[Incoming]:
    """The agencies of a folder of HSDS or Ohana tables. `source` tells its numbers from another folder's. Raises Refused."""
    if not table_file(folder, "organizations"):
        raise Refused(
            gettext("The folder “%(name)s” has no table organizations.csv.") % {"name": folder.name}
        )
    rows = {name: read_table(folder, name) for name in (*TABLES, "services_at_location")}
    phones, addresses = by_owner(rows["phones"]), by_owner(rows["addresses"])
    locations = grouped(rows["locations"], lambda row: row.cells.get("organization_id"))
    places_of = {row.cells.get("id"): row.cells.get("organization_id") for row in rows["locations"]}
    at = {row.cells.get("service_id"): row.cells.get("location_id") for row in rows["services_at_location"]}
    terms = {
        row.cells.get("taxonomy_id") or row.cells.get("id"): row.cells.get("name", "")
        for row in rows["taxonomy"]
    }

    def host(row: tables.Row) -> str | None:
        """In Ohana a service hangs from a location, which hangs from an organisation."""
        place = row.cells.get("location_id") or at.get(row.cells.get("id"))
        return row.cells.get("organization_id") or places_of.get(place)

    services = grouped(rows["services"], host)
    count_contacts(report, "contacts.csv", len(rows["contacts"]))
    if rows["taxonomy"]:
        report.counted(TERM, where="taxonomy.csv", number=len(rows["taxonomy"]))
    known = {row.cells.get("id") for row in rows["organizations"]}
    for kind, name, groups in ((LOCATION, "locations", locations), (SERVICE, "services", services)):
        for owner in groups.keys() - known:
            for row in groups[owner]:
                report.refused(
                    kind,
                    where=f"{name}.csv {row.number}",
                    name=row.cells.get("name", ""),
                    sentence=gettext("Its organisation is not in the folder."),
                )
    agencies = []
    for row in rows["organizations"]:
        cells, key = row.cells, row.cells.get("id")
        agencies.append(
            Incoming(
                where=f"organizations.csv {row.number}",
                facts={
                    "legal_name": cells.get("name", ""),
                    "short_name": chinese(cells.get("alternate_name", "")),
                    "public_email": cells.get("email", ""),
                    "website": cells.get("website", "") or cells.get("url", ""),
                    "public_phone": phone(phones["organization_id", key]),
                    "founded_on": cells.get("date_incorporated", "") or cells.get("year_incorporated", ""),
                    "uscc": credit_code([cells.get("tax_id", "")]),
                },
                descriptions=described(cells.get("description", "")),
                services=[
                    Offer(
                        name=service.cells.get("name", ""),
                        summary=service.cells.get("description", ""),
                        types=[
                            terms[term.strip()]
                            for term in service.cells.get("taxonomy_ids", "").split(",")
                            if terms.get(term.strip())
                        ],
                        is_offered=service.cells.get("status", "") in OFFERED,
                        external_id=source_id(service.cells.get("id"), source),
                    )
                    for service in services[key]
                ],
                locations=[
                    Place(
                        name=location.cells.get("name", "") or cells.get("name", ""),
                        address=address_line(
                            next(iter(addresses["location_id", location.cells.get("id")]), {})
                        ),
                        phone=phone(phones["location_id", location.cells.get("id")]),
                        latitude=degrees(location.cells.get("latitude")),
                        longitude=degrees(location.cells.get("longitude")),
                        external_id=source_id(location.cells.get("id"), source),
                    )
                    for location in locations[key]
                ],
                external_id=source_id(key, source),
            )
        )
    return agencies


def table_file(folder: Path, name: str) -> Path | None:
    candidates = (folder / f"{stem}.csv" for stem in (name, *OTHER_NAMES[name]))
    return next((file for file in candidates if file.is_file()), None)


def read_table(folder: Path, name: str) -> list[tables.Row]:
    """The rows of one table; none where the folder lacks it or it has only a header."""
    file = table_file(folder, name)
    return tables.read(file, may_be_bare=True) if file else []


def grouped(rows: list[tables.Row], key: Callable) -> dict[str | None, list[tables.Row]]:
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def by_owner(rows: list[tables.Row]) -> dict[tuple[str, str], list[dict]]:
    """Phones or addresses by what they belong to. What belongs to a person belongs to nobody here."""
    groups = defaultdict(list)
    for row in rows:
        if row.cells.get("contact_id"):
            continue
        for owner in ("service_id", "location_id", "organization_id"):
            if row.cells.get(owner):
                groups[owner, row.cells[owner]].append(row.cells)
                break
    return groups


# -- Both -------------------------------------------------------------------------------------------------------------


def count_contacts(report: Report, where: str, number: int) -> None:
    if number:
        report.counted(
            CONTACT,
            where=where,
            number=number,
            sentence=gettext(
                "People's names, numbers and addresses are not kept. Those of the organisation are."
            ),
        )


def text(record: dict, name: str) -> str:
    """A field as words; nothing where it is no words and no number."""
    value = record.get(name)
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def chinese(name: str) -> str:
    """The name when it is Chinese: our short name is."""
    return name if language_of(name) == CHINESE else ""


def described(words: str) -> dict[str, str]:
    return {language_of(words): words} if words else {}


def phone(phones: list[dict]) -> str:
    """The first number to speak at, with its extension; fax, text and teletype are passed over."""
    for entry in phones:
        kind = text(entry, "type") or text(entry, "number_type")
        number = text(entry, "number").strip("\"' ")
        if number and kind in ("", "voice", "hotline", "cell"):
            extension = text(entry, "extension")
            return f"{number} x {extension}" if extension else number
    return ""


def address_line(address: dict) -> str:
    """One line: as it is written in Chinese from the large to the small, else from the small to the large."""
    names = ("address_1", "address_2", "city", "region", "state_province", "postal_code")
    parts = [text(address, name) for name in names if text(address, name)]
    if any(chinese(part) for part in parts):
        order = ("state_province", "region", "city", "address_1", "address_2")
        return "".join(text(address, name) for name in order)
    return ", ".join(parts)


def degrees(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) < 1e6 else None  # neither infinite nor “not a number”


def credit_code(identifiers: list[str]) -> str:
    """The identifier that is a unified social credit code, if one is."""
    for code in identifiers:
        if re.search(r"\w", code) and uscc.check(code).answer != uscc.Answer.MALFORMED:
            return code
    return ""


def source_id(value: Any, source: str = "hsds") -> str | None:
    """An identifier that is one across sources: a UUID as it stands, a mere number with the source before it."""
    if value in (None, ""):
        return None
    try:
        return f"hsds:{UUID(str(value))}"
    except ValueError:
        return f"{source}:{value}"[:200]
