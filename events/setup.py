"""What the events need in a fresh database."""

from events.models import CalendarPage
from portal.setup import MODERATORS, grant, make_place


def run() -> None:
    make_place(CalendarPage, "events", show_in_menus=True)
    grant(MODERATORS, "events.view_event", "events.change_event")
