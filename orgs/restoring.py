"""Going back to an earlier version of an agency's entry. It makes a new version, so going back can be taken back."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.images.models import Image
from wagtail.models import Revision

from orgs.applying import has_code_of_another
from orgs.history import LOCATION_FACTS, SERVICE_FACTS, SERVICE_TERMS, recorded
from orgs.models import Agency, Division, Location, Service, User
from orgs.profile import ProfileError, change, check
from portal.models import Topic


@transaction.atomic
def restore(agency: Agency, version: Revision, *, by: User) -> list[str]:
    """Make the entry say what it said in that version. Returns what could not be brought back, a sentence each.

    Whether the agency is listed, verified or confirmed is no part of a version and stays. Raises ProfileError.
    """
    check(agency, by=by)
    if version.object_id != str(agency.pk):
        raise ProfileError(_("This version belongs to another agency."))
    content = version.content
    with recorded(agency, by=by) as agency:
        known = Known(content)
        set_facts(agency, content, known)
        put_back_logo(agency, content, known)
        funding = known.topics(content["funding"])
        empty = dict.fromkeys(("mission", "description", "how_to_get_help"), "")
        change(
            agency,
            by=by,
            texts={language: content["texts"].get(language, empty) for language in ("zh-hans", "en")},
            funding=funding,
        )
        put_back_services(agency, content["services"], known)
        places = put_back_locations(agency, content["locations"])
        put_services_at(agency, content["services"], places)
        agency.save(update_fields=["logo", "updated_at"])
    return known.notes


class Known:
    """The topics and divisions of a version that still exist, and a note for each that does not."""

    def __init__(self, content: dict[str, Any]):
        codes, keys = {content["facts"]["org_type"], *content["funding"]}, {content["facts"]["division"]}
        for service in content["services"].values():
            codes.update(*(service[name] for name in SERVICE_TERMS))
            keys |= set(service["areas"])
        self.topic_by_code = {topic.code: topic for topic in Topic.objects.filter(code__in=codes)}
        divisions = Division.objects.filter(code__in={key.partition("/")[0] for key in keys})
        self.division_by_key = {f"{division.code}/{division.first_year}": division for division in divisions}
        self.notes: list[str] = []

    def topics(self, codes: list[str]) -> list[Topic]:
        return self.take(codes, self.topic_by_code, _("The term %(code)s no longer exists and was left out."))

    def divisions(self, keys: list[str]) -> list[Division]:
        return self.take(
            keys, self.division_by_key, _("The district %(code)s no longer exists and was left out.")
        )

    def take(self, keys: list[str], known: dict, sentence: str) -> list:
        for key in keys:
            if key not in known and (note := sentence % {"code": key}) not in self.notes:
                self.notes.append(note)
        return [known[key] for key in keys if key in known]


def set_facts(agency: Agency, content: dict[str, Any], known: Known) -> None:
    """The facts of the version on the object, those left out that nobody can have any more."""
    facts = dict(content["facts"])
    for org_type in known.topics([facts.pop("org_type")]):
        agency.org_type = org_type
    division = facts.pop("division")
    for seat in known.divisions([division]) if division else [None]:
        agency.division = seat
    if has_code_of_another(facts["uscc"], than=agency):
        facts.pop("uscc")
        known.notes.append(
            _("Another agency has the unified social credit code of that version, so it was left out.")
        )
    for name, value in facts.items():
        field = Agency._meta.get_field(name)
        setattr(agency, name, field.to_python(value))
    agency.restricted = dict(content["restricted"])


def put_back_logo(agency: Agency, content: dict[str, Any], known: Known) -> None:
    """The logo of the version on the object. A version from before logos were part of it says nothing of them."""
    if "logo" not in content or content["logo"] == agency.logo_id:
        return
    agency.logo = Image.objects.filter(pk=content["logo"]).first() if content["logo"] else None
    if content["logo"] and agency.logo is None:
        known.notes.append(_("The logo of that version no longer exists, so there is none now."))


def put_back_services(agency: Agency, wanted: dict[str, dict], known: Known) -> None:
    """The services of the version and no others, each under the address that it had."""
    agency.services.exclude(public_id__in=list(wanted)).delete()
    for public_id, facts in wanted.items():
        service = Service.objects.filter(public_id=public_id).first()
        if service is None:
            service = Service(public_id=public_id, agency=agency)
        elif service.agency_id != agency.pk:  # it went to another agency meanwhile
            service = Service(agency=agency)
        for name in SERVICE_FACTS:
            setattr(service, name, facts[name])
        service.save()
        for name in SERVICE_TERMS:
            getattr(service, name).set(known.topics(facts[name]))
        service.areas.set(known.divisions(facts["areas"]))


def put_services_at(agency: Agency, wanted: dict[str, dict], places: dict[int, Location]) -> None:
    """Each service at the places where it was given. A version from before there were such places says nothing of them."""
    for service in agency.services.filter(public_id__in=list(wanted)):
        keys = wanted[str(service.public_id)].get("locations")
        if keys is not None:
            service.locations.set([places[pk] for pk in keys if pk in places])


def put_back_locations(agency: Agency, wanted: dict[str, dict]) -> dict[int, Location]:
    """The places of the version and no others, by their keys then.

    A key is never given again, so a place comes back under its own.
    """
    places = {}
    agency.locations.exclude(pk__in=list(wanted)).delete()
    for pk, facts in wanted.items():
        place = Location.objects.filter(pk=pk).first()
        if place is None:
            place = Location(pk=int(pk), agency=agency)
        elif place.agency_id != agency.pk:
            place = Location(agency=agency)
        for name in LOCATION_FACTS:
            setattr(place, name, facts[name])
        place.save()
        places[int(pk)] = place
    return places
