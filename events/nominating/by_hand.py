"""The host adds somebody by hand: who called, or stands at the door."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from events.models import Event, Registration, SeatPool
from events.nominating.guests import Nominee
from events.nominating.nomination import already, enter, note
from events.permissions import can_manage
from events.registering import waiting_list
from events.registering.refusals import NotOpen, NotYours, RegistrationError, refusal
from events.registering.seats import pools_for
from events.registering.standing import settle
from orgs.models import Agency, User
from portal import database_clock

CONFIRMED = Registration.Status.CONFIRMED


@transaction.atomic
def put_down_by_host(
    event: Event,
    nominee: Nominee,
    *,
    by: User,
    agency: Agency | None = None,
    one_more_chair: bool = False,
    at: datetime | None = None,
) -> Registration:
    """The host adds somebody by hand, before or after registration closes. Raises RegistrationError.

    With `one_more_chair` a full room gets a seat more, for this person; the log says so.
    """
    event = Event.objects.select_for_update(no_key=True, of=("self",)).select_related("host").get(pk=event.pk)
    if not can_manage(by, event):
        raise NotYours(_("Only the host decides who comes."))
    at = at or database_clock.read()
    if event.is_cancelled or event.is_over(at) or event.status == Event.Status.DRAFT:
        raise refusal(event, at, has_pool=True) or NotOpen(_("Registration is closed."))
    pools = pools_for(event, agency=agency)
    if not pools:
        raise NotOpen(_("Say first how many seats there are."))
    if told := already(event, nominee, event.host):
        raise RegistrationError(told)
    registration, is_new = enter(event, nominee, agency=agency, pool=pools[-1], by=by, at=at)
    note(registration, nominee, agency=event.host, by=by, at=at, made_the_place=is_new)
    if not is_new:
        return registration
    for pool in pools:
        if SeatPool.objects.filter(pk=pool.pk, taken__lt=F("capacity")).update(taken=F("taken") + 1):
            registration.pool = pool
            settle(registration, CONFIRMED, by=by, at=at, template="confirmed")
            return registration
    if not one_more_chair:
        waiting_list.join(registration, by=by, at=at)
        return registration
    settle(registration, CONFIRMED, by=by, at=at, template="confirmed", reason=_("One more chair"))
    SeatPool.objects.filter(pk=pools[-1].pk).update(capacity=F("capacity") + 1, taken=F("taken") + 1)
    return registration
