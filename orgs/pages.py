"""The place of the directory: its words are the editors', its rows come from `orgs.directory`."""

from orgs import directory
from portal.models.pages import Place


class DirectoryPage(Place):
    template = "orgs/directory.html"
    max_count_per_parent = 1
    subpage_types: list[str] = []
    show_in_menus_default = True

    def get_context(self, request, *args, **kwargs):
        return {
            **super().get_context(request, *args, **kwargs),
            **directory.context(request.GET, request.user),
        }
