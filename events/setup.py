"""What the events need in a fresh database."""

from events.hours import rules as hours_rules
from events.models import CalendarPage
from portal.setup import MODERATORS, grant, make_place


def run() -> None:
    make_place(CalendarPage, "events", show_in_menus=True)
    hours_rules.load()
    grant(MODERATORS, "events.view_event", "events.change_event")
    # Not "delete": a rule that no longer holds is given an end, and stays for the periods that it was for.
    grant(MODERATORS, *(f"events.{may}_hoursrule" for may in ("add", "change", "view")))
