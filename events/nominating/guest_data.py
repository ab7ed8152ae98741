"""What is held about people without an account: they ask by their address, and a link in a mail opens it once.

Whoever has the mail may read it, take it along and have it deleted. The page that asks says the same of every address;
whether anything is held under it, the worker finds out. After 90 days nothing is found by an address any more, because
the portal has forgotten it (`events.nominating.guests.forget`).
"""

import hashlib
import logging
import secrets
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from events import leaving
from events.models import GuestLink, MeetingLogRow, Nomination, Registration
from events.registering.registration import give_back, lock
from orgs.models import Invitation
from portal import erasures, mail, personal_data
from portal.outbox import after_commit
from portal.personal_data import Held
from portal.retention import midnight

VALID_FOR = timedelta(hours=24)
#: So long it is open in the browser that used the link.
OPEN_FOR = timedelta(minutes=30)
#: Nobody's mailbox is filled by asking again and again.
AT_MOST_EVERY = timedelta(minutes=10)
logger = logging.getLogger("portal.security")


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def ask(address: str, *, language: str) -> None:
    """Let the worker look whether anything is held under this address, and send the link if so."""
    send_link.enqueue(address=address.lower(), language=language)


@after_commit
@transaction.atomic
def send_link(*, address: str, language: str) -> None:
    """Mail the link, if anything is held under the address and none was sent a moment ago."""
    now = timezone.now()
    if GuestLink.objects.filter(address=address, made_at__gt=now - AT_MOST_EVERY).exists() or not held(
        address
    ):
        return
    token = secrets.token_urlsafe(32)
    GuestLink.objects.create(address=address, token_hash=hash_of(token), made_at=now)
    mail.send("events/guest_data", to=address, language=language, context={"token": token})


def by_token(token: str, *, at: datetime | None = None) -> GuestLink | None:
    """The link that was not used yet; None when there is none, or its day is over."""
    made_after = (at or timezone.now()) - VALID_FOR
    return GuestLink.objects.filter(token_hash=hash_of(token), used_at=None, made_at__gt=made_after).first()


def use(link: GuestLink, *, at: datetime | None = None) -> bool:
    """Use the link; False when somebody was faster."""
    unused = GuestLink.objects.filter(pk=link.pk, used_at=None)
    return bool(unused.update(used_at=at or timezone.now()))


def opened(pk, *, at: datetime | None = None) -> GuestLink | None:
    """The link with this key, as long as what it opened stays open."""
    used_after = (at or timezone.now()) - OPEN_FOR
    return GuestLink.objects.filter(pk=pk, used_at__gt=used_after).first() if pk else None


def held(address: str) -> list[Held]:
    """Everything held under this address about somebody without an account."""
    return personal_data.held_under(address)


@transaction.atomic
def forget(address: str, *, at: datetime | None = None) -> None:
    """Remove who this was from everything under the address. Seats at events to come go to the next in line."""
    at = at or timezone.now()
    mine = Registration.objects.filter(user=None, guest_email__iexact=address)
    for place in (
        mine.live().filter(Q(event__ends_at__gte=at) | Q(event__ends_at=None)).order_by("event", "pk")
    ):
        lock(place)
        give_back(place, by=None, at=at, template="cancelled")
    for place in mine:
        erasures.write_down(place.public_id)
    logger.info("guest_forgotten", extra={"facts": {"places": len(mine)}})
    leaving.forget_places(mine, name=leaving.NO_GUEST)
    typed = Nomination.objects.filter(email__iexact=address)
    typed.update(name=leaving.NO_GUEST, phone="", email="")
    MeetingLogRow.objects.filter(email__iexact=address).delete()
    Invitation.objects.filter(email__iexact=address, accepted_at=None).delete()
    mail.forget({address})
    GuestLink.objects.filter(address__iexact=address).delete()


def forget_links(on: date) -> list[str]:
    """Delete links whose day is over."""
    number, _rows = GuestLink.objects.filter(made_at__lt=midnight(on) - VALID_FOR).delete()
    return [f"{number} links to what is held about guests deleted"] if number else []
