"""Best bets: what editors recommend to whoever searches for certain words, above all that was found."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from portal.bilingual import Text, pick
from portal.search.address import record_at
from portal.search.analysis import tokens


class BestBet(models.Model):
    words = models.TextField(
        _("words"),
        max_length=1000,
        help_text=_(
            "One a line. Who searches for one of them, also inside a longer question, sees this on top."
        ),
    )
    page = models.ForeignKey(
        Page, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("page")
    )
    address = models.CharField(
        _("or the address of a case study, an agency or an event"),
        max_length=300,
        blank=True,
        help_text=_("As it stands in the browser. It is shown while everybody may read it."),
    )
    sentence_zh = models.CharField(_("why, in Chinese"), max_length=120)
    sentence_en = models.CharField(_("why, in English"), max_length=240, blank=True)
    is_active = models.BooleanField(_("shown"), default=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("best bet")
        verbose_name_plural = _("best bets")
        constraints = [
            models.CheckConstraint(
                condition=Q(page=None) & ~Q(address="") | Q(page__isnull=False, address=""),
                name="a_best_bet_leads_to_one_place",
                violation_error_message=_("Choose a page, or give an address: one of the two."),
            ),
            models.CheckConstraint(condition=~Q(words=""), name="a_best_bet_has_words"),
        ]

    def __str__(self):
        return self.words.partition("\n")[0]

    def clean(self):
        if not self.asked_by:
            raise ValidationError({"words": _("Write at least one word that people search for.")})
        if self.address and record_at(self.address) is None:
            raise ValidationError(
                {"address": _("This is no published case study, agency or event of this portal.")}
            )

    @property
    def asked_by(self) -> list[tuple[str, ...]]:
        """The words as tokens of the search."""
        return [word for line in self.words.splitlines() if (word := tuple(tokens(line)))]

    @property
    def sentence(self) -> Text:
        return pick(zh=self.sentence_zh, en=self.sentence_en)
