"""Published events, for records of other apps that point at them (see `portal.occasions`)."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from events.models import Event, EventHost
from portal.occasions import Occasion

FIELDS = ("public_id", "title", "title_en", "language", "starts_at", "host_id")


def occasions(events) -> list[Occasion]:
    return [
        Occasion(
            public_id=event.public_id,
            title=event.display_title,
            url=event.get_absolute_url(),
            on=timezone.localdate(event.starts_at) if event.starts_at else None,
            agency_id=event.host_id,
        )
        for event in events.only(*FIELDS).order_by("-starts_at", "-pk")
    ]


def known(public_ids: Iterable[UUID]) -> list[Occasion]:
    return occasions(Event.objects.published().filter(public_id__in=list(public_ids)))


def held_by(agency_ids: list[int], *, most: int) -> list[Occasion]:
    together = EventHost.objects.filter(agency__in=agency_ids, is_confirmed=True).values("event")
    held = Event.objects.published().filter(Q(host__in=agency_ids) | Q(pk__in=together))
    return occasions(held)[:most]


def named(words: str, *, most: int) -> list[Occasion]:
    found = Event.objects.published()
    for word in words.split()[:8]:
        found = found.filter(Q(title__icontains=word) | Q(title_en__icontains=word))
    return occasions(found)[:most]
