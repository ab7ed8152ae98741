"""When: events with dated sessions, seats and the people who take them."""

from events.models.attendance import Attendance, DoorEntry
from events.models.event import Event, EventHost, EventSession
from events.models.feedback import Feedback, FeedbackGiven
from events.models.meeting_log import MeetingLogRow
from events.models.registration import Registration, RegistrationLogEntry, SeatPool
from events.pages import CalendarPage

__all__ = [
    "Attendance",
    "CalendarPage",
    "DoorEntry",
    "Event",
    "EventHost",
    "EventSession",
    "Feedback",
    "FeedbackGiven",
    "MeetingLogRow",
    "Registration",
    "RegistrationLogEntry",
    "SeatPool",
]
