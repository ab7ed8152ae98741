"""A series: a programme whose runs are events."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from orgs.models import Agency
from portal.bilingual import Text, original


class EventSeriesQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those with an event that this person may see, and one's own agency's."""
        visible = Q(pk__in=Event.objects.visible_to(user).exclude(series=None).values("series"))
        if user.is_authenticated:
            visible |= Q(host__in=user.memberships.active().values("agency"))
        return self.filter(visible)


class EventSeries(models.Model):
    """A programme of one agency: what its runs have in common. One registers for a run."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    host = models.ForeignKey(Agency, models.CASCADE, related_name="event_series", verbose_name=_("host"))
    language = models.CharField(
        _("language"), max_length=10, default="zh-hans", choices=[("zh-hans", "简体中文"), ("en", "English")]
    )
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=240, blank=True)
    summary = models.TextField(_("in short"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = EventSeriesQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "pk"]
        verbose_name = _("series")
        verbose_name_plural = _("series")

    def __str__(self):
        return self.display_title

    def get_absolute_url(self):
        return reverse("series", args=[self.public_id])

    @property
    def display_title(self) -> Text:
        return original(self.title, self.language, en=self.title_en)
