"""What "my desk" shows of the calendar: where I am registered, and the events of my agencies."""

from datetime import timedelta

from django.utils import timezone

from events import leaving
from events.hosting import publishing
from events.models import Event, Registration
from events.nominating import answering
from orgs.permissions import agencies_where, is_portal_staff

MOST = 20
LATELY = timedelta(
    days=60
)  # for which what is over stands here: hours, certificates and feedback come afterwards


def context(user) -> dict:
    """`nominations`: where colleagues put me down; `co_hosting`: who named my agencies as a co-host; `my_registrations`: places to come; `my_past`: where I had a seat lately; `hosted_events`: drafts and events to come that this person may change; `hosted_lately`: those that are over lately; `events_without_a_host`: for portal staff."""
    now = timezone.now()
    mine = user.registrations.live().select_related("event__host", "pool").order_by("event__starts_at", "pk")
    past = mine.filter(status=Registration.Status.CONFIRMED, event__status=Event.Status.PUBLISHED)
    hosted = Event.objects.visible_to(user).filter(host__in=agencies_where(user, "events.publish"))
    drafts = hosted.filter(status=Event.Status.DRAFT)
    coming = hosted.published().filter(ends_at__gte=now)
    lately = {"ends_at__lt": now, "ends_at__gte": now - LATELY}
    return {
        "nominations": answering.to_answer(user)[:MOST],
        "events_without_a_host": leaving.without_a_host(now)[:MOST]
        if is_portal_staff(user)
        else Event.objects.none(),
        "co_hosting": publishing.co_hosting_to_answer(user),
        "my_registrations": mine.filter(event__ends_at__gte=now)[:MOST],
        "my_past": past.filter(**{f"event__{name}": moment for name, moment in lately.items()}).reverse()[
            :MOST
        ],
        "hosted_events": (drafts | coming).for_rows().order_by("starts_at", "pk")[:MOST],
        "hosted_lately": hosted.published().filter(**lately).for_rows().order_by("-ends_at", "pk")[:MOST],
        "hosting_agencies": agencies_where(user, "events.publish"),
    }
