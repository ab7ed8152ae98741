"""A coordinator puts several people down at once: each gets a seat, a place in line, or all of them nothing.

Their rows come first and the seats last, as in `events.registering.registration`. Coordinators of one event wait for each other at
the event's row; people who register on their own do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event, Nomination, Registration, SeatPool
from events.nominating.guests import Nominee, account_of
from events.registering import waiting_list
from events.registering.refusals import NotEnoughSeats, NotOpen, NotYourAgency, refusal
from events.registering.seats import pools_for, release_due
from events.registering.standing import settle
from orgs.models import Agency, User
from orgs.permissions import can
from portal import database_clock

REQUESTED, CONFIRMED, WAITLISTED, CANCELLED = Registration.Status.values
MOST_REMEMBERED = 60
TRIES = 5  # how often seats are counted anew when others take some in between

#: All of them or none; or as many as there are seats for, and the others wait.
TOGETHER, AS_MANY = "together", "as_many"
WAYS = {
    TOGETHER: gettext_lazy("All together or nobody"),
    AS_MANY: gettext_lazy("As many as possible, the others on the waiting list"),
}


class SeatsWentMeanwhile(Exception):
    """Others took some of the seats that were counted. Never leaves this file."""


@dataclass
class Outcome:
    """Who was put down, and of whom it was not needed, with a sentence each."""

    nominations: list[Nomination] = field(default_factory=list)
    passed_over: list[tuple[Nominee, str]] = field(default_factory=list)


@transaction.atomic
def nominate(
    event: Event,
    *,
    agency: Agency,
    people: Sequence[Nominee],
    by: User,
    way: str = AS_MANY,
    is_online: bool = False,
    form_key: UUID | None = None,
    at: datetime | None = None,
) -> Outcome:
    """Put these people down for the event in the agency's name. A form sent again changes nothing.

    Where the host says yes to each person, all of them ask. Raises NotEnoughSeats when they want seats together and
    there are too few, and RegistrationError; then nothing has happened.
    """
    if not can(by, "events.nominate", agency):
        raise NotYourAgency(_("Owners and managers of an agency put its people down."))
    event = Event.objects.select_for_update(no_key=True, of=("self",)).get(pk=event.pk)
    if form_key:  # of this event and agency: what a browser sends may stand elsewhere too
        form_key = uuid5(UUID(str(form_key)), f"{event.pk}.{agency.pk}")
        if sent_before := list(event_nominations(event).filter(agency=agency, form_key=form_key)):
            return Outcome(sent_before)
    pools = pools_for(event, agency=agency, is_online=is_online)
    at = at or database_clock.read()
    if no := refusal(event, at, has_pool=bool(pools)):
        raise no
    if not pools:
        raise NotOpen(_("This event needs no registration. Just come."))
    outcome, entered = Outcome(), []
    for position, nominee in enumerate(people):
        if told := already(event, nominee, agency):
            outcome.passed_over.append((nominee, told))
            continue
        registration, is_new = enter(event, nominee, agency=agency, pool=pools[-1], by=by, at=at)
        nomination = note(
            registration,
            nominee,
            agency=agency,
            by=by,
            at=at,
            made_the_place=is_new,
            form_key=form_key,
            position=position,
        )
        outcome.nominations.append(nomination)
        if is_new:
            entered.append(registration)
    if event.needs_approval:
        for registration in entered:
            settle(registration, REQUESTED, by=by, at=at, template="requested")
    else:
        release_due(event, by=by, at=at)
        seat(entered, pools, is_together=way == TOGETHER, by=by, at=at)
    return outcome


def event_nominations(event: Event):
    return Nomination.objects.filter(registration__event=event).select_related(
        "registration__user", "registration__event"
    )


def already(event: Event, nominee: Nominee, agency: Agency) -> str:
    """Why this person need not be put down, as far as the coordinator may know; empty when they can be.

    Of an account that is no colleague's nothing is said.
    """
    taken = event.registrations.live()
    account = nominee.member or account_of(nominee.email)
    if account and account.memberships.active().filter(agency=agency).exists():
        if taken.filter(user=account).exists():
            return _("%(name)s is registered already.") % {"name": nominee}
        return ""
    if nominee.member:
        raise NotYourAgency(_("%(name)s does not belong to your agency any more.") % {"name": nominee})
    guest = same_contact("guest_phone", "guest_email", nominee)
    typed = same_contact("phone", "email", nominee)
    if not (nominee.phone or nominee.email):
        return ""
    if (
        taken.filter(guest, user=None).exists()
        or event_nominations(event)
        .filter(typed, registration__status__in=Registration.LIVE, declined_at=None)
        .exists()
    ):
        return _("%(name)s is put down already: the same number or address.") % {"name": nominee}
    return ""


def same_contact(phone: str, email: str, nominee: Nominee) -> Q:
    """A condition on two columns: one of them says what the nominee's line says."""
    same = Q(pk=None)
    if nominee.phone:
        same |= Q(**{phone: nominee.phone})
    if nominee.email:
        same |= Q(**{email: nominee.email})
    return same


def enter(
    event: Event, nominee: Nominee, *, agency: Agency | None, pool: SeatPool, by: User, at: datetime
) -> tuple[Registration, bool]:
    """This person's row, new or brought back, and whether it was. It has no seat yet. The event's row is locked."""
    account = nominee.member or account_of(nominee.email)
    fields = {
        "pool": pool,
        "agency": agency,
        "note": "",
        "form_key": None,
        "status": CONFIRMED,
        "created_at": at,
        "nominated_by": by,
        "answered_at": None,
    }
    if account is None:
        contact = {"guest_phone": nominee.phone, "guest_email": nominee.email}
        before = list(
            event.registrations.filter(
                same_contact("guest_phone", "guest_email", nominee), user=None, status=CANCELLED
            )
        )
        for other in before[
            1:
        ]:  # one row knew the number and another the address: the first is the person's now
            Registration.objects.filter(pk=other.pk).update(guest_phone="", guest_email="")
        fields |= {"guest_name": nominee.name, **contact}
        if before:
            before[0].answers.all().delete()  # perhaps another person's, with the same number
            Registration.objects.filter(pk=before[0].pk).update(**fields)
            return fetch(pk=before[0].pk), True
        return fetch(pk=Registration.objects.create(event=event, **fields).pk), True
    new = Registration(event=event, user=account, **fields)
    Registration.objects.bulk_create([new], ignore_conflicts=True)
    registration = fetch(event=event, user=account)
    is_new = registration.public_id == new.public_id
    if not is_new and not registration.is_live:
        is_new = bool(Registration.objects.filter(pk=registration.pk, status=CANCELLED).update(**fields))
    return fetch(pk=registration.pk), is_new


def fetch(**lookup) -> Registration:
    return Registration.objects.select_related("event", "pool", "user").get(**lookup)


def note(registration: Registration, nominee: Nominee, *, agency: Agency, **fields) -> Nomination:
    """Keep what the coordinator typed. An agency that puts somebody down again says it anew."""
    at = fields.pop("at")
    return Nomination.objects.update_or_create(
        registration=registration,
        agency=agency,
        defaults={
            "name": nominee.name,
            "phone": nominee.phone,
            "email": nominee.email,
            "is_owned": False,
            "is_member": nominee.member is not None,
            "declined_at": None,
            "reminded_at": None,
            "created_at": at,
            **fields,
        },
    )[0]


def seat(
    entered: list[Registration], pools: list[SeatPool], *, is_together: bool, by: User, at: datetime
) -> None:
    """Give seats to those who have entered: to all or to none, or to as many as there are, in their order."""
    for _try in range(TRIES):
        free = free_seats(pools)
        number = sum(free.values())
        if is_together and number < len(entered):
            raise NotEnoughSeats(free=number, wanted=len(entered))
        try:
            take_seats(entered[:number], free, by=by, at=at)
        except SeatsWentMeanwhile:
            continue
        break
    else:
        number = 0
        if is_together:
            raise NotEnoughSeats(free=sum(free_seats(pools).values()), wanted=len(entered))
    for registration in entered[number:]:
        waiting_list.join(registration, by=by, at=at)


def free_seats(pools: list[SeatPool]) -> dict[int, int]:
    """Free seats by pool, in the order to ask."""
    now = SeatPool.objects.in_bulk([pool.pk for pool in pools])
    return {pool.pk: now[pool.pk].capacity - now[pool.pk].taken for pool in pools if pool.pk in now}


@transaction.atomic
def take_seats(entered: list[Registration], free: dict[int, int], *, by: User, at: datetime) -> None:
    """Seat all of these, or raise SeatsWentMeanwhile, and then nothing has happened."""
    chairs = [pool for pool, number in free.items() for _chair in range(number)]
    wanted: dict[int, int] = {}
    for registration, pool in zip(entered, chairs, strict=False):
        registration.pool_id = pool
        wanted[pool] = wanted.get(pool, 0) + 1
        settle(registration, CONFIRMED, by=by, at=at, template="confirmed")
    # The last statements, in the order of the pools' numbers: others wait for these rows only while this commits.
    for pool, number in sorted(wanted.items()):
        room = SeatPool.objects.filter(pk=pool, taken__lte=F("capacity") - number)
        if not room.update(taken=F("taken") + number):
            raise SeatsWentMeanwhile


def remembered(agency: Agency) -> list[Nomination]:
    """Whom this agency put down before without their being in the member list, the latest first, each once."""
    found: dict[str, Nomination] = {}
    known = agency.nominations.filter(is_member=False).exclude(phone="", email="")
    for nomination in known.order_by("-created_at", "-pk")[:300]:
        key = nomination.phone or nomination.email
        if key not in found and not {nomination.phone, nomination.email} & (
            {one.phone for one in found.values()} | {one.email for one in found.values()}
        ) - {""}:
            found[key] = nomination
    return list(found.values())[:MOST_REMEMBERED]
