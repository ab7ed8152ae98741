"""Bringing in what an agency offers and where: services with their topics, areas and places, and the places themselves."""

import re

from django.db import models
from django.utils.translation import gettext

from orgs.import_fields import change, leave_out_what_is_wrong
from orgs.incoming import LOCATION, SERVICE, Offer, Place
from orgs.models import Agency, Division, Location, Service
from orgs.wording import beginning, name_field, plain, same_name
from portal.importing import Refused, Report
from portal.models import Topic

DIVISION = re.compile(r"/divisions/(\d{6,12})-(\d{4})/?$")


class DivisionFinder:
    """Divisions by the words for them: a name, a code, or the address by which open data names one."""

    def __init__(self, by_word: dict[str, set[int]]):
        self.by_word = by_word

    def find(self, words: str) -> tuple[Division | None, bool]:
        """The division, and whether the words stand for several."""
        if match := DIVISION.search(words):
            named = Division.objects.filter(code=match[1])
            return named.filter(first_year=match[2]).first() or named.current().first(), False
        keys = self.by_word.get(plain(words), set())
        return (Division.objects.get(pk=next(iter(keys))) if len(keys) == 1 else None), len(keys) > 1


class ServiceImport:
    """Takes the services and places of agencies that are in already, and tells the report."""

    def __init__(self, report: Report, topics: dict[str, dict[str, Topic]], divisions: DivisionFinder):
        self.report = report
        self.topics = topics
        self.divisions = divisions

    def take(self, agency: Agency, offers: list[Offer], places: list[Place], where: str) -> bool:
        """The places first, because services are given at them. Says whether anything changed."""
        known, has_changed = {}, False
        for place in places:
            location, is_other = self.take_location(agency, place, where)
            has_changed |= is_other
            if location and place.external_id:
                known[place.external_id] = location
        for offer in offers:
            has_changed |= self.take_service(agency, offer, known, where)
        return has_changed

    def take_service(self, agency: Agency, offer: Offer, places: dict[str, Location], where: str) -> bool:
        has_changed = False
        with self.report.row(SERVICE, where=where, name=offer.name):
            if not offer.name:
                raise Refused(gettext("The service has no name."))
            known = known_row(agency.services.all(), offer)
            service, notes = known or Service(agency=agency), list(offer.notes)
            changed = change(service, self.service_facts(service, offer, notes))
            if changed:
                leave_out_what_is_wrong(service, changed, notes, needed={"name_zh", "name_en", "external_id"})
                service.full_clean()
                service.save()
            related = self.relate(service, offer, places, notes)
            if related and not changed:
                service.save(update_fields=["updated_at"])
            has_changed = bool(changed) or related
            what = {"where": where, "name": offer.name}
            tell(self.report, SERVICE, is_new=not known, has_changed=has_changed, **what)
            if changed and not offer.is_offered:
                notes.append(gettext("It is not offered now, so it is kept but not shown."))
            for note in notes:
                self.report.note(SERVICE, **what, sentence=note)
        return has_changed

    def service_facts(self, service: Service, offer: Offer, notes: list[str]) -> dict:
        """The service's own fields. What was not said stays as it is."""
        facts = {**names(offer), "is_offered": offer.is_offered}
        for name, words in (("summary", offer.summary), ("eligibility", offer.eligibility)):
            if words:
                facts[name] = beginning(words, Service._meta.get_field(name).max_length)
        if offer.fees:
            facts["fees"] = offer.fees
        ways = [way for way in offer.delivery if way in Service.Delivery.values]
        if ways:
            facts["delivery"] = ways
        if None not in (offer.min_age, offer.max_age) and offer.min_age > offer.max_age:
            notes.append(
                gettext("The ages %(youngest)d to %(oldest)d were left out: the first is the higher one.")
                % {"youngest": offer.min_age, "oldest": offer.max_age}
            )
        else:
            ages = {"min_age": offer.min_age, "max_age": offer.max_age}
            facts |= {name: age for name, age in ages.items() if age is not None}
        if offer.external_id and not is_own(service, offer.external_id):
            facts["external_id"] = offer.external_id
        return facts

    def relate(self, service: Service, offer: Offer, places: dict[str, Location], notes: list[str]) -> bool:
        """Tie the service to its topics, areas and places; say whether that changed anything."""
        areas, unknown = [], []
        for words in offer.areas:
            division, _is_several = self.divisions.find(words)
            areas += [division] if division else []
            unknown += [] if division else [words]
        at = [places[key] for key in offer.places if key in places]
        if (
            at
        ):  # places of which the source says nothing, such as those that are hidden, are not its to take away
            at += service.locations.exclude(pk__in=[place.pk for place in places.values()])
        wanted: list[tuple[models.Manager, list]] = [(service.areas, areas), (service.locations, at)]
        for relation, scheme, words in (
            (service.types, Topic.Scheme.SERVICE, offer.types),
            (service.populations, Topic.Scheme.POPULATION, offer.populations),
            (service.methods, Topic.Scheme.METHOD, offer.methods),
            (service.languages, Topic.Scheme.LANGUAGE, offer.languages),
        ):
            topics = self.topics[scheme]
            wanted.append((relation, [topics[plain(word)] for word in words if plain(word) in topics]))
            notes += [
                gettext("“%(word)s” is not in our vocabulary.") % {"word": word}
                for word in words
                if plain(word) not in topics
            ]
        notes += [
            gettext("“%(words)s” is no area in our list of divisions.") % {"words": words[:80]}
            for words in unknown
            if words
        ]
        has_changed = False
        for relation, rows in wanted:
            if rows and set(relation.all()) != set(rows):
                relation.set(rows)
                has_changed = True
        return has_changed

    def take_location(self, agency: Agency, place: Place, where: str) -> tuple[Location | None, bool]:
        location, has_changed = None, False
        with self.report.row(LOCATION, where=where, name=place.name):
            if not place.name:
                raise Refused(gettext("The location has no name."))
            known = known_row(agency.locations.all(), place)
            location = known or Location(agency=agency)
            facts = names(place)
            facts |= {name: value for name in ("address", "phone") if (value := getattr(place, name))}
            if place.external_id and not is_own(location, place.external_id):
                facts["external_id"] = place.external_id
            notes = []
            if place.latitude is not None and place.longitude is not None:
                if abs(place.latitude) <= 90 and abs(place.longitude) <= 180:
                    facts |= {"latitude": place.latitude, "longitude": place.longitude}
                else:
                    notes.append(
                        gettext(
                            "Imported without its coordinates %(latitude)s, %(longitude)s: there is no such place on earth."
                        )
                        % {"latitude": place.latitude, "longitude": place.longitude}
                    )
            changed = change(location, facts)
            if changed:
                leave_out_what_is_wrong(location, changed, notes, needed={"name_zh", "name_en"})
                location.save()
            has_changed = bool(changed)
            what = {"where": where, "name": place.name}
            tell(self.report, LOCATION, is_new=not known, has_changed=has_changed, **what)
            for note in notes:
                self.report.note(LOCATION, **what, sentence=note)
        return (location if location and location.pk else None), has_changed


def tell(report: Report, kind, *, is_new: bool, has_changed: bool, **what) -> None:
    """Report what became of a row."""
    (report.created if is_new else report.updated if has_changed else report.unchanged)(kind, **what)


def names(coming: Offer | Place) -> dict[str, str]:
    """The names by their languages. The other name counts only in the other language."""
    facts = {name_field(coming.name): coming.name}
    if coming.other_name and name_field(coming.other_name) not in facts:
        facts[name_field(coming.other_name)] = coming.other_name
    return facts


def is_own(row: Agency | Service | Location, external_id: str) -> bool:
    """Whether the identifier is the one that this portal gave the row: its own open data came back."""
    return external_id == f"hsds:{row.public_id}"


def known_row(rows, coming: Offer | Place):
    """The row of this agency that is meant: by its identifier at the source, by ours, or by its name.

    The name counts only where not both have identifiers, which then would differ.
    """
    rows = list(rows)
    if coming.external_id:
        for row in rows:
            if row.external_id == coming.external_id or is_own(row, coming.external_id):
                return row
    for row in rows:
        if same_name(coming.name) in (same_name(row.name_zh), same_name(row.name_en)) and not (
            row.external_id and coming.external_id
        ):
            return row
    return None
