"""The place of the library: its words are the editors', its rows come from `casestudies.library`."""

from casestudies import library
from portal.models.pages import Place


class LibraryPage(Place):
    template = "casestudies/library.html"
    max_count_per_parent = 1
    subpage_types: list[str] = []
    show_in_menus_default = True

    def get_context(self, request, *args, **kwargs):
        return {**super().get_context(request, *args, **kwargs), **library.context(request.GET, request.user)}
