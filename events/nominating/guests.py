"""People without an account, and how their places become an account's: by a confirmed address, or by their personal link.

What others typed about a guest is kept no longer than needed: telephone and address go 90 days after the event.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, user_signed_up
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from events.leaving import NO_GUEST
from events.models import Event, Nomination, Registration
from events.nominating import two_places
from events.registering import registration as places
from events.registering.refusals import EventOver, RegistrationError
from orgs.models import User
from portal import database_clock

KEPT_FOR = timedelta(days=90)
#: How long after the event a personal link stays open. Never longer than what says whose place it is (`closes_on`).
LINK_OPEN_FOR = timedelta(days=90)
logger = logging.getLogger("portal.security")


def closes_on(event: Event) -> date | None:
    """The first day on which personal links of this event show nothing; None as long as it has no sessions.

    Not after the day on which the address of a guest is forgotten: from then on a link would go to any account.
    """
    if event.ends_at is None:
        return None
    kept_for = timedelta(days=settings.PLACES_KEPT_DAYS) if settings.PLACES_KEPT_DAYS else KEPT_FOR
    return timezone.localdate(event.ends_at) + min(LINK_OPEN_FOR, KEPT_FOR, kept_for)


def is_closed(nomination: Nomination, at: datetime) -> bool:
    """Whether the personal link shows nothing any more: its time is over, or who it was for was forgotten."""
    registration = nomination.registration
    if NO_GUEST in (nomination.name, registration.guest_name):
        return True
    day = closes_on(registration.event)
    return day is not None and day <= timezone.localdate(at)


@dataclass(frozen=True)
class Nominee:
    """Somebody to put down. A colleague from the member list is `member`; of all others only what was typed is known."""

    name: str
    phone: str = ""
    email: str = ""
    member: User | None = None

    def __str__(self):
        return self.name


def account_of(email: str) -> User | None:
    """The account with this confirmed address. For rules only: no page may tell whether there is one."""
    if not email:
        return None
    address = EmailAddress.objects.filter(email__iexact=email, verified=True, user__is_active=True)
    return User.objects.filter(pk__in=address.values("user")).first()


def addresses_of(user: User) -> list[str]:
    """The confirmed addresses of an account, in lower case."""
    verified = EmailAddress.objects.filter(user=user, verified=True)
    return [email.lower() for email in verified.values_list("email", flat=True)]


@transaction.atomic
def claim(user: User, *, at: datetime | None = None) -> list[Registration]:
    """Make the places under this person's confirmed addresses theirs. Returns those that are theirs now."""
    at = at or database_clock.read()
    mine = Registration.objects.filter(user=None, guest_email__in=addresses_of(user))
    claimed = []
    for guest in mine.order_by("event", "pk"):
        try:
            claimed.append(become(guest, user, at=at))
        except two_places.BothNotedDown:  # said on the page of the personal link
            logger.info("two_places_stay", extra={"facts": {"place": str(guest.public_id)}})
    return claimed


def become(guest: Registration, user: User, *, at: datetime) -> Registration:
    """Let a guest's place be this account's, which may have one already: then one of the two stays (`two_places`).

    Must run in a transaction. Raises BothNotedDown, and then nothing has happened.
    """
    Event.objects.select_for_update(no_key=True).get(pk=guest.event_id)
    places.lock(guest)
    mine = Registration.objects.filter(event=guest.event_id, user=user).first()
    if guest.user_id:
        return guest
    if mine is None:
        guest.user = user
        two_places.forget_contact(guest, keeps_name=False)
        guest.save(update_fields=["user", "guest_name", "guest_phone", "guest_email"])
        return guest
    places.lock(mine)
    return two_places.join(guest, mine, user=user, at=at)


@transaction.atomic
def say_this_is_me(nomination: Nomination, *, user: User, at: datetime | None = None) -> Registration:
    """By the personal link somebody who is signed in takes the place into their account. Raises RegistrationError.

    A place with an e-mail address goes only to the account with that address: a link is passed on too easily.
    """
    at = at or database_clock.read()
    registration = nomination.registration
    if is_closed(nomination, at):
        raise EventOver(_("This link is no longer open."))
    if nomination.email and nomination.email not in addresses_of(user):
        raise RegistrationError(
            _(
                "This place was put down for another e-mail address than yours. Add that address to your account; as soon as it is confirmed the place is yours."
            )
        )
    if registration.user_id is None:
        own(nomination)
        return become(registration, user, at=at)
    if registration.user_id != user.pk:
        raise RegistrationError(_("Somebody has taken this place into their account already."))
    own(nomination)
    return registration


def own(nomination: Nomination) -> None:
    """The account stands by this place under its own name."""
    Nomination.objects.filter(pk=nomination.pk).update(is_owned=True)


def forget(on: date) -> list[str]:
    """Delete telephone and address of guests, and what coordinators typed, 90 days after the event. Names stay."""
    over = Event.objects.filter(ends_at__date__lte=on - KEPT_FOR)
    known = ~Q(guest_phone="") | ~Q(guest_email="")
    guests = Registration.objects.filter(known, event__in=over).update(guest_phone="", guest_email="")
    typed = Nomination.objects.filter(~Q(phone="") | ~Q(email=""), registration__event__in=over)
    number = guests + typed.update(phone="", email="")
    return [f"contact of {number} guests is forgotten"] if number else []


def forget_names(on: date) -> list[str]:
    """Long after an event: who its guests were, what was noted, and names typed for certificates, which keep theirs."""
    if not settings.PLACES_KEPT_DAYS:
        return []
    over = Event.objects.filter(ends_at__date__lte=on - timedelta(days=settings.PLACES_KEPT_DAYS))
    places = Registration.objects.filter(event__in=over)
    named = places.filter(user=None).exclude(guest_name=NO_GUEST)
    number = named.update(guest_name=NO_GUEST, guest_phone="", guest_email="")
    typed = Nomination.objects.filter(registration__event__in=over).exclude(name=NO_GUEST)
    number += typed.update(name=NO_GUEST, phone="", email="")
    number += places.exclude(note="", certificate_name="").update(note="", certificate_name="")
    return [f"{number} names and notes of old events are forgotten"] if number else []


@receiver(email_confirmed)
def when_an_address_is_confirmed(sender, email_address, **kwargs):
    claim(email_address.user)


@receiver(user_signed_up)
def when_somebody_signs_up(sender, user, **kwargs):
    claim(user)  # an address that another service has confirmed comes without the signal above
