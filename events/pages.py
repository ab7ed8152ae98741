"""The place of the calendar: its words are the editors', its rows come from `events.calendar`."""

from events import calendar
from portal.models.pages import Place
from portal.public_parts import PublicParts
from portal.search import query_log


class CalendarPage(Place):
    template = "events/calendar.html"
    max_count_per_parent = 1
    subpage_types: list[str] = []
    show_in_menus_default = True

    def get_context(self, request, *args, **kwargs):
        parts = PublicParts(
            request, lambda visitor: {"page": self, **calendar.context(visitor.GET, visitor.user)}
        )
        if "q" in request.GET:
            _began, shown = parts.made
            chosen = shown["filters"].chosen
            if shown["view"] != "month" and chosen.keys() == {"q"} and not shown["is_limited"]:
                query_log.note_reader(
                    request, chosen["q"], kind="event", hits=shown["events"].paginator.count
                )
        return {**super().get_context(request, *args, **kwargs), "parts": parts}
