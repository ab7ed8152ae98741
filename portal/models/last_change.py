"""When something last changed that visitors may see: what kept pages are held against."""

from datetime import UTC, datetime

from django.db import models

from portal.prepared import Prepared


class LastChangeQuerySet(models.QuerySet):
    def write(self, about: int, moment: float) -> None:
        """Say that something changed at this moment (seconds since 1970)."""
        row = self.model(pk=about, at=datetime.fromtimestamp(moment, UTC))
        self.bulk_create([row], update_conflicts=True, unique_fields=["id"], update_fields=["at"])

    def read(self) -> dict[int, float]:
        """The moments, by what changed. What never changed is not among them."""
        return {about: at.timestamp() for about, at in MOMENTS.all()}


class LastChange(models.Model):
    """One row for each of the things whose changes are told apart; its number says which."""

    class About(models.IntegerChoices):
        TEXTS = 1
        SEATS = 2

    at = models.DateTimeField()

    objects = LastChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "last change"
        verbose_name_plural = "last changes"
        constraints = [models.CheckConstraint(condition=models.Q(pk__in=(1, 2)), name="last_change_of_two")]

    def __str__(self):
        return f"{self.About(self.pk).name}: {self.at:%Y-%m-%d %H:%M:%S}"


#: Nearly every page asks.
MOMENTS: Prepared[tuple[int, datetime]] = Prepared(lambda: LastChange.objects.values_list("pk", "at"))
