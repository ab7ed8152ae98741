"""The controlled vocabularies: one table, many schemes. Codes are ours and never change their meaning."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

from portal.bilingual import Text, pick


class TopicQuerySet(models.QuerySet):
    def of(self, scheme: str):
        """The terms of one vocabulary that are in use, in its own order."""
        return self.filter(scheme=scheme, is_active=True)

    def top(self):
        return self.filter(parent=None)


class Topic(index.Indexed, models.Model):
    """One term of one vocabulary, such as pop:children in the vocabulary of population groups."""

    class Scheme(models.TextChoices):
        POPULATION = "pop", _("Population group")
        SERVICE = "svc", _("Service")
        METHOD = "mth", _("Method")
        ORGANISATION = "org", _("Organisation type")
        FUNDING = "fund", _("Funding source")
        COLLABORATION = "col", _("Kind of partnership")
        THEME = "thm", _("Event theme")
        LANGUAGE = "lng", _("Language or dialect")
        SETTING = "set", _("Setting of the work")
        MIGRATION = "mob", _("Migration situation")
        AGE = "age", _("Age band")

    scheme = models.CharField(_("vocabulary"), max_length=8, choices=Scheme)
    code = models.CharField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("broader term")
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = TopicQuerySet.as_manager()

    search_fields = [
        index.SearchField("name_zh"),
        index.AutocompleteField("name_zh"),
        index.SearchField("name_en"),
        index.AutocompleteField("name_en"),
        index.FilterField("scheme"),
    ]

    class Meta:
        ordering = ["scheme", "position"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self):
        return self.name

    @property
    def name(self) -> Text:
        return pick(zh=self.name_zh, en=self.name_en)
