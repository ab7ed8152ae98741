"""Which fields of an agency a reader sees. The agency chooses for each: everybody, people of listed agencies, its own.

Everything that leaves the portal goes through `as_seen_by` or `public`: pages, search, exports, feeds and the API.
Nothing that depends on the reader is ever cached for another (`portal/caching.py`).
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
#: Kept in tables of their own; for a reader who does not see it, `agency.funding.all()` is empty.
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


def restrictions(agency: Agency) -> dict[str, str]:
    """The fields that are not for everybody, each with who sees it. A word that nobody knows hides as much as it can."""
    return {
        name: audience if audience in Audience.values else Audience.AGENCY.value
        for name, audience in agency.restricted.items()
        if (name in HIDEABLE or name in HIDEABLE_LISTS) and audience != Audience.PUBLIC
    }


def restrict(agency: Agency, choices: dict[str, str]) -> None:
    """Set on the object who sees which field; a field that is not named stays as it is. The caller saves."""
    kept = restrictions(agency)
    for name, audience in choices.items():
        if name not in HIDEABLE and name not in HIDEABLE_LISTS:
            raise ValueError(f"{name} is for everybody")
        kept[name] = Audience(audience).value
    agency.restricted = {
        name: audience for name, audience in sorted(kept.items()) if audience != Audience.PUBLIC
    }


def is_shown(agency: Agency, field: str, user) -> bool:
    """Whether this reader sees the field of the agency."""
    audience = restrictions(agency).get(field, Audience.PUBLIC)
    return audience == Audience.PUBLIC or audience in audiences_of(user, agency)


def as_seen_by(agency: Agency, user) -> Agency:
    """The agency with the fields blank that this reader does not see. To be read, never saved: saving it raises.

    `seen.not_public` says of each field that this reader sees and others do not, for whom it is: to be marked.
    """
    restricted = restrictions(agency)
    audiences = audiences_of(user, agency) if restricted else frozenset()
    hidden = {name for name, audience in restricted.items() if audience not in audiences}
    seen = copy(agency)
    seen._state = copy(agency._state)
    seen._prefetched_objects_cache = dict(getattr(agency, "_prefetched_objects_cache", {}))
    for name in hidden & HIDEABLE.keys():
        setattr(seen, name, HIDEABLE[name])
    for name in hidden.intersection(HIDEABLE_LISTS):
        seen._prefetched_objects_cache[name] = getattr(agency, name).none()
    seen.shows_funding = "funding" not in hidden
    seen.not_public = {
        name: Audience(audience).label for name, audience in restricted.items() if name not in hidden
    }
    seen.restricted = {}
    seen.save = refuse_to_save
    return seen


def refuse_to_save(*args, **kwargs):
    raise TypeError("This agency was made for a reader; save the agency itself.")


def locations_for(agency: Agency, user):
    """The places of the agency that this reader sees."""
    return agency.locations.filter(shown_to__in=audiences_of(user, agency))


def public(agency: Agency) -> Agency:
    """The agency as everybody sees it: for search, feeds and open data. Asks the database for nothing."""
    return as_seen_by(agency, AnonymousUser())


def public_locations(agency: Agency) -> list[Location]:
    """The places that everybody sees. Reads `locations`: prefetch them."""
    return [place for place in agency.locations.all() if place.shown_to == Audience.PUBLIC]
