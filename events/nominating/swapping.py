"""Swapping a colleague in: the place stays, another person of the same agency has it. `taken` is never lowered."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from events.models import Event, Nomination, Registration
from events.nominating.guests import Nominee, account_of
from events.nominating.nomination import already, enter, nominate, note
from events.nominating.two_places import hand_over
from events.registering import registration as places
from events.registering.refusals import CannotBeSwapped, NotYours
from orgs.models import Agency, User
from orgs.permissions import can
from portal import database_clock


def of_agency(event: Event, agency: Agency, *, with_those_given_back: bool = False):
    """The places at this event that this agency may pass on: those it put down, and its members who came in its name."""
    put_down = Nomination.objects.filter(agency=agency, registration__event=event)
    if not with_those_given_back:
        put_down = put_down.filter(declined_at=None)
    colleagues = agency.memberships.active().values("user")
    return event.registrations.filter(
        Q(pk__in=put_down.values("registration")) | Q(agency=agency, user__in=colleagues)
    )


@transaction.atomic
def swap(
    registration: Registration, *, agency: Agency, to: Nominee, by: User, at: datetime | None = None
) -> Nomination:
    """Give this place to a colleague, until the event begins; both are told. Returns the new nomination.

    Raises RegistrationError.
    """
    if not can(by, "events.nominate", agency):
        raise NotYours(_("Owners and managers of an agency put its people down."))
    event = Event.objects.select_for_update(no_key=True, of=("self",)).get(pk=registration.event_id)
    if not of_agency(event, agency).filter(pk=registration.pk).exists():
        raise NotYours(_("Only the places of your own colleagues can be passed on."))
    places.lock(registration)
    at = at or database_clock.read()
    if event.is_cancelled:
        raise CannotBeSwapped(_("This event has been cancelled."))
    if event.starts_at is None or event.starts_at <= at:
        raise CannotBeSwapped(_("The event has begun. Places can be passed on until then."))
    if not registration.is_live:
        raise CannotBeSwapped(_("This place was given back already, so nobody can have it."))
    if told := already(event, to, agency):
        raise CannotBeSwapped(told)
    before = registration.nominations.filter(agency=agency).first()
    if before and not before.made_the_place:
        return put_down_instead(event, before, agency=agency, to=to, by=by, at=at)
    other = existing(event, to)
    if other:
        places.lock(other)
    if other and other.has_seat:
        # Of somebody else's account, which the coordinator cannot know: it keeps its seat, and this one goes on.
        places.give_back(registration, by=by, at=at, template="swapped_out", reason=_("Swapped"))
        newcomer = other
    elif other:
        hand_over(registration, other, by=by, at=at, left="swapped_out", got="confirmed", reason=_("Swapped"))
        newcomer = other
    else:
        newcomer, _is_new = enter(event, to, agency=agency, pool=registration.pool, by=by, at=at)
        hand_over(
            registration, newcomer, by=by, at=at, left="swapped_out", got="confirmed", reason=_("Swapped")
        )
    registration.nominations.filter(agency=agency).update(declined_at=at)
    return note(newcomer, to, agency=agency, by=by, at=at, made_the_place=other is None)


def existing(event: Event, to: Nominee) -> Registration | None:
    """The live place that this person has on their own."""
    account = to.member or account_of(to.email)
    return event.registrations.live().filter(user=account).first() if account else None


def put_down_instead(
    event: Event, before: Nomination, *, agency: Agency, to: Nominee, by: User, at: datetime
) -> Nomination:
    """The first person has the place on their own, which the coordinator cannot know: it stays, the second gets a new one."""
    Nomination.objects.filter(pk=before.pk).update(declined_at=at)
    return nominate(event, agency=agency, people=[to], by=by, at=at).nominations[0]
