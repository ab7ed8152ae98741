"""What an agency says about itself: its facts, its prose, what it does for whom, and where people find it.

Every change is kept as a version (`orgs/history.py`). That it is still right is said elsewhere (`orgs/freshness.py`).
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import verification
from orgs.history import FACTS, recorded
from orgs.models import Agency, AgencyText, Location, Service, User
from orgs.permissions import can
from portal.models import Topic


class ProfileError(Exception):
    """A refusal, with a sentence for people."""


@transaction.atomic
def change(agency: Agency, *, by: User, texts: dict[str, dict[str, str]], funding: Iterable[Topic]) -> Agency:
    """Keep the changed facts of the agency (set on the object), its funding and its prose, language by language.

    `texts` is {"zh-hans": {"mission": …, "description": …, "how_to_get_help": …}, "en": …}; a language without a
    mission has no text. Raises ProfileError.
    """
    check(agency, by=by)
    with recorded(agency, by=by):
        # Not the whole row: it may have been listed, claimed or confirmed since this object was read.
        agency.save(update_fields=[*FACTS, "restricted", "updated_at"])
        agency.funding.set(funding)
        for language, said in texts.items():
            words = {part: in_lines(text) for part, text in said.items()}
            if words["mission"]:
                AgencyText.objects.update_or_create(agency=agency, language=language, defaults=words)
            else:
                agency.texts.filter(language=language).delete()
        verification.drop(agency)
    return agency


@transaction.atomic
def save_service(service: Service, *, by: User, terms: dict[str, Iterable]) -> Service:
    """Keep a new or changed service with its `terms`: types, populations, methods, languages and areas.

    Raises ProfileError.
    """
    check(service.agency, by=by)
    service.summary = in_lines(service.summary)
    with recorded(service.agency, by=by):
        service.save()
        for name, values in terms.items():
            getattr(service, name).set(values)
        service.agency.save(update_fields=["updated_at"])
    return service


@transaction.atomic
def remove_service(service: Service, *, by: User) -> None:
    """Take a service that is no longer offered off the agency's page. Raises ProfileError."""
    check(service.agency, by=by)
    with recorded(service.agency, by=by):
        service.delete()
        service.agency.save(update_fields=["updated_at"])


@transaction.atomic
def save_location(location: Location, *, by: User) -> Location:
    """Keep a new or changed place where people find the agency. Raises ProfileError."""
    check(location.agency, by=by)
    with recorded(location.agency, by=by):
        location.save()
        location.agency.save(update_fields=["updated_at"])
    return location


@transaction.atomic
def remove_location(location: Location, *, by: User) -> None:
    """Take a place off the agency's page. Raises ProfileError."""
    check(location.agency, by=by)
    with recorded(location.agency, by=by):
        location.delete()
        location.agency.save(update_fields=["updated_at"])


def in_lines(words: str) -> str:
    """The same words with plain ends of lines: browsers send CR LF, which would be a change that nobody made."""
    return words.replace("\r\n", "\n")


def check(agency: Agency, *, by: User) -> None:
    if not can(by, "profile.edit", agency):
        raise ProfileError(_("Only the agency's owners and managers change its information."))
