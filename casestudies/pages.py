"""The place of the library: its words are the editors', its rows come from `casestudies.library`."""

from casestudies import library
from casestudies.keeping import keep_buttons
from portal import changes
from portal.models.pages import Place
from portal.public_parts import PublicParts
from portal.search import query_log


class LibraryPage(Place):
    template = "casestudies/library.html"
    max_count_per_parent = 1
    subpage_types: list[str] = []
    show_in_menus_default = True

    def get_context(self, request, *args, **kwargs):
        parts = PublicParts(
            request,
            lambda visitor: library.context(visitor.GET),
            about=(changes.TEXTS,),
            finish=lambda html: keep_buttons.for_reader(html, request.user),
        )
        if "q" in request.GET:
            _began, shown = parts.made
            if not (shown["is_limited"] or shown["chosen"]):
                query_log.note_reader(request, shown["words"], kind="case", hits=shown["total"])
        return {**super().get_context(request, *args, **kwargs), "parts": parts}
