"""Why somebody cannot register: the refusals, each a sentence for people, in the language active when it is raised."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event
from portal import zones


class RegistrationError(Exception):
    """A refusal. Its text is a sentence for people."""


class NotOpen(RegistrationError):
    """Nobody can register: not published, not yet, no longer, or nothing to register for."""


class EventCancelled(NotOpen):
    pass


class EventOver(NotOpen):
    pass


class NotYourAgency(RegistrationError):
    """People register in the name of an agency they belong to, or in no agency's name."""


class NotYours(RegistrationError):
    """Only the host decides."""


class CapacityRefused(RegistrationError):
    """The number of seats cannot become what was asked for."""


class NotEnoughSeats(RegistrationError):
    """Several people want seats together. `free` is how many there are for them, `wanted` how many they need."""

    def __init__(self, *, free: int, wanted: int):
        self.free, self.wanted = free, wanted
        if free:
            words = ngettext(
                "%(free)d seat is free, and you need %(wanted)d together. Nobody was put down.",
                "%(free)d seats are free, and you need %(wanted)d together. Nobody was put down.",
                free,
            )
        else:
            words = _("No seat is free, and you need %(wanted)d together. Nobody was put down.")
        super().__init__(words % {"free": free, "wanted": wanted})


class CannotBeSwapped(RegistrationError):
    """This place cannot go to that person."""


def refusal(event: Event, at: datetime, *, has_pool: bool | None = None) -> NotOpen | None:
    """Why nobody can register now, or None when people can. The event's page says the same sentence.

    Who has read a seat pool already says so by `has_pool`.
    """
    if event.is_cancelled:
        return EventCancelled(_("This event has been cancelled."))
    if event.status == Event.Status.DRAFT:
        return NotOpen(_("This event is not published yet."))
    if event.is_over(at):
        return EventOver(_("This event is over."))
    if not (event.takes_registrations if has_pool is None else has_pool):
        return NotOpen(_("This event needs no registration. Just come."))
    if event.registration_opens_at and at < event.registration_opens_at:
        return NotOpen(_("Registration opens on %(time)s.") % {"time": on_its_clocks(event)})
    if not event.is_registration_open(at):
        return NotOpen(_("Registration is closed."))
    return None


def on_its_clocks(event: Event) -> str:
    """When registration opens, on the event's clocks; the zone is named when it is not that of Beijing."""
    opens_at = date_format(timezone.localtime(event.registration_opens_at, event.zone), "DATETIME_FORMAT")
    if event.time_zone == zones.DEFAULT:
        return opens_at
    return _("%(when)s, %(zone)s") % {
        "when": opens_at,
        "zone": zones.in_words(event.time_zone, event.registration_opens_at),
    }
