"""What "my desk" shows of the calendar: where I am registered, and the events of my agencies."""

from django.utils import timezone

from events import leaving
from events.hosting import publishing
from events.models import Event
from events.nominating import answering
from orgs.permissions import agencies_where, is_portal_staff

MOST = 20


def context(user) -> dict:
    """`nominations`: where colleagues put me down; `co_hosting`: who named my agencies as a co-host; `my_registrations`: places to come; `hosted_events`: drafts and events to come that this person may change; `events_without_a_host`: for portal staff."""
    now = timezone.now()
    mine = (
        user.registrations.live()
        .filter(event__ends_at__gte=now)
        .select_related("event__host", "pool")
        .order_by("event__starts_at", "pk")
    )
    hosted = Event.objects.visible_to(user).filter(host__in=agencies_where(user, "events.publish"))
    drafts = hosted.filter(status=Event.Status.DRAFT)
    coming = hosted.published().filter(ends_at__gte=now)
    return {
        "nominations": answering.to_answer(user)[:MOST],
        "events_without_a_host": leaving.without_a_host(now)[:MOST]
        if is_portal_staff(user)
        else Event.objects.none(),
        "co_hosting": publishing.co_hosting_to_answer(user),
        "my_registrations": mine[:MOST],
        "hosted_events": (drafts | coming).for_rows().order_by("starts_at", "pk")[:MOST],
        "hosting_agencies": agencies_where(user, "events.publish"),
    }
