"""A search of the library that a person keeps, and what they were told of since."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casestudies.models.casestudy import CaseStudy
from orgs.models import User


class SavedSearchQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A person's own, and nobody else's."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def by_mail(self):
        return self.filter(delivery__in=SavedSearch.BY_MAIL)


class SavedSearch(models.Model):
    class Delivery(models.TextChoices):
        DAILY = "daily", _("By mail, once a day")
        WEEKLY = "weekly", _("By mail, once a week")
        FEED = "feed", _("As a feed with a private address")
        NONE = "none", _("Not at all: I look myself")

    BY_MAIL = (Delivery.DAILY, Delivery.WEEKLY)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="saved_searches", verbose_name=_("person"))
    name = models.CharField(_("name"), max_length=80)
    #: The parameters of the library's address, in one order; what the library does not know is not in it.
    query = models.CharField(_("search"), max_length=1000, blank=True, editable=False)
    delivery = models.CharField(
        _("how you hear of new ones"), max_length=8, choices=Delivery, default=Delivery.WEEKLY
    )
    #: The feed's address is this key with a signature, so the row alone opens nothing.
    feed_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    saved_at = models.DateTimeField(_("saved"))
    #: New is what was published after this: when the search was saved, or when mail was asked for.
    since = models.DateTimeField(_("looks for what is newer than"))
    #: The last day on which the whole library was looked through for it.
    looked_on = models.DateField(_("last looked"))

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        constraints = [
            models.UniqueConstraint(fields=["user", "query"], name="a_search_is_saved_once"),
            models.CheckConstraint(condition=~Q(name=""), name="a_saved_search_has_a_name"),
            models.CheckConstraint(
                condition=Q(delivery__in=["daily", "weekly", "feed", "none"]),
                name="a_saved_search_has_a_delivery",
            ),
        ]

    def __str__(self):
        return self.name


class AnnouncedCase(models.Model):
    """That a person was told of a case by mail: whatever search finds it again, they are not told twice."""

    user = models.ForeignKey(User, models.CASCADE, related_name="announced_cases")
    case = models.ForeignKey(CaseStudy, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("announced case")
        verbose_name_plural = _("announced cases")
        constraints = [models.UniqueConstraint(fields=["user", "case"], name="a_case_is_announced_once")]

    def __str__(self):
        return f"{self.user}: {self.case}"
