"""Administrative divisions of China (GB/T 2260). A code can be given again, so a division is a code and its first year."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.bilingual import Text, pick


class DivisionQuerySet(models.QuerySet):
    def current(self):
        """Divisions in force."""
        return self.filter(last_year=None)

    def within(self, division: "Division"):
        """The division itself and everything below it. The codes nest: two digits province, four prefecture, six county."""
        return self.filter(code__startswith=division.stem)


class Division(models.Model):
    class Level(models.TextChoices):
        PROVINCE = "province", _("Province")
        PREFECTURE = "prefecture", _("Prefecture")
        COUNTY = "county", _("County")
        TOWNSHIP = "township", _("Township")

    code = models.CharField(_("code"), max_length=12, db_index=True)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80)
    level = models.CharField(_("level"), max_length=12, choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    first_year = models.PositiveSmallIntegerField(_("first year"))
    last_year = models.PositiveSmallIntegerField(_("last year"), null=True, blank=True)

    #: What a division that ended became: one, or several that share it. Empty while it is in force, or unknown.
    successors = models.ManyToManyField(
        "self", symmetrical=False, related_name="predecessors", blank=True, verbose_name=_("became")
    )

    objects = DivisionQuerySet.as_manager()

    class Meta:
        ordering = ["code", "first_year"]
        verbose_name = _("administrative division")
        verbose_name_plural = _("administrative divisions")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "first_year"], name="a_division_is_a_code_and_its_first_year"
            ),
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(last_year=None), name="one_current_division_per_code"
            ),
        ]

    def __str__(self):
        return self.full_name

    @property
    def name(self) -> Text:
        return pick(zh=self.name_zh, en=self.name_en)

    @property
    def full_name(self) -> Text:
        """The name with the division above it: 广东省东莞市, or Dongguan, Guangdong. Reads `parent`: select it."""
        if not self.parent:
            return self.name
        return pick(zh=self.parent.name_zh + self.name_zh, en=f"{self.name_en}, {self.parent.name_en}")

    @property
    def all_names(self) -> tuple[str, ...]:
        """What people call it, in both languages, alone and with the division above it. Reads `parent`: select it."""
        above = self.parent.name_zh if self.parent else ""
        return (above + self.name_zh, self.name_en, self.parent.name_en if self.parent else "")

    @property
    def stem(self) -> str:
        """The part of the code that everything below shares."""
        length = {self.Level.PROVINCE: 2, self.Level.PREFECTURE: 4, self.Level.COUNTY: 6}
        return self.code[: length.get(self.level, 12)]
