"""An agency on its way in, in words: what a table of ours and HSDS both become before the rules look at it."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy

AGENCY = gettext_lazy("agencies")
SERVICE = gettext_lazy("services")
LOCATION = gettext_lazy("locations")


@dataclass
class Offer:
    """A service as it comes in. Topics are words or codes, still to be looked up."""

    name: str
    summary: str = ""
    types: list[str] = field(default_factory=list)
    populations: list[str] = field(default_factory=list)
    is_offered: bool = True
    external_id: str | None = None


@dataclass
class Place:
    """A location as it comes in. Coordinates are degrees."""

    name: str
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
    services: list[Offer] = field(default_factory=list)
    locations: list[Place] = field(default_factory=list)
    external_id: str | None = None
    notes: list[str] = field(default_factory=list)
