"""An agency on its way in, in words: what a table of ours and HSDS both become before the rules look at it."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy

AGENCY = gettext_lazy("agencies")
SERVICE = gettext_lazy("services")
LOCATION = gettext_lazy("locations")


@dataclass
class Offer:
    """A service as it comes in. Topics, areas and places are words or codes, still to be looked up."""

    name: str
    other_name: str = ""
    summary: str = ""
    types: list[str] = field(default_factory=list)
    populations: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    delivery: list[str] = field(default_factory=list)
    fees: str = ""
    eligibility: str = ""
    min_age: int | None = None
    max_age: int | None = None
    places: list[str] = field(default_factory=list)  # identifiers of locations at the source
    is_offered: bool = True
    external_id: str | None = None
    notes: list[str] = field(default_factory=list)


@dataclass
class Place:
    """A location as it comes in. Coordinates are degrees."""

    name: str
    other_name: str = ""
    address: str = ""
    phone: str = ""
    latitude: float | None = None
    longitude: float | None = None
    external_id: str | None = None


@dataclass
class Incoming:
    """An agency as it comes in, in words: `facts` by our field names, the columns of `orgs.agency_table`."""

    where: str
    facts: dict[str, str]
    descriptions: dict[str, str] = field(default_factory=dict)  # by language, of any length
    prose: dict[str, dict[str, str]] = field(
        default_factory=dict
    )  # by language and field, where already told apart
    former_names: list[str] = field(default_factory=list)
    funding: list[str] = field(default_factory=list)
    services: list[Offer] = field(default_factory=list)
    locations: list[Place] = field(default_factory=list)
    external_id: str | None = None
    notes: list[str] = field(default_factory=list)
