"""What an entry still lacks so that people find the agency and dare to turn to it: a share, and the next useful steps.

A hint for the agency's own people. Nobody is ranked by it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orgs.models import Agency
from portal.bilingual import CHINESE, ENGLISH

MOST_STEPS = 3


class Known(NamedTuple):
    """What the steps look at, read once."""

    agency: Agency
    texts: dict
    has_service: bool
    has_area: bool
    has_place: bool
    has_person: bool


@dataclass(frozen=True)
class Step:
    """Something that helps readers. `weight` is how much it helps, and what it counts for in the share."""

    name: str
    weight: int
    words: str | Promise
    is_done: Callable[[Known], bool]
    page: str
    anchor: str = ""

    def address(self, agency: Agency) -> str:
        return reverse(self.page, args=[agency.slug]) + (f"#{self.anchor}" if self.anchor else "")


#: The most useful first.
STEPS = (
    Step(
        "services",
        5,
        _("Describe a service: it is how others find you."),
        lambda known: known.has_service,
        "create_service",
    ),
    Step(
        "contact",
        4,
        _("Give a phone number or an e-mail address that people can use."),
        lambda known: any(
            getattr(known.agency, name)
            for name in ("public_phone", "hotline", "public_email", "wechat_account")
        ),
        "edit_agency",
        "id_public_phone",
    ),
    Step(
        "areas",
        4,
        _("Say which districts a service reaches."),
        lambda known: known.has_area,
        "agency_desk",
        "services",
    ),
    Step(
        "seat",
        3,
        _("Say in which district you are."),
        lambda known: known.agency.division_id is not None,
        "edit_agency",
        "id_division",
    ),
    Step(
        "help",
        3,
        _("Say how people get help from you: when, where, what to bring."),
        lambda known: bool(known.texts.get(CHINESE) and known.texts[CHINESE].how_to_get_help),
        "edit_agency",
        "id_how_to_get_help_zh",
    ),
    Step(
        "description",
        2,
        _("Tell in a few paragraphs who you are."),
        lambda known: bool(known.texts.get(CHINESE) and known.texts[CHINESE].description),
        "edit_agency",
        "id_description_zh",
    ),
    Step(
        "places",
        2,
        _("Enter the places where people meet you."),
        lambda known: known.has_place or bool(known.agency.address),
        "create_location",
    ),
    Step(
        "people",
        2,
        _("Let at least one person be named on your page."),
        lambda known: known.has_person,
        "agency_members",
    ),
    Step(
        "english",
        1,
        _("Introduce yourselves in English too, for partners and researchers abroad."),
        lambda known: ENGLISH in known.texts,
        "edit_agency",
        "id_mission_en",
    ),
    Step("logo", 1, _("Put up your logo."), lambda known: known.agency.logo_id is not None, "edit_logo"),
)


@dataclass(frozen=True)
class Completeness:
    """`percent` from 0 to 100, and at most three steps, each with the address where it is done."""

    percent: int
    steps: list[dict]


def of(agency: Agency) -> Completeness:
    """How complete the entry is now, and what helps most next."""
    offered = agency.services.offered()
    known = Known(
        agency,
        {text.language: text for text in agency.texts.all()},
        has_service=offered.exists(),
        has_area=offered.filter(areas__isnull=False).exists(),
        has_place=agency.locations.exists(),
        has_person=agency.memberships.active().filter(is_shown=True).exists(),
    )
    missing = [step for step in STEPS if not step.is_done(known)]
    whole = sum(step.weight for step in STEPS)
    # A service without an area is asked for once there is a service.
    steps = [step for step in missing if step.name != "areas" or known.has_service]
    return Completeness(
        percent=round(100 * (whole - sum(step.weight for step in missing)) / whole),
        steps=[{"words": step.words, "url": step.address(agency)} for step in steps[:MOST_STEPS]],
    )
