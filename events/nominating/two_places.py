"""Somebody who has two places at one event, a guest's and an account's: which of them stays, so that nothing is lost.

What was noted down of a person hangs from the row of their place: the door, attendance, hours, certificates. That row
stays where there is such a thing; the other one is given back. Where both have something, both stay as they are.
"""

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from events.leaving import NO_GUEST
from events.models import FeedbackGiven, Nomination, Registration, SeatPool, ThankYou
from events.registering import registration as places
from events.registering.refusals import RegistrationError
from events.registering.standing import settle
from orgs.models import User

CONFIRMED, CANCELLED = Registration.Status.CONFIRMED, Registration.Status.CANCELLED
#: The best standing first: who has two places keeps the better one.
STANDING = (CONFIRMED, Registration.Status.REQUESTED, Registration.Status.WAITLISTED, CANCELLED)
LETTERS: dict[str, str] = {
    Registration.Status.WAITLISTED: "waitlisted",
    Registration.Status.REQUESTED: "requested",
}


class BothNotedDown(RegistrationError):
    """Each of the two places has attendance, hours or certificates, and nobody but the host can say what holds."""


def join(guest: Registration, mine: Registration, *, user: User, at: datetime) -> Registration:
    """Let the account have one place of the two, with the better standing. Returns it. Raises BothNotedDown.

    Event and rows are locked. A seat that is too many goes to the next in line.
    """
    if stays(guest, mine, at) == mine:
        forget_contact(guest, keeps_name=True)  # first: no letter tells somebody that they do not come
        guest.save(update_fields=["guest_phone", "guest_email"])
        if is_better(guest, mine):
            mine.answered_at, mine.nominated_by = guest.answered_at, guest.nominated_by
            mine.save(update_fields=["answered_at", "nominated_by"])
            carry_nominations(guest, mine)
        give_up(guest, mine, by=user, at=at)
        carry_over(guest, mine)
        return mine
    note, name, agency = mine.note, mine.certificate_name, mine.agency
    set_aside(mine)
    guest.user = user
    forget_contact(guest, keeps_name=False)
    guest.note, guest.certificate_name = guest.note or note, guest.certificate_name or name
    guest.agency = guest.agency or agency
    guest.save()
    carry_nominations(mine, guest)
    give_up(mine, guest, by=user, at=at)
    carry_over(mine, guest)
    mine.answers.all().delete()  # of a row that is nobody's
    return guest


def stays(guest: Registration, mine: Registration, at: datetime) -> Registration:
    """Which of the two rows goes on. Before an event begins it is always the account's. Raises BothNotedDown."""
    if is_noted_down(guest):
        if is_noted_down(mine):
            raise BothNotedDown(
                _(
                    "You have two places at this event, and hours or attendance at both. Both stay as they are; please ask the host."
                )
            )
        return guest
    starts_at = guest.event.starts_at
    has_begun = starts_at is not None and starts_at <= at
    return guest if has_begun and is_better(guest, mine) and not is_noted_down(mine) else mine


def is_noted_down(registration: Registration) -> bool:
    """Whether the row carries something of what the person did, also what was taken back."""
    kinds = (
        registration.door_entries,
        registration.attendances,
        registration.hours,
        registration.certificates,
    )
    return any(rows.exists() for rows in kinds)


def is_better(one: Registration, other: Registration) -> bool:
    return STANDING.index(one.status) < STANDING.index(other.status)


def give_up(old: Registration, new: Registration, *, by: User, at: datetime) -> None:
    """End the place of `old`: for `new` when it was the better one, otherwise for the next in line."""
    if is_better(old, new):
        hand_over(old, new, by=by, at=at, left="cancelled", got="confirmed")
    elif not old.event.is_over(at):
        places.give_back(old, by=by, at=at, template="cancelled")
    elif old.is_live:
        had_seat = old.has_seat
        settle(old, CANCELLED, by=by, at=at, template="")
        if had_seat:
            SeatPool.objects.filter(pk=old.pool_id).update(taken=F("taken") - 1)


def hand_over(
    old: Registration, new: Registration, *, by: User | None, at: datetime, left: str, got: str, reason=""
) -> None:
    """Give the place of `old` to `new`, whichever place it is. Both are locked. `taken` stays as it is.

    When `new` waited or asked, that place is gone: the caller checked that it had no seat. Of a place at an event that is
    over nobody is written to.
    """
    status, pool, since, promoted = old.status, old.pool, old.waiting_since, old.promoted_at
    if old.event.is_over(at):
        left = got = ""
    elif status != CONFIRMED:
        got = LETTERS[status]
    settle(old, CANCELLED, by=by, at=at, template=left, reason=reason)
    new.pool = pool
    settle(
        new,
        status,
        by=by,
        at=at,
        template=got,
        reason=reason,
        waiting_since=since,
        promoted_at=promoted,
    )


def set_aside(mine: Registration) -> None:
    """Take the account out of a row that has nothing of it: its log stays, without anybody."""
    mine.user, mine.guest_name = None, NO_GUEST
    mine.note = mine.certificate_name = ""
    mine.save(update_fields=["user", "guest_name", "note", "certificate_name"])


def carry_nominations(old: Registration, new: Registration) -> None:
    """The personal links of `old` speak of `new` from now on. An agency that put both down keeps its word about each."""
    known = new.nominations.values("agency")
    moved = old.nominations.exclude(agency__in=list(known.values_list("agency", flat=True)))
    Nomination.objects.filter(pk__in=list(moved.values_list("pk", flat=True))).update(registration=new)


def carry_over(old: Registration, new: Registration) -> None:
    """What belongs to the person and not to the row, where `new` has none of it."""
    if not new.answers.exists():
        old.answers.update(registration=new)
    if old.certificate_name and not new.certificate_name:
        new.certificate_name = old.certificate_name
        new.save(update_fields=["certificate_name"])
    old.log_rows.update(registration=new)
    for model in (ThankYou, FeedbackGiven):
        if not model.objects.filter(registration=new).exists():
            model.objects.filter(registration=old).update(registration=new)


def forget_contact(guest: Registration, *, keeps_name: bool) -> None:
    guest.guest_phone = guest.guest_email = ""
    if not keeps_name:
        guest.guest_name = ""
