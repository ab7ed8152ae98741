"""The identifiers and addresses by which open data names things. They stay the same as long as the thing does.

Agencies, services, places and services at places carry a random UUID of their own. Everything else that HSDS wants an
identifier for is told by what it says of whom, so its UUID is computed (version 5) from a name that never changes: the
code of a term, the code and first year of a division, the identifier of the owner and what is said of it.
"""

from uuid import UUID, uuid5

from django.conf import settings
from django.urls import reverse

from orgs.models import Division
from portal.models import Topic

#: Ours alone. Another one would give every term another identifier.
NAMESPACE = UUID("6f2c1c7e-5d0b-5c43-9a57-7d1f3b0a9e21")


def uuid_of(kind: str, *parts: object) -> str:
    """The identifier of a thing that is told by these parts."""
    return str(uuid5(NAMESPACE, "\n".join((kind, *map(str, parts)))))


def term_id(topic: Topic) -> str:
    return uuid_of("term", topic.code)


def taxonomy_id(scheme: str) -> str:
    return uuid_of("taxonomy", scheme)


def address(name: str, *arguments: str) -> str:
    """The absolute address of a page or record of this portal, by the name of its URL."""
    return settings.SITE_URL + reverse(name, args=arguments)


def division_uri(division: Division) -> str:
    """The address that stands for a division. A code is given again after years, so the first year belongs to it."""
    return address("hsds_division", f"{division.code}-{division.first_year}")
