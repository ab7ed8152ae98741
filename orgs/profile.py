"""What an agency says about itself, and when it last said that this is still right."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from orgs.models import Agency, AgencyText, Service, User
from orgs.permissions import agencies_where, can
from portal.models import Topic

CONFIRM_EVERY = timedelta(days=180)  # HDX asks for the same; a service that moved is found within half a year


class ProfileError(Exception):
    """A refusal, with a sentence for people."""


@transaction.atomic
def confirm(agency: Agency, *, by: User, on: date | None = None) -> Agency:
    """Record that somebody who answers for the agency says: all of this is still right. Raises ProfileError."""
    check(agency, by=by)
    agency.confirmed_on = on or timezone.localdate()
    agency.save(update_fields=["confirmed_on", "updated_at"])
    return agency


@transaction.atomic
def change(agency: Agency, *, by: User, texts: dict[str, dict[str, str]], funding: Iterable[Topic]) -> Agency:
    """Keep the changed facts of the agency (set on the object), its funding and its prose, language by language.

    `texts` is {"zh-hans": {"mission": …, "description": …, "how_to_get_help": …}, "en": …}; a language without a
    mission has no text. Changing is not confirming: who corrects one line has not read the others. Raises ProfileError.
    """
    check(agency, by=by)
    agency.save()
    agency.funding.set(funding)
    for language, words in texts.items():
        if words["mission"]:
            AgencyText.objects.update_or_create(agency=agency, language=language, defaults=words)
        else:
            agency.texts.filter(language=language).delete()
    return agency


@transaction.atomic
def save_service(service: Service, *, by: User, terms: dict[str, Iterable]) -> Service:
    """Keep a new or changed service with its `terms`: types, populations, methods and areas. Raises ProfileError."""
    check(service.agency, by=by)
    service.save()
    for name, values in terms.items():
        getattr(service, name).set(values)
    service.agency.save(update_fields=["updated_at"])
    return service


@transaction.atomic
def remove_service(service: Service, *, by: User) -> None:
    """Take a service that is no longer offered off the agency's page. Raises ProfileError."""
    check(service.agency, by=by)
    service.delete()
    service.agency.save(update_fields=["updated_at"])


def due_for_confirmation(user, on: date | None = None):
    """The agencies this person answers for whose information nobody has confirmed for half a year."""
    before = (on or timezone.localdate()) - CONFIRM_EVERY
    agencies = agencies_where(user, "profile.edit")
    return agencies.filter(confirmed_on__lte=before) | agencies.filter(confirmed_on=None)


def check(agency: Agency, *, by: User) -> None:
    if not can(by, "profile.edit", agency):
        raise ProfileError(_("Only the agency's owners and managers change its information."))
