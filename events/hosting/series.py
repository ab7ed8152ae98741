"""Series: which runs belong together under one name."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Event, EventSeries


class SeriesError(Exception):
    """A refusal, with a sentence for people."""


@transaction.atomic
def write(series: EventSeries, *, events: Iterable[Event]) -> EventSeries:
    """Save a series, new or changed, with exactly these events of its host in it. Raises SeriesError."""
    wanted = {event.pk for event in events}
    if Event.objects.filter(pk__in=wanted).exclude(host=series.host_id).exists():
        raise SeriesError(_("Only events of your own agency belong into your series."))
    if Event.objects.filter(pk__in=wanted).exclude(series=None).exclude(series=series.pk).exists():
        raise SeriesError(_("One of these events is in another series already. Take it out there first."))
    series.save()
    now = timezone.now()  # the pages of the events name the series
    Event.objects.filter(series=series).exclude(pk__in=wanted).update(series=None, updated_at=now)
    Event.objects.filter(pk__in=wanted).update(series=series, updated_at=now)
    return series


@transaction.atomic
def dissolve(series: EventSeries) -> None:
    """Take the series away; its events stay."""
    series.events.update(series=None, updated_at=timezone.now())
    series.delete()


def runs(series: EventSeries, user):
    """Its events that this person may see, in the order in which they take place."""
    found = Event.objects.visible_to(user).filter(series=series).for_rows()
    return found.select_related("image").order_by("starts_at", "pk")
