"""The place of the calendar: its words are the editors', its rows come from `events.calendar`."""

from events import calendar
from portal.models.pages import Place


class CalendarPage(Place):
    template = "events/calendar.html"
    max_count_per_parent = 1
    subpage_types: list[str] = []
    show_in_menus_default = True

    def get_context(self, request, *args, **kwargs):
        return {
            **super().get_context(request, *args, **kwargs),
            **calendar.context(request.GET, request.user),
        }
