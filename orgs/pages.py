"""The place of the directory: its words are the editors', its rows come from `orgs.directory`."""

from orgs import directory
from portal import changes
from portal.models.pages import Place
from portal.public_parts import PublicParts
from portal.search import query_log


class DirectoryPage(Place):
    template = "orgs/directory.html"
    max_count_per_parent = 1
    subpage_types: list[str] = []
    show_in_menus_default = True

    def get_context(self, request, *args, **kwargs):
        parts = PublicParts(
            request,
            lambda visitor: {"page": self, **directory.context(visitor.GET)},
            about=(changes.TEXTS,),
        )
        if "q" in request.GET:
            _began, shown = parts.made
            if shown["choices"].is_words_alone and not shown["is_limited"]:
                words = shown["choices"].words
                query_log.note_reader(request, words, kind="agency", hits=shown["agency_count"])
        begins_a_list = not {"page", "view"} & request.GET.keys()
        return {
            **super().get_context(request, *args, **kwargs),
            "parts": parts,
            "own_drafts": directory.own_drafts(request.user) if begins_a_list else (),
        }
