"""Which fields of an agency a reader sees. The agency chooses for each: everybody, people of listed agencies, its own.

Everything that leaves the portal goes through `as_seen_by`: pages, search, exports, feeds and the API. Nothing that
depends on the reader is ever cached for another.
"""

from copy import copy

from django.contrib.auth.models import AnonymousUser

from orgs.models import Agency, Audience, Location
from orgs.permissions import is_portal_staff

#: Fields that an agency may keep to itself, with the value that stands for "not shown".
HIDEABLE = {
    "address": "",
    "website": "",
    "public_email": "",
    "public_phone": "",
    "hotline": "",
    "wechat_account": "",
    "founded_on": None,
    "staff_band": "",
    "supervising_unit": "",
    "uscc": None,
}
#: Kept in tables of their own, so asked for by name: `is_shown(agency, "funding", user)`.
HIDEABLE_LISTS = ("funding",)


def audiences_of(user, agency: Agency) -> frozenset[str]:
    """What this reader counts as for this agency. Portal staff see everything, because they check it."""
    if not user.is_authenticated:
        return frozenset({Audience.PUBLIC})
    if is_portal_staff(user):
        return frozenset(Audience.values)
    memberships = user.memberships.active()
    if memberships.filter(agency=agency).exists():
        return frozenset(Audience.values)
    if memberships.filter(agency__status=Agency.Status.LISTED).exists():
        return frozenset({Audience.PUBLIC, Audience.MEMBERS})
    return frozenset({Audience.PUBLIC})


def is_shown(agency: Agency, field: str, user) -> bool:
    """Whether this reader sees the field of the agency."""
    audience = agency.restricted.get(field, Audience.PUBLIC)
    return audience == Audience.PUBLIC or audience in audiences_of(user, agency)


def as_seen_by(agency: Agency, user) -> Agency:
    """The agency with the fields blank that this reader does not see. To be read, never saved: saving it raises."""
    hidden = {name for name, audience in agency.restricted.items() if audience != Audience.PUBLIC}
    if hidden:
        audiences = audiences_of(user, agency)
        hidden = {name for name in hidden if agency.restricted[name] not in audiences}
    seen = copy(agency)
    seen._state = copy(agency._state)
    for name in hidden & HIDEABLE.keys():
        setattr(seen, name, HIDEABLE[name])
    seen.shows_funding = "funding" not in hidden
    seen.save = refuse_to_save
    return seen


def refuse_to_save(*args, **kwargs):
    raise TypeError("This agency was made for a reader; save the agency itself.")


def locations_for(agency: Agency, user):
    """The places of the agency that this reader sees."""
    return agency.locations.filter(shown_to__in=audiences_of(user, agency))


def public(agency: Agency) -> Agency:
    """The agency as everybody sees it: for search, feeds and open data."""
    return as_seen_by(agency, AnonymousUser())


def public_locations(agency: Agency) -> list[Location]:
    """The places that everybody sees. Reads `locations`: prefetch them."""
    return [place for place in agency.locations.all() if place.shown_to == Audience.PUBLIC]
