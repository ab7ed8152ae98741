"""Case studies for portal staff: reading, moderating and publishing in the Wagtail admin.

Sections are edited as HTML here; whatever is typed, the model keeps only what `casestudies.rich_text` lets through.
"""

import django_filters
from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.admin.ui.tables import BooleanColumn, DateColumn, UpdatedAtColumn
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.models import WorkflowState
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from casestudies.models import CaseStudy
from portal.choosing import ChosenByThoseWhoView

REACH = ("people_reached", "sessions_held", "service_hours")
RESOURCES = (
    "staff_involved",
    "volunteers_involved",
    "cost_band",
    "funding_note",
    "participation",
    "participation_note",
)
ETHICS = ("has_children_under_14", "consent_note", "ethics_statement", "ethics_approval")


def awaiting_review():
    """The workflow states of a case that wait for a reviewer, as a subquery."""
    return WorkflowState.objects.filter(
        status=WorkflowState.STATUS_IN_PROGRESS,
        base_content_type__app_label="casestudies",
        base_content_type__model="casestudy",
        object_id=Cast(OuterRef("pk"), CharField()),
    )


class CaseStudyFilterSet(WagtailFilterSet):
    is_awaiting_review = django_filters.BooleanFilter(label=_("Awaiting review"))

    class Meta:
        model = CaseStudy
        fields = ["is_awaiting_review", "live", "agency", "kind", "evidence_level", "language"]


class CaseStudyViewSet(SnippetViewSet):
    model = CaseStudy
    chooser_viewset_class = ChosenByThoseWhoView
    icon = "doc-full"
    menu_label = _("Case studies")
    menu_name = "case-studies"
    add_to_admin_menu = True
    list_display = [
        "title",
        "agency",
        BooleanColumn("is_awaiting_review", label=_("Awaiting review"), sort_key="is_awaiting_review"),
        BooleanColumn("live", label=_("Published"), sort_key="live"),
        DateColumn("first_published_at", label=_("First published"), sort_key="first_published_at"),
        UpdatedAtColumn(),
    ]
    list_per_page = 50
    filterset_class = CaseStudyFilterSet
    search_fields = ["title", "title_en", "abstract"]
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    FieldPanel("title"),
                    FieldRowPanel([FieldPanel("title_en"), FieldPanel("title_zh")]),
                    FieldPanel("abstract", widget=AdminAutoHeightTextInput),
                    FieldPanel("abstract_en", widget=AdminAutoHeightTextInput),
                    FieldPanel("abstract_zh", widget=AdminAutoHeightTextInput),
                    FieldRowPanel([FieldPanel("kind"), FieldPanel("language"), FieldPanel("translation")]),
                    FieldRowPanel([FieldPanel("evidence_level"), FieldPanel("maturity")]),
                    FieldPanel("evidence_basis", widget=AdminAutoHeightTextInput),
                    FieldPanel("licence"),
                ],
                heading=_("About the case"),
            ),
            ObjectList(
                [FieldPanel(name, widget=AdminAutoHeightTextInput) for name in CaseStudy.SECTIONS],
                heading=_("Sections"),
            ),
            ObjectList(
                [
                    InlinePanel("authors", label=_("Authors"), max_num=6),
                    InlinePanel("partners", label=_("Partner agencies"), max_num=10),
                    FieldPanel("topics"),
                    MultiFieldPanel(
                        [
                            FieldRowPanel([FieldPanel("started_on"), FieldPanel("ended_on")]),
                            FieldPanel("work_status"),
                            FieldRowPanel([FieldPanel(name) for name in REACH]),
                        ],
                        heading=_("When, and for how many"),
                    ),
                    MultiFieldPanel(
                        [FieldPanel(name) for name in RESOURCES], heading=_("With what, and with whom")
                    ),
                    MultiFieldPanel([FieldPanel(name) for name in ETHICS], heading=_("Consent and ethics")),
                ],
                heading=_("Who and what"),
            ),
        ]
    )

    def get_queryset(self, request):
        return CaseStudy.objects.select_related("agency").annotate(
            is_awaiting_review=Exists(awaiting_review())
        )


register_snippet(CaseStudyViewSet)
