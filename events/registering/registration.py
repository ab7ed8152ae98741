"""Who gets a seat: registering, the host's yes or no, cancelling. How many seats there are: `events.registering.seats`.

The order of locks is always: the event, one's own registration, the seat pool, others' registrations (skipping those
that are locked). So no two people wait for each other. On SQLite every transaction is IMMEDIATE and the order is moot.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from events.models import Event, Question, Registration, SeatPool
from events.permissions import can_manage
from events.registering import notice, questions, waiting_list
from events.registering.refusals import EventOver, NotOpen, NotYourAgency, NotYours, refusal
from events.registering.seats import pools_for, release_due
from events.registering.standing import note_down, settle
from orgs.models import Agency, User
from portal import database_clock
from portal.again import tried_again
from portal.prepared import Prepared

REQUESTED, CONFIRMED, WAITLISTED, CANCELLED = Registration.Status.values
ENTERED: Prepared[Registration] = Prepared(
    lambda event, user: Registration.objects.select_related("event", "pool").filter(event=event, user=user)
)


class PoolIsFull(Exception):
    """Every seat is taken. Never leaves this file: who finds a full pool asks the next, or gets in line."""


@tried_again
def register(
    event: Event,
    *,
    user: User,
    by: User,
    agency: Agency | None = None,
    is_online: bool = False,
    note: str = "",
    form_key: UUID | None = None,
    answers: Mapping[Question, str] | None = None,
    at: datetime | None = None,
) -> Registration:
    """Give `user` a seat, or a place on the waiting list when all seats are taken; or ask the host, who may want that.

    Who is registered already gets the same registration back, however often the button was pressed.
    `agency` is kept as it is now, whatever becomes of the membership. A form sent again, known by `form_key`, does not
    bring a cancelled place back. `answers` are those to the event's questions, in words. Without `at` the database
    says when this is. Raises RegistrationError.
    """
    if agency and not user.memberships.active().filter(agency=agency).exists():
        raise NotYourAgency(_("You do not belong to this agency. Choose one of yours, or none."))
    pools = pools_for(event, agency=agency, is_online=is_online)
    if not pools:
        raise refusal(Event.objects.get(pk=event.pk), at or database_clock.read()) or NotOpen(
            _("This event needs no registration. Just come.")
        )
    facts = {
        "user": user,
        "agency": agency,
        "note": note,
        "form_key": form_key,
        "answers": answers,
        "at": at,
    }
    if event.needs_approval:
        return ask_the_host(event, pool=pools[-1], by=by, **facts)
    seated = take_first_seat(event, pools, by=by, **facts)
    if (
        seated is None
        and any(pool.release_at for pool in event.pools.all())
        and release_due(event, by=by, at=at)
    ):
        pools = pools_for(Event.objects.get(pk=event.pk), agency=agency, is_online=is_online)
        seated = take_first_seat(event, pools, by=by, **facts)
    return seated or take_place_in_line(event, pool=pools[-1], by=by, **facts)


def take_first_seat(event: Event, pools: list[SeatPool], *, by: User, **facts) -> Registration | None:
    """A seat in the first of these pools that has one. One that was full when it was read is not asked again: who gets
    in line looks once more, with the pool held."""
    for pool in pools:
        with suppress(PoolIsFull):
            if pool.taken < pool.capacity:
                return take_seat(event, pool=pool, by=by, **facts)
    return None


@transaction.atomic
def take_seat(event: Event, *, by: User, **facts) -> Registration:
    """A registration with a seat, or the one there is. Raises PoolIsFull, and then nothing has happened."""
    registration, is_new = enter(event, status=CONFIRMED, **facts)
    if is_new:
        if registration.pool.taken >= registration.pool.capacity:
            raise PoolIsFull
        note_down(registration, by=by, at=registration.created_at, template="confirmed")
        # The last statement: whoever comes meanwhile waits for the pool's row only while this commits.
        pool = SeatPool.objects.filter(pk=registration.pool_id, taken__lt=F("capacity"))
        if not pool.update(taken=F("taken") + 1):
            raise PoolIsFull
    return registration


@transaction.atomic
def take_place_in_line(event: Event, *, by: User, **facts) -> Registration:
    """A registration on the waiting list, or the one there is."""
    registration, is_new = enter(event, status=WAITLISTED, **facts)
    if is_new:
        waiting_list.join(registration, by=by, at=registration.created_at)
    return registration


@transaction.atomic
def ask_the_host(event: Event, *, by: User, **facts) -> Registration:
    """A registration that waits for the host's yes, or the one there is."""
    registration, is_new = enter(event, status=REQUESTED, **facts)
    if is_new:
        note_down(registration, by=by, at=registration.created_at, template="requested")
    return registration


def enter(
    event: Event,
    *,
    pool: SeatPool,
    user: User,
    agency: Agency | None,
    note: str,
    form_key: UUID | None,
    answers: Mapping[Question, str] | None,
    status: str,
    at: datetime | None,
) -> tuple[Registration, bool]:
    """This person's row, new or brought back, and whether it was. It has no seat yet: only this transaction sees it.

    Its `created_at` is when this was, which the database put in. Raises NotOpen.
    """
    moment = at or database_clock.now()
    fields = {
        "pool": pool,
        "agency": agency,
        "note": note,
        "form_key": form_key,
        "notice_version": notice.VERSION,
        "status": status,
        "waiting_since": moment if status == WAITLISTED else None,
        "created_at": moment,
    }
    new = Registration(event=event, user=user, **fields)
    Registration.objects.bulk_create([new], ignore_conflicts=True)
    registration = ENTERED.all(event=event.pk, user=user.pk)[0]
    is_new = registration.public_id == new.public_id
    is_sent_again = form_key is not None and registration.form_key == form_key
    if not is_new and not registration.is_live and not is_sent_again:
        # A new row holds the event's row by its foreign key; one that comes back must do so itself.
        Event.objects.select_for_update(no_key=True).get(pk=event.pk)
        own = {"nominated_by": None, "answered_at": None}
        again = Registration.objects.filter(pk=registration.pk, status=CANCELLED)
        is_new = bool(again.update(**fields, **own))
        registration.refresh_from_db()
        if is_new:  # now they come on their own, whoever put them down before
            registration.nominations.filter(declined_at=None).update(declined_at=registration.created_at)
    # Asked only now: our row holds the event's, so a cancellation is either seen here or waits for us and sees our row.
    if is_new and (no := refusal(registration.event, registration.created_at, has_pool=True)):
        raise no
    if is_new and answers:
        questions.keep(registration, answers)
    registration.user = user
    return registration, is_new


@tried_again
@transaction.atomic
def approve(registration: Registration, *, by: User, at: datetime | None = None) -> Registration:
    """The host's yes: a seat, or a place on the waiting list. Saying it again changes nothing. Raises RegistrationError."""
    hold(registration, by=by)
    at = at or database_clock.read()
    if registration.status != REQUESTED:
        return registration
    if registration.event.is_over(at):
        raise EventOver(_("This event is over."))
    for pool in pools_for(registration.event, agency=registration.agency, is_online=registration.is_online):
        if SeatPool.objects.filter(pk=pool.pk, taken__lt=F("capacity")).update(taken=F("taken") + 1):
            registration.pool = pool
            settle(registration, CONFIRMED, by=by, at=at, template="confirmed")
            return registration
    waiting_list.join(registration, by=by, at=at)
    return registration


@tried_again
@transaction.atomic
def turn_down(
    registration: Registration, *, by: User, reason: str = "", at: datetime | None = None
) -> Registration:
    """The host's no, to a person who asks, waits or has a seat, with a reason that the person reads.

    A seat that becomes free goes to the next in line. Raises RegistrationError.
    """
    hold(registration, by=by)
    give_back(registration, by=by, at=at or database_clock.read(), template="turned_down", reason=reason)
    return registration


@tried_again
@transaction.atomic
def cancel(registration: Registration, *, by: User, at: datetime | None = None) -> Registration | None:
    """Give a place back. The seat goes to the next in line, who is returned; `taken` is not lowered in between.

    Cancelling again changes nothing. Raises EventOver.
    """
    lock(registration)
    return give_back(registration, by=by, at=at or database_clock.read(), template="cancelled")


def give_back(
    registration: Registration, *, by: User | None, at: datetime, template: str, reason: str = ""
) -> Registration | None:
    """End a registration that the caller has locked, and hand its seat on. Returns who got it."""
    if not registration.is_live:
        return None
    if registration.event.is_over(at):
        raise EventOver(_("This event is over."))
    had_seat = registration.has_seat
    settle(registration, CANCELLED, by=by, at=at, template=template, reason=reason)
    if not had_seat:
        return None
    pool = SeatPool.objects.select_for_update().get(pk=registration.pool_id)
    if promoted := waiting_list.promote_next(pool, by=by, at=at):
        return promoted
    SeatPool.objects.filter(pk=pool.pk).update(taken=F("taken") - 1)
    return None


@tried_again
@transaction.atomic
def cancel_everybody(event: Event, *, by: User, at: datetime) -> list[Registration]:
    """Cancel every place of an event that is called off, and write to each person. Only `publishing.cancel_event` asks."""
    everybody = list(
        event.registrations.live().select_for_update(of=("self",)).select_related("user").order_by("pk")
    )
    for registration in everybody:
        registration.event = event
        settle(registration, CANCELLED, by=by, at=at, template="event_cancelled")
    for pool in event.pools.select_for_update().order_by("pk"):
        SeatPool.objects.filter(pk=pool.pk).update(taken=0)
    return everybody


def lock(registration: Registration) -> None:
    """The registration as it is now, held until the transaction ends."""
    registration.refresh_from_db(
        from_queryset=Registration.objects.select_for_update(of=("self",)).select_related(
            "event__host", "pool", "user"
        )
    )


def hold(registration: Registration, *, by: User) -> None:
    """Lock it for the host. Raises NotYours."""
    lock(registration)
    if not can_manage(by, registration.event):
        raise NotYours(_("Only the host decides who comes."))
