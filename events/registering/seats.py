"""How many seats there are, and which of them are kept for whom.

The pools divide the room: seats on site, seats online, and what is kept for an agency until a day. A registration takes
its seat from one of them.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from events.models import Event, Registration, SeatPool
from events.registering.refusals import CapacityRefused
from events.registering.waiting_list import promote
from orgs import audit
from orgs.models import Agency, User
from portal import database_clock
from portal.again import tried_again

MOST_SEATS = 10_000
OPEN, ONLINE, AGENCY = SeatPool.Kind.values


def pools_for(event: Event, *, agency: Agency | None, is_online: bool = False) -> list[SeatPool]:
    """Where this person can get a seat, in the order to ask; in the last one's line they would wait. Reads `pools`.

    Empty when the event has no such seats.
    """
    pools = list(event.pools.all())
    own = [pool for pool in pools if agency and pool.agency_id == agency.pk and not is_online]
    kinds = [OPEN, ONLINE] if not is_online else [ONLINE]
    home = next((pool for kind in kinds for pool in pools if pool.kind == kind), None)
    return [*own, home] if home else []


@tried_again
@transaction.atomic
def arrange(
    event: Event,
    *,
    by: User,
    capacity: int | None,
    online: int | None = None,
    kept: Mapping[Agency, int] | None = None,
    release_at: datetime | None = None,
) -> None:
    """Make the room what the host wants: seats on site, online, and kept for agencies. None of all: nobody registers.

    Raises CapacityRefused.
    """
    if capacity is None and online is None and not kept:
        if event.registrations.exists():
            raise CapacityRefused(_("People have registered. Say how many seats there are."))
        event.pools.all().delete()
        return
    if kept and capacity is None:
        capacity = 0  # who finds the seats of their agency taken waits in the line of the open ones
    for kind, number in ((OPEN, capacity), (ONLINE, online)):
        if number is not None or event.pools.filter(kind=kind).exists():
            change_capacity(event, capacity=number or 0, kind=kind, by=by)
    if kept is None:
        return
    no_longer = event.pools.filter(kind=AGENCY).exclude(agency__in=kept)
    no_longer.update(released=0)
    for pool in no_longer.select_related("agency"):
        keep_for(event, pool.agency, seats=pool.taken, by=by)
    for agency, number in kept.items():
        keep_for(event, agency, seats=number, by=by, release_at=release_at)


@tried_again
@transaction.atomic
def change_capacity(
    event: Event, *, capacity: int, by: User, kind: str = OPEN, at: datetime | None = None
) -> list[Registration]:
    """Set the number of seats on site or online and hand new ones to those in line, who are returned.

    Raises CapacityRefused.
    """
    SeatPool.objects.get_or_create(event=event, kind=kind, defaults={"capacity": 0})
    resize(SeatPool.objects.select_for_update().get(event=event, kind=kind), capacity, by=by)
    return promote(event, by=by, at=at)


@tried_again
@transaction.atomic
def keep_for(
    event: Event, agency: Agency, *, seats: int, by: User, release_at: datetime | None = None
) -> SeatPool | None:
    """Keep seats for the people of one agency, besides the open ones, until `release_at`; none takes them back.

    Returns the pool. Raises CapacityRefused when more of them are taken.
    """
    SeatPool.objects.get_or_create(event=event, kind=AGENCY, agency=agency, defaults={"capacity": 0})
    pool = SeatPool.objects.select_for_update().get(event=event, agency=agency)
    resize(pool, seats, by=by)
    SeatPool.objects.filter(pk=pool.pk).update(release_at=release_at)
    if not seats and not pool.released and not pool.registrations.exists():
        pool.delete()
        return None
    promote(event, by=by)
    return pool


@tried_again
@transaction.atomic
def release_due(event: Event, *, by: User | None = None, at: datetime | None = None) -> int:
    """Open to all what agencies have not used by their day, and hand it to those in line. Returns how many seats.

    The pool of an agency keeps how many were opened: a copy of the event begins with what was given (`SeatPool.given`).
    """
    at = at or database_clock.read()
    if event.status != Event.Status.PUBLISHED:
        return 0
    due = Q(kind=AGENCY, release_at__lte=at, taken__lt=F("capacity"))
    if not event.pools.filter(due).exists():
        return 0
    SeatPool.objects.get_or_create(event=event, kind=OPEN, defaults={"capacity": 0})
    pools = list(event.pools.select_for_update().order_by("pk"))
    free = 0
    for pool in pools:
        if pool.kind == AGENCY and pool.release_at and pool.release_at <= at:
            unused = pool.capacity - pool.taken
            free += unused
            SeatPool.objects.filter(pk=pool.pk).update(capacity=F("taken"), released=F("released") + unused)
    SeatPool.objects.filter(event=event, kind=OPEN).update(capacity=F("capacity") + free)
    promote(event, by=by, at=at)
    return free


def resize(pool: SeatPool, capacity: int, *, by: User) -> None:
    """Give a locked pool so many seats. A new number is what is given from now on, whatever was opened to all before.

    Raises CapacityRefused.
    """
    if not 0 <= capacity <= MOST_SEATS:
        raise CapacityRefused(_("An event has between 0 and %(most)d seats.") % {"most": MOST_SEATS})
    if capacity < pool.taken:
        raise CapacityRefused(
            _("%(taken)d seats are taken already. There cannot be fewer.") % {"taken": pool.taken}
        )
    if capacity == pool.capacity:
        return
    before, event = pool.capacity, pool.event
    pool.capacity, pool.released = capacity, 0
    pool.save(update_fields=["capacity", "released"])
    if event.status == Event.Status.PUBLISHED:
        audit.record(
            audit.Action.EVENT_CAPACITY,
            by=by,
            agency=event.host,
            what=event.title,
            seats=pool.kind,
            before=before,
            after=capacity,
        )
