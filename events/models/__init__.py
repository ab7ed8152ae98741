"""When: events with dated sessions, seats and the people who take them."""

from events.models.attendance import Attendance, DoorEntry
from events.models.certificate import Certificate, CertificateRule
from events.models.dropped import DroppedSession
from events.models.event import Event, EventHost
from events.models.feed import PersonalFeed
from events.models.feedback import Feedback, FeedbackGiven
from events.models.guest_link import GuestLink
from events.models.hours import HoursEntry, HoursRole, HoursRule, Profession
from events.models.material import Material
from events.models.meeting_log import MeetingLogRow
from events.models.message import GroupMessage, MessageCopy
from events.models.nomination import Nomination
from events.models.question import Answer, Question
from events.models.registration import Registration, RegistrationLogEntry, SeatPool
from events.models.reminder import LetterPlan, Reminder, ThankYou
from events.models.series import EventSeries
from events.models.session import EventSession
from events.pages import CalendarPage

__all__ = [
    "Answer",
    "Attendance",
    "CalendarPage",
    "Certificate",
    "CertificateRule",
    "DoorEntry",
    "DroppedSession",
    "Event",
    "EventHost",
    "EventSeries",
    "EventSession",
    "Feedback",
    "FeedbackGiven",
    "GroupMessage",
    "GuestLink",
    "HoursEntry",
    "HoursRole",
    "HoursRule",
    "LetterPlan",
    "Material",
    "MeetingLogRow",
    "MessageCopy",
    "Nomination",
    "PersonalFeed",
    "Profession",
    "Question",
    "Registration",
    "RegistrationLogEntry",
    "Reminder",
    "SeatPool",
    "ThankYou",
]
