"""Events for portal staff: finding one and putting its words right in the Wagtail admin.

Times, seats and status have rules (events/hosting/publishing.py); they are changed in the host's console.
"""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from events.models import Event, HoursRule
from portal.choosing import ChosenByThoseWhoView


class EventViewSet(SnippetViewSet):
    model = Event
    chooser_viewset_class = ChosenByThoseWhoView
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


class HoursRuleViewSet(SnippetViewSet):
    """How many hours are asked of whom. A rule that changes gets an end, and the new one a row of its own."""

    model = HoursRule
    chooser_viewset_class = ChosenByThoseWhoView
    icon = "time"
    menu_label = _("Hours rules")
    add_to_admin_menu = True
    list_display = ["role", "division", "hours", "years", "valid_from", "valid_until", "is_confirmed"]
    list_filter = ["role", "is_confirmed"]
    ordering = ["role", "-valid_from"]
    panels = [
        FieldPanel("role"),
        FieldPanel("division"),
        FieldPanel("hours"),
        FieldPanel("years"),
        FieldPanel("minutes_per_hour"),
        FieldPanel("valid_from"),
        FieldPanel("valid_until"),
        FieldPanel("source"),
        FieldPanel("is_confirmed"),
    ]


register_snippet(HoursRuleViewSet)
