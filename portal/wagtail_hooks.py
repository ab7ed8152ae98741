"""What editors tell the search (best bets, words that stand for each other), and what it tells them: the questions of readers.

And what moderators look after: jobs that failed for good.
"""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.reports import ReportView
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet, SnippetViewSetGroup

from portal import dead_letter_views
from portal.choosing import ChosenByThoseWhoView, DeletedByThoseWhoView
from portal.models import BestBet, Searched, SynonymList
from portal.search import thesaurus


class BestBetViewSet(SnippetViewSet):
    model = BestBet
    chooser_viewset_class = ChosenByThoseWhoView
    icon = "pick"
    menu_label = _("Best bets")
    list_display = ["__str__", "page", "address", "is_active"]
    list_filter = ["is_active"]
    panels = [
        FieldPanel(name) for name in ("words", "page", "address", "sentence_zh", "sentence_en", "is_active")
    ]


class SynonymListCreateView(CreateView):
    """Begins with the list that is shipped, of the first language that has no other yet."""

    def get_initial_form_instance(self):
        there = set(SynonymList.objects.values_list("language", flat=True))
        language = next((each for each in SynonymList.Language.values if each not in there), "zh")
        return SynonymList(language=language, text=thesaurus.shipped(language))


class SynonymListViewSet(SnippetViewSet):
    model = SynonymList
    chooser_viewset_class = ChosenByThoseWhoView
    icon = "list-ul"
    menu_label = _("Synonyms")
    add_view_class = SynonymListCreateView
    list_display = ["__str__", "changed_at"]
    panels = [FieldPanel("language"), FieldPanel("text")]


class SearchGroup(SnippetViewSetGroup):
    items = (BestBetViewSet, SynonymListViewSet)
    menu_label = _("Search words")
    menu_icon = "search"
    add_to_admin_menu = True


register_snippet(SearchGroup)


class SearchedView(ReportView):
    """Nothing found comes first, and of that the most asked."""

    model = Searched
    page_title = _("What people look for")
    header_icon = "search"
    index_url_name = "searched"
    index_results_url_name = "searched_results"
    list_export = ["words", "kind", "hits", "asked", "days", "last_on"]
    export_filename = "searched"
    columns = [
        Column("words", label=_("Words")),
        Column("kind", label=_("Searched in")),
        Column("hits", label=_("Found at last")),
        Column("asked", label=_("Times")),
        Column("days", label=_("Days")),
        DateColumn("last_on", label=_("Last asked")),
    ]

    def get_base_queryset(self):
        return Searched.objects.told()


hooks.register("register_bulk_action", DeletedByThoseWhoView, order=1)  # instead of Wagtail's own


@hooks.register("register_admin_urls")
def addresses():
    return [
        path("reports/searched/", SearchedView.as_view(), name="searched"),
        path("reports/failed-jobs/", dead_letter_views.failed_jobs, name="failed_jobs"),
        path("reports/failed-jobs/act/", dead_letter_views.act_on_failed_jobs, name="act_on_failed_jobs"),
        path("reports/searched/results/", SearchedView.as_view(results_only=True), name="searched_results"),
    ]


@hooks.register("register_reports_menu_item")
def menu_item():
    return MenuItem(SearchedView.page_title, reverse("searched"), icon_name="search", order=900)


class FailedJobsItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm(dead_letter_views.PERMISSION)


@hooks.register("register_reports_menu_item")
def failed_jobs_item():
    return FailedJobsItem(dead_letter_views.TITLE, reverse("failed_jobs"), icon_name="warning", order=950)
