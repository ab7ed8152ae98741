"""Getting in line, and handing free seats to whose turn it is. The order itself is `RegistrationQuerySet.in_turn`."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from events.models import Event, Registration, SeatPool
from events.registering.standing import note_down, settle
from orgs.models import User
from portal import database_clock
from portal.again import tried_again
from portal.prepared import Prepared

CONFIRMED, WAITLISTED = Registration.Status.CONFIRMED, Registration.Status.WAITLISTED
#: The seats kept for an agency and one other part of the room, held until the transaction ends.
PLACES: Prepared[SeatPool] = Prepared(
    lambda event, pool, agency: (
        SeatPool.objects.filter(event=event)
        .filter(Q(pk=pool) | Q(kind=SeatPool.Kind.AGENCY, agency=agency))
        .select_for_update(of=("self",))
        .order_by("pk")
    )
)
#: When the last of those who wait in a part of the room came, one person left out.
LAST_CAME: Prepared[datetime] = Prepared(
    lambda pool, but: (
        Registration.objects.filter(pool=pool, status=WAITLISTED)
        .exclude(pk=but)
        .order_by("-waiting_since")
        .values_list("waiting_since", flat=True)[:1]
    )
)


def join(registration: Registration, *, by: User, at: datetime) -> None:
    """Get in line, or take the seat that somebody gave back while we were on our way here.

    `registration` is WAITLISTED since `at`, or about to be: what it asked of the host has been granted.
    """
    pools = places_for(registration)
    for pool in pools:
        if pool.taken < pool.capacity:
            registration.pool = pool
            settle(registration, CONFIRMED, by=by, at=at, template="confirmed")
            SeatPool.objects.filter(pk=pool.pk).update(taken=F("taken") + 1)
            return
    pool = pools[-1]
    last = LAST_CAME.first(pool=pool.pk, but=registration.pk)
    # Clocks differ between servers; people come in the order in which the pool was locked.
    since = max(at, last + timedelta(microseconds=1)) if last else at
    if registration.status == WAITLISTED and since == at:
        note_down(registration, by=by, at=at, template="waitlisted")
    else:
        settle(registration, WAITLISTED, by=by, at=at, waiting_since=since, template="waitlisted")


def places_for(registration: Registration) -> list[SeatPool]:
    """The seats kept for the person's agency and, last, the part of the room in whose line they wait; all held.

    Whoever gives a kept seat back looks for people of that agency in every line. With only their own line held, somebody
    who is just getting in would be overlooked, and wait beside a free seat.
    """
    held = PLACES.all(event=registration.event_id, pool=registration.pool_id, agency=registration.agency_id)
    line = next(pool for pool in held if pool.pk == registration.pool_id)
    kept = [pool for pool in held if pool.pk != line.pk and line.kind != SeatPool.Kind.ONLINE]
    return [*kept, line]


def next_for(pool: SeatPool) -> Registration | None:
    """Who gets the next seat of this pool, held until the transaction ends. `pool` is locked by the caller.

    A seat kept for an agency goes to its next person, wherever they wait, but not to who wants to come online. Locked
    rows are passed over: a person who is just leaving holds their own.
    """
    everybody = Registration.objects.filter(event=pool.event_id)
    if pool.agency_id:
        everybody = everybody.exclude(pool__kind=SeatPool.Kind.ONLINE, status=WAITLISTED)
    for pk in everybody.in_turn(agency=pool.agency_id) if pool.agency_id else pool.registrations.in_turn():
        held = (
            everybody.in_line()
            .filter(pk=pk)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("event", "user")
        )
        if registration := held.first():
            return registration
    return None


def promote_next(pool: SeatPool, *, by: User | None, at: datetime) -> Registration | None:
    """Give one seat of this pool, which the caller has locked, to whose turn it is. Does not count: the caller does."""
    registration = next_for(pool)
    if registration:
        registration.pool = pool
        settle(registration, CONFIRMED, by=by, at=at, template="promoted", promoted_at=at)
    return registration


@tried_again
@transaction.atomic
def promote(event: Event, *, by: User, at: datetime | None = None) -> list[Registration]:
    """Hand every free seat to those in line. Returns who got one."""
    at = at or database_clock.read()
    promoted: list[Registration] = []
    if event.status != Event.Status.PUBLISHED or event.is_over(at):
        return promoted
    if not event.registrations.in_line().exists():
        return promoted
    for pool in event.pools.select_for_update().order_by("pk"):
        for _seat in range(pool.capacity - pool.taken):
            registration = promote_next(pool, by=by, at=at)
            if registration is None:
                break
            SeatPool.objects.filter(pk=pool.pk).update(taken=F("taken") + 1)
            promoted.append(registration)
    return promoted
