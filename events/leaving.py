"""What leaving the portal means for events: places at events to come are given back, and the seats go on.

Events that the person's agency holds stay. Where nobody is left who looks after one, the portal's staff see it.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from events.models import Event, Nomination, Registration
from events.registration import give_back, lock
from orgs.models import Agency, User
from orgs.permissions import carriers


def leave(user: User, *, at: datetime | None = None) -> list[Registration]:
    """Give back every place of this person at an event that is not over. Returns them. Must run in a transaction."""
    at = at or timezone.now()
    coming = user.registrations.live().filter(Q(event__ends_at__gte=at) | Q(event__ends_at=None))
    given_back = []
    for registration in coming.order_by("event", "pk"):
        lock(registration)
        give_back(registration, by=user, at=at, template="cancelled")
        given_back.append(registration)
    Nomination.objects.filter(registration__user=user).update(email="", phone="")
    return given_back


def without_a_host(at: datetime | None = None):
    """Published events to come whose host left the directory, or has nobody who publishes events for it."""
    people = carriers("events.publish").filter(agency=OuterRef("host"))
    return (
        Event.objects.published()
        .upcoming(at)
        .filter(~Q(host__status=Agency.Status.LISTED) | ~Exists(people))
        .select_related("host")
    )
