"""The CSV tables of HSDS 1 to 2 and of Ohana: a folder with a table for each kind of thing."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext

from orgs.hsds.meaning import (
    OFFERED,
    TERM,
    address_line,
    age,
    alternate,
    count_contacts,
    credit_code,
    degrees,
    described,
    fees,
    phone,
    source_id,
)
from orgs.incoming import LOCATION, SERVICE, Incoming, Offer, Place
from orgs.wording import split_list
from portal import tables
from portal.importing import Refused, Report

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
    at = defaultdict(list)
    for row in rows["services_at_location"]:
        at[row.cells.get("service_id")].append(row.cells.get("location_id"))
    terms = {
        row.cells.get("taxonomy_id") or row.cells.get("id"): row.cells.get("name", "")
        for row in rows["taxonomy"]
    }

    def places(row: tables.Row) -> list[str]:
        """Where a service is given: its own location in Ohana, a table of pairs in HSDS."""
        own = row.cells.get("location_id")
        return [own] if own else at[row.cells.get("id")]

    def host(row: tables.Row) -> str | None:
        """In Ohana a service hangs from a location, which hangs from an organisation."""
        return row.cells.get("organization_id") or next(
            (places_of[place] for place in places(row) if places_of.get(place)), None
        )

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
                    **alternate(cells.get("name", ""), cells.get("alternate_name", "")),
                    "public_email": cells.get("email", ""),
                    "website": cells.get("website", "") or cells.get("url", ""),
                    "public_phone": phone(phones["organization_id", key]),
                    "founded_on": cells.get("date_incorporated", "") or cells.get("year_incorporated", ""),
                    "uscc": credit_code([cells.get("tax_id", "")]),
                },
                descriptions=described(cells.get("description", "")),
                services=[offer(service.cells, terms, places(service), source) for service in services[key]],
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


def offer(cells: dict[str, str], terms: dict, places: list[str], source: str) -> Offer:
    """A service from a row of its table, with the terms and the places that it names by their numbers."""
    cost, note = fees(cells.get("fees_description", "") or cells.get("fees", ""))
    return Offer(
        name=cells.get("name", ""),
        other_name=cells.get("alternate_name", ""),
        summary=cells.get("description", ""),
        types=[
            terms[term.strip()]
            for term in cells.get("taxonomy_ids", "").split(",")
            if terms.get(term.strip())
        ],
        languages=split_list(cells.get("languages", "")),
        areas=split_list(cells.get("service_areas", "")),
        fees=cost,
        eligibility=cells.get("eligibility_description", "") or cells.get("eligibility", ""),
        min_age=age(cells.get("minimum_age")),
        max_age=age(cells.get("maximum_age")),
        is_offered=cells.get("status", "") in OFFERED,
        places=[key for place in places if (key := source_id(place, source))],
        external_id=source_id(cells.get("id"), source),
        notes=[note] if note else [],
    )


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
