"""What leaving the portal means for events: places at events to come are given back, and the seats go on.

Events that the person's agency holds stay. Where nobody is left who looks after one, the portal's staff see it.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from events.models import (
    Answer,
    Certificate,
    Event,
    MeetingLogRow,
    Nomination,
    PersonalFeed,
    Profession,
    Registration,
)
from events.registering.registration import give_back, lock
from orgs.leaving import NOBODY
from orgs.models import Agency, User
from orgs.permissions import carriers
from portal import database_clock, erasures

#: What stands where the name of somebody without an account was, for readers of either language.
NO_GUEST = "已删除 (removed)"


def leave(user: User, *, at: datetime | None = None) -> list[Registration]:
    """Give back every place of this person at an event that is not over. Returns them. Must run in a transaction."""
    at = at or database_clock.read()
    coming = user.registrations.live().filter(Q(event__ends_at__gte=at) | Q(event__ends_at=None))
    given_back = []
    for registration in coming.order_by("event", "pk"):
        lock(registration)
        give_back(registration, by=user, at=at, template="cancelled")
        given_back.append(registration)
    Nomination.objects.filter(registration__user=user).update(email="", phone="")
    return given_back


def forget(user: User) -> None:
    """Remove who somebody was from what they took part in; places, attended minutes and numbers stay without a name.

    A certificate keeps its number, which then tells that its name was removed.
    """
    forget_places(Registration.objects.filter(user=user), name=NOBODY)
    Profession.objects.filter(user=user).delete()
    PersonalFeed.objects.filter(user=user).delete()


def forget_places(places: QuerySet[Registration], *, name: str) -> None:
    """Remove who somebody was from these places; `name` stands where the name was typed."""
    places = Registration.objects.filter(pk__in=list(places.values_list("pk", flat=True)))
    Answer.objects.filter(registration__in=places).delete()
    Nomination.objects.filter(registration__in=places).update(name=name, phone="", email="")
    MeetingLogRow.objects.filter(registration__in=places).delete()
    Certificate.objects.filter(registration__in=places).update(name=name)
    places.update(note="", certificate_name="", guest_phone="", guest_email="")
    places.filter(user=None).update(guest_name=name)


def replay(ledger: set[str]) -> int:
    """Forget again the guests in the ledger of erasures whom an older backup brought back. Returns their places."""
    known = [
        place.pk
        for place in Registration.objects.filter(user=None).exclude(guest_name=NO_GUEST)
        if erasures.is_known(place.public_id, ledger)
    ]
    forget_places(Registration.objects.filter(pk__in=known), name=NO_GUEST)
    return len(known)


def without_a_host(at: datetime | None = None):
    """Published events to come whose host left the directory, or has nobody who publishes events for it."""
    people = carriers("events.publish").filter(agency=OuterRef("host"))
    return (
        Event.objects.published()
        .upcoming(at)
        .filter(~Q(host__status=Agency.Status.LISTED) | ~Exists(people))
        .select_related("host")
    )
