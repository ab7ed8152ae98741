"""What people search for, without the people: words, how often, on how many days, and how much was found."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchedQuerySet(models.QuerySet):
    def told(self):
        """Those whose words are known: asked on enough different days, see `portal.search.query_log`."""
        return self.exclude(words="")

    def in_vain(self):
        return self.filter(hits=0)


class Searched(models.Model):
    """One question. Who asked is nowhere; the words stand here only once they cannot be one person's own."""

    #: A keyed hash of the words, by which the same question is known before its words may be kept.
    fingerprint = models.CharField(max_length=32)
    #: The kind of record that was searched; empty for everything.
    kind = models.CharField(_("searched in"), max_length=20, blank=True)
    words = models.CharField(_("words"), max_length=60, blank=True)
    days = models.PositiveIntegerField(_("days"), default=0)
    asked = models.PositiveIntegerField(_("times"), default=0)
    hits = models.PositiveIntegerField(_("found at last"), default=0)
    last_on = models.DateField(_("last asked"))

    objects = SearchedQuerySet.as_manager()

    class Meta:
        verbose_name = _("question that was searched for")
        verbose_name_plural = _("questions that were searched for")
        ordering = ["hits", "-asked", "words"]
        constraints = [
            models.UniqueConstraint(fields=["fingerprint", "kind"], name="one_row_for_each_question"),
        ]

    def __str__(self):
        return self.words or self.fingerprint
