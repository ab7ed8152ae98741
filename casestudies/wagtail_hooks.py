"""Case studies for portal staff: reading, moderating and publishing in the Wagtail admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from casestudies.models import CaseStudy


class CaseStudyViewSet(SnippetViewSet):
    model = CaseStudy
    icon = "doc-full"
    menu_label = _("Case studies")
    add_to_admin_menu = True
    list_display = ["title", "agency", "live", "first_published_at"]
    search_fields = ["title"]
    panels = [
        FieldPanel("title"),
        FieldPanel("title_en"),
        FieldPanel("abstract"),
        FieldPanel("abstract_en"),
        MultiFieldPanel([FieldPanel(name) for name in CaseStudy.SECTIONS], heading=_("Sections")),
        FieldPanel("evidence_level"),
        FieldPanel("topics"),
        InlinePanel("authors", label=_("Authors")),
    ]


register_snippet(CaseStudyViewSet)
