"""When: events with dated sessions, seats and the people who take them."""

from events.models.event import Event, EventHost, EventSession
from events.models.nomination import Nomination
from events.models.registration import Registration, RegistrationLogEntry, SeatPool
from events.pages import CalendarPage

__all__ = [
    "CalendarPage",
    "Event",
    "EventHost",
    "EventSession",
    "Nomination",
    "Registration",
    "RegistrationLogEntry",
    "SeatPool",
]
