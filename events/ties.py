"""Agencies that held an event together. Told by published events with co-hosts that said yes."""

from collections.abc import Iterator

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event, EventHost
from orgs.models import Agency
from orgs.ties import Tie, TieKind

HELD_TOGETHER = TieKind("tie:event", _("Held an event together"), dash="7 5")


def ties(agency: Agency | None = None) -> Iterator[Tie]:
    confirmed = EventHost.objects.filter(is_confirmed=True)
    events = Event.objects.published().filter(pk__in=confirmed.values("event"), starts_at__isnull=False)
    if agency:
        events = events.filter(pk__in=Event.objects.held_by(agency).values("pk"))
    hosts = Prefetch("hosts", confirmed, "confirmed_hosts")
    shown = events.only("public_id", "host_id", "title", "title_en", "language", "starts_at")
    for event in shown.prefetch_related(hosts).order_by("pk"):
        agencies = dict.fromkeys([event.host_id, *(host.agency_id for host in event.confirmed_hosts)])
        yield Tie(
            HELD_TOGETHER,
            tuple(agencies),
            event.display_title,
            timezone.localdate(event.starts_at),
            event.get_absolute_url(),
        )
