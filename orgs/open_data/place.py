"""Where an agency is found, as locations of HSDS: its service points that everybody may see, and its seat."""

import re

from orgs.models import Agency, Division, Location
from orgs.open_data.identity import division_uri, uuid_of
from orgs.open_data.taxonomy import said, valued
from orgs.visibility import public_locations
from portal.bilingual import CHINESE, language_of

UNKNOWN = "unknown"


def locations(agency: Agency) -> list[dict]:
    """The seat first, then the places that are for everybody. `agency` is as the public sees it."""
    return [*seat(agency), *(location(place, agency) for place in public_locations(agency))]


def location_row(place: Location, agency: Agency) -> dict:
    """The fields of a place that stand once."""
    return said(
        {
            "id": str(place.public_id),
            "location_type": "physical",
            "organization_id": str(agency.public_id),
            "name": place.name_zh or place.name_en,
            "alternate_name": place.name_en if place.name_zh else None,
            "latitude": place.latitude,
            "longitude": place.longitude,
        }
    )


def location(place: Location, agency: Agency) -> dict:
    """A place with its address and phone."""
    owner = str(place.public_id)
    return said(
        {
            **location_row(place, agency),
            "addresses": address(owner, place.address, agency.division),
            "phones": phones(owner, "location_id", [(place.phone, "")]),
        }
    )


def seat(agency: Agency) -> list[dict]:
    """Where the agency is registered and, unless it keeps that to itself, its address; none when neither is known."""
    if not agency.division and not agency.address:
        return []
    owner = uuid_of("seat", agency.public_id)
    uri = division_uri(agency.division) if agency.division else UNKNOWN
    return [
        said(
            {
                "id": owner,
                "location_type": "physical",
                "organization_id": str(agency.public_id),
                "name": agency.legal_name,
                "addresses": address(owner, agency.address, agency.division, is_seat=True),
                "attributes": valued(owner, "location", [("seat", uri)]),
            }
        )
    ]


def address(owner: str, line: str, division: Division | None, *, is_seat: bool = False) -> list[dict]:
    """An address of HSDS from our one line. City and province are the seat's, unless the line names its own.

    HSDS demands six fields, of which we know no postcode: it is empty.
    """
    if not line and not is_seat:
        return []
    province, city = above(division)
    is_elsewhere = not is_seat and re.search(r"[省市州]|自治", line) and not (city and city in line)
    is_chinese = division is not None or language_of(line) == CHINESE
    if is_elsewhere or not (is_seat or language_of(line) == CHINESE):
        province = city = ""
    identifier = uuid_of("address", owner)
    return [
        said(
            {
                "location_id": owner,
                "attributes": valued(identifier, "address", [("one_line", line)]),
            }
        )
        | {
            "id": identifier,
            "address_1": line,
            "city": city,
            "state_province": province,
            "postal_code": "",
            "country": "CN" if is_chinese else "",
            "address_type": "physical",
        }
    ]


def above(division: Division | None) -> tuple[str, str]:
    """Province and prefecture of a division, in Chinese. Reads `parent` up to the province: select it."""
    names = {}
    while division:
        names[division.level] = division.name_zh
        division = division.parent
    province = names.get(Division.Level.PROVINCE, "")
    return province, names.get(Division.Level.PREFECTURE, province)


def phones(owner: str, link: str, numbers: list[tuple[str, str]]) -> list[dict]:
    """Numbers with what they are for, of the record that `link` names. An extension stands apart, as HSDS has it."""
    said_phones = []
    for number, purpose in numbers:
        if not number:
            continue
        apart = re.fullmatch(r"(.+) x (0|[1-9]\d{0,9})", number)
        said_phones.append(
            said(
                {
                    "id": uuid_of("phone", owner, number, purpose),
                    link: owner,
                    "number": apart[1] if apart else number,
                    "extension": int(apart[2]) if apart else None,
                    "type": "voice",
                    "description": purpose,
                }
            )
        )
    return said_phones
