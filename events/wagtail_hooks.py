"""Events for portal staff: finding one and putting its words right in the Wagtail admin.

Times, seats and status have rules (events/publishing.py); they are changed in the host's console.
"""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from events.models import Event


class EventViewSet(SnippetViewSet):
    model = Event
    icon = "date"
    menu_label = _("Events")
    add_to_admin_menu = True
    list_display = ["title", "host", "starts_at", "status"]
    list_filter = ["status", "kind", "mode"]
    search_fields = ["title", "title_en"]
    ordering = ["-starts_at"]
    panels = [
        MultiFieldPanel(
            [
                FieldPanel("host", read_only=True),
                FieldPanel("status", read_only=True),
                FieldPanel("starts_at", read_only=True),
                FieldPanel("ends_at", read_only=True),
            ],
            heading=_("Facts"),
        ),
        FieldPanel("title"),
        FieldPanel("title_en"),
        FieldPanel("kind"),
        FieldPanel("theme"),
        FieldPanel("topics"),
        FieldPanel("summary"),
        FieldPanel("summary_en"),
        FieldPanel("description"),
        FieldPanel("fee"),
        FieldPanel("contact"),
    ]


register_snippet(EventViewSet)
