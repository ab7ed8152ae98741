"""What is kept about people at events, and until when."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from events.attending import meeting_log
from events.nominating import guest_data, guests
from events.registering import questions
from portal.personal_data import CREDIT, TAKING_PART
from portal.retention import Rule, so_long

RULES = [
    Rule(
        _("Answers to the questions of an event"),
        TAKING_PART,
        _("As many days after the event as its page says, a year at most."),
        questions.forget,
    ),
    Rule(
        _("Telephone and address of people whom a colleague put down"),
        TAKING_PART,
        _("90 days after the event."),
        guests.forget,
    ),
    Rule(
        _("Links to what is held about people without an account"),
        TAKING_PART,
        _("One day; each opens once."),
        guest_data.forget_links,
    ),
    Rule(
        _("Names and addresses in the log of an online meeting"),
        CREDIT,
        _("90 days after the event; the attended minutes stay."),
        meeting_log.forget,
    ),
    Rule(
        _("Names of people without an account, notes to the host, and names typed for certificates"),
        TAKING_PART,
        so_long(_("{days} days after the event."), settings.PLACES_KEPT_DAYS),
        guests.forget_names,
    ),
    Rule(
        _("Places, attended minutes, hours and certificates"),
        CREDIT,
        _("As long as the event is kept; without your name when you close your account."),
    ),
]
