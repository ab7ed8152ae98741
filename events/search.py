"""Events in the search: what they are about, who holds them, who speaks, where."""

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from events.models import Event, EventHost, EventSession
from orgs.models import Agency
from portal.bilingual import Text
from portal.search.document import Document, Record


def public():
    return (
        Event.objects.visible_to(AnonymousUser())
        .select_related("host", "theme", "division__parent")
        .prefetch_related("hosts__agency", "sessions", "topics")
    )


def document(event: Event) -> Document:
    agencies = [event.host, *(host.agency for host in event.hosts.all() if host.is_confirmed)]
    agencies = [agency for agency in agencies if agency.status == Agency.Status.LISTED]
    topics = {*event.topics.all(), *([event.theme] if event.theme else [])}
    parts = "；".join(session.title for session in event.sessions.all() if session.title)
    said = [
        Text(event.summary, event.language),
        Text(event.summary_en, "en"),
        Text(event.description, event.language),
        Text(parts, event.language),
        Text(event.venue, event.language),
    ]
    return Document(
        kind="event",
        pk=event.pk,
        titles=(Text(event.title, event.language), *(Text(t, "en") for t in [event.title_en] if t)),
        texts=tuple(text for text in said if text),
        keywords=(
            *sorted(name for topic in topics for name in (topic.name_zh, topic.name_en)),
            *map(_words, event.speakers),
            *(event.division.all_names if event.division else ()),
        ),
        topics=tuple(sorted(topic.code for topic in topics)),
        division=event.division.code if event.division else "",
        year=timezone.localtime(event.starts_at).year if event.starts_at else None,
        agencies=tuple(agency.slug for agency in agencies),
        agency_names=tuple(
            name
            for agency in agencies
            for name in (agency.legal_name, agency.short_name, agency.name_en)
            if name
        ),
        orders={"newest": max(0, int(event.starts_at.timestamp()))} if event.starts_at else {},
    )


def _words(speaker: dict | str) -> str:
    """A speaker is a name, or a name with what they are."""
    return " ".join(map(str, speaker.values())) if isinstance(speaker, dict) else str(speaker)


RECORD = Record(
    kind="event",
    model=Event,
    public=public,
    document=document,
    template="events/_found.html",
    parts={
        EventSession: lambda session: [session.event_id],
        EventHost: lambda host: [host.event_id],
        Agency: lambda agency: [
            *agency.hosted_events.values_list("pk", flat=True),
            *agency.co_hosted.values_list("event_id", flat=True),
        ],
    },
)
