"""The places that editors arrange: home, and pages of words such as about and guide."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from portal import home
from portal.blocks import BodyBlocks
from portal.public_parts import PublicParts


class Place(Page):
    """What every page of ours has: an introduction under the title and a body of blocks."""

    introduction = models.TextField(_("introduction"), blank=True, max_length=600)
    body = StreamField(BodyBlocks(), blank=True, verbose_name=_("body"))

    content_panels = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("body")]
    search_fields = [*Page.search_fields, index.SearchField("introduction"), index.SearchField("body")]

    known_restrictions = None  # as `portal.place_views` found them

    class Meta:
        abstract = True

    def get_view_restrictions(self):
        found = self.known_restrictions
        return super().get_view_restrictions() if found is None else found


class HomePage(Place):
    """The front door. Its sections are filled by the apps above through `portal.home`."""

    template = "portal/home.html"
    max_count_per_parent = 1
    parent_page_types = ["wagtailcore.Page"]

    def get_context(self, request, *args, **kwargs):
        parts = PublicParts(request, lambda visitor: {"page": self, **home.context(visitor.user)})
        return {**super().get_context(request, *args, **kwargs), "parts": parts}


class StandardPage(Place):
    """A page of words: about, guide, privacy."""

    template = "portal/standard.html"
