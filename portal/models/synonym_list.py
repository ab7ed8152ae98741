"""The words of the field that stand for each other, as portal staff wrote them in place of the list that is shipped."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.search import thesaurus


class SynonymList(models.Model):
    class Language(models.TextChoices):
        CHINESE = "zh", _("Chinese")
        ENGLISH = "en", _("English")

    language = models.CharField(_("language"), max_length=2, choices=Language, unique=True)
    text = models.TextField(
        _("groups"),
        max_length=200_000,
        help_text=_(
            "One group a line: name | words that stand for each other | narrower words | words that only find. Commas "
            "stand between words. Who searches finds by the new list a few seconds after it is saved."
        ),
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        ordering = ["language"]
        verbose_name = _("list of synonyms")
        verbose_name_plural = _("lists of synonyms")

    def __str__(self):
        return self.get_language_display()

    def clean(self):
        try:
            thesaurus.parse(self.text)
        except thesaurus.LineError as error:
            raise ValidationError({"text": str(error)}) from error
