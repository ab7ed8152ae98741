"""An organisation, a service or a location of HSDS 3 in our words (the table in docs/open-data.md)."""

import re
from collections import defaultdict

from orgs.hsds.meaning import (
    OFFERED,
    address_line,
    age,
    alternate,
    amount,
    credit_code,
    degrees,
    described,
    fees,
    phone,
    source_id,
    text,
)
from orgs.incoming import Incoming, Offer, Place
from orgs.open_data.organization import HOTLINE
from orgs.open_data.place import UNKNOWN
from orgs.open_data.taxonomy import LANGUAGE_CODES, LANGUAGE_TAGS, LINK_TYPES

DIVISION = re.compile(r"/divisions/\d{6,12}-\d{4}/?$")
OUR_TERMS = {scheme.value: link_type for scheme, link_type in LINK_TYPES.items()}
LANGUAGES = {tag: language for language, tag in LANGUAGE_TAGS.items()}
LANGUAGES_BY_CODE = {code: ours for ours, code in reversed(LANGUAGE_CODES.items())}
PROSE = {"mission": "mission", "about": "description", "how_to_get_help": "how_to_get_help"}
#: The values that are facts of an agency of ours, under the same names.
FACTS = {
    "short_name",
    "founded_on",
    "migrant_focus",
    "staff_band",
    "supervising_unit",
    "wechat_account",
    "rating",
    "rating_year",
}


def identifier(record: dict) -> str:
    return str(record.get("id") or record.get("name") or id(record))


def records(record: dict, *names: str) -> list[dict]:
    """The records under these names. What is no list of records is nothing."""
    values = [record.get(name) for name in names]
    return [item for value in values if isinstance(value, list) for item in value if isinstance(item, dict)]


def agency(record: dict, services: dict[str, dict], locations: dict[str, dict], where: str) -> Incoming:
    """The organisation with its services and locations, each by its identifier."""
    values, terms = values_of(record), terms_of(record)
    numbers = records(record, "phones")
    hotlines = [number for number in numbers if text(number, "description") == HOTLINE]
    name, other = text(record, "name"), text(record, "alternate_name")
    facts = {
        "legal_name": name,
        **alternate(name, other),
        "public_email": text(record, "email"),
        "website": text(record, "website"),
        "public_phone": phone([number for number in numbers if number not in hotlines]),
        "hotline": phone(hotlines),
        "founded_on": text(record, "year_incorporated"),
        "uscc": credit_code(
            [text(item, "identifier") for item in records(record, "organization_identifiers")]
        ),
        "org_type": next(iter(terms["organization_type"]), ""),
    }
    facts |= {name: words[0] for name, words in values.items() if name in FACTS}
    places = locations.values()
    for seat in filter(is_seat, places):
        lines = [text(address, "address_1") for address in records(seat, "addresses")]
        facts |= {"address": "".join(lines[:1]), "division": values_of(seat)["seat"][0].removeprefix(UNKNOWN)}
    prose = prose_of(values)
    return Incoming(
        where=where,
        facts=facts,
        descriptions={} if prose else described(text(record, "description")),
        prose=prose,
        former_names=values["former_name"],
        funding=[
            term for source in records(record, "funding") for term in terms_of(source)["funding_source"]
        ],
        services=[offer(service) for service in services.values()],
        locations=[place(location, record) for location in places if not is_seat(location)],
        external_id=source_id(record.get("id")),
    )


def offer(service: dict) -> Offer:
    """A service with its topics, areas, languages and places as words."""
    values, terms = values_of(service), terms_of(service)
    amounts = [amount(option.get("amount")) for option in records(service, "cost_options")]
    cost, note = fees(
        next(iter(values["fees"]), "") or text(service, "fees_description") or text(service, "fees"),
        [sum for sum in amounts if sum is not None],
    )
    return Offer(
        name=text(service, "name"),
        other_name=text(service, "alternate_name"),
        summary=text(service, "description"),
        types=terms["service_type"],
        populations=terms["population"],
        methods=terms["method"],
        languages=[word for language in records(service, "languages") if (word := language_word(language))],
        areas=[
            uri if DIVISION.search(uri := text(area, "uri")) else text(area, "name")
            for area in records(service, "service_areas")
        ],
        delivery=values["delivery"],
        fees=cost,
        eligibility=text(service, "eligibility_description"),
        min_age=age(service.get("minimum_age")),
        max_age=age(service.get("maximum_age")),
        is_offered=text(service, "status") in OFFERED,
        places=[
            key
            for pair in records(service, "service_at_locations")
            if isinstance(pair.get("location"), dict) and (key := source_id(pair["location"].get("id")))
        ],
        external_id=source_id(service.get("id")),
        notes=[note] if note else [],
    )


def place(location: dict, organization: dict) -> Place:
    """A location, by its own name or else by its address."""
    return Place(
        name=text(location, "name") or first_address(location) or text(organization, "name"),
        other_name=text(location, "alternate_name"),
        address=first_address(location),
        phone=phone(records(location, "phones")),
        latitude=degrees(location.get("latitude")),
        longitude=degrees(location.get("longitude")),
        external_id=source_id(location.get("id")),
    )


def terms_of(record: dict) -> dict[str, list[str]]:
    """The terms that a record is tagged with: our codes where they are ours, else their names; by what they say of it.

    A foreign link type says that it is a kind of service, as it did before there were link types.
    """
    words = defaultdict(list)
    for attribute in records(record, "attributes"):
        term = attribute.get("taxonomy_term")
        if not isinstance(term, dict):
            continue
        code, link_type = text(term, "code"), text(attribute, "link_type")
        ours = OUR_TERMS.get(code.partition(":")[0]) if ":" in code else None
        word = code if ours else text(term, "name")
        if word:
            words[ours or (link_type if link_type in OUR_TERMS.values() else "service_type")].append(word)
    return words


def values_of(record: dict) -> dict[str, list[str]]:
    """The values that attributes without a term give, by their link type."""
    words = defaultdict(list)
    for attribute in records(record, "attributes"):
        if not isinstance(attribute.get("taxonomy_term"), dict) and text(attribute, "value"):
            words[text(attribute, "link_type")].append(text(attribute, "value"))
    return words


def prose_of(values: dict[str, list[str]]) -> dict[str, dict[str, str]]:
    """What our own API says of an agency in each language, by the fields of `AgencyText`."""
    prose = defaultdict(dict)
    for link_type, words in values.items():
        name, _at, tag = link_type.partition("@")
        if name in PROSE and tag in LANGUAGES:
            prose[LANGUAGES[tag]][PROSE[name]] = words[0]
    return prose


def language_word(language: dict) -> str:
    """A language by our code, or as we call the one that has its ISO code, or by its name."""
    ours = terms_of(language)["language"]
    return ours[0] if ours else LANGUAGES_BY_CODE.get(text(language, "code")) or text(language, "name")


def is_seat(location: dict) -> bool:
    """Whether it is where our API puts the address of the agency itself."""
    return bool(values_of(location)["seat"])


def first_address(location: dict) -> str:
    """The visitors' address; the one for letters only where there is no other."""
    addresses = records(location, "addresses", "physical_addresses")
    addresses.sort(key=lambda address: address.get("address_type") == "postal")
    if not addresses:
        return ""
    return next(iter(values_of(addresses[0])["one_line"]), "") or address_line(addresses[0])
