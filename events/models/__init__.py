"""When: events with dated sessions, seats and the people who take them."""

from events.models.attendance import Attendance
from events.models.certificate import Certificate, CertificateRule
from events.models.event import Event, EventHost, EventSession
from events.models.hours import HoursEntry, HoursRole, HoursRule, Profession
from events.models.registration import Registration, RegistrationLogEntry, SeatPool
from events.pages import CalendarPage

__all__ = [
    "Attendance",
    "CalendarPage",
    "Certificate",
    "CertificateRule",
    "Event",
    "EventHost",
    "EventSession",
    "HoursEntry",
    "HoursRole",
    "HoursRule",
    "Profession",
    "Registration",
    "RegistrationLogEntry",
    "SeatPool",
]
