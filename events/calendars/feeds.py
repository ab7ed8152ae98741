"""Calendars to subscribe to: what each of them holds.

What many people share (an event, an agency's events, a selection) holds what everybody may see, whoever asks. What is
called off stays as cancelled for KEPT_AFTER_CANCELLING, until every program has fetched it, and then leaves. A person's
own calendar stands behind an address that nobody can guess (`address_of`), and holds the links to their meetings.
"""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Count, Max, Prefetch, Q, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Event as VEvent

from events.calendar import CalendarFilter
from events.calendars import ical
from events.calendars.itip import sequence_of
from events.models import DroppedSession, Event, EventSeries, EventSession, PersonalFeed, Registration
from orgs.models import Agency, User

KEPT_AFTER_CANCELLING = timedelta(days=60)
#: How long a person's own calendar remembers what is over.
KEPT_AFTER_THE_END = timedelta(days=365)
MOST_EVENTS = 500
SIGNER = Signer(salt="events.feeds.personal", sep=".")
STATUS = {
    Registration.Status.REQUESTED: ical.TENTATIVE,
    Registration.Status.WAITLISTED: ical.TENTATIVE,
    Registration.Status.CONFIRMED: ical.CONFIRMED,
    Registration.Status.CANCELLED: ical.CANCELLED,
}


# -- Shared -----------------------------------------------------------------------------------------------------------


def announced():
    """What a shared calendar may hold: nothing that only some may see."""
    return Event.objects.visible_to(AnonymousUser()).announced()


def still_told(events, *, at: datetime):
    """Those to come, without what was called off so long ago that every calendar has heard it."""
    long_ago = Q(status=Event.Status.CANCELLED, updated_at__lt=at - KEPT_AFTER_CANCELLING)
    rows = events.upcoming(at).exclude(long_ago).for_rows()
    return rows.prefetch_related(lately_dropped("dropped_sessions", at=at))[:MOST_EVENTS]


def lately_dropped(path: str, *, at: datetime) -> Prefetch:
    """Sessions that were taken away not long ago, so that calendars must be told, as `lately_dropped` of the event."""
    rows = DroppedSession.objects.filter(at__gte=at - KEPT_AFTER_CANCELLING)
    return Prefetch(path, queryset=rows, to_attr="lately_dropped")


def entries_of(event: Event) -> list[VEvent]:
    """Every session as everybody may see it, and what was dropped lately. Reads `lately_dropped`: prefetch it."""
    return [*(ical.entry(session, event) for session in event.sessions.all()), *dropped_entries(event)]


def dropped_entries(event: Event, *, sequence: int = 0) -> list[VEvent]:
    return [
        ical.entry(
            one.as_session(), event, status=ical.CANCELLED, at=one.at, sequence=one.sequence + sequence
        )
        for one in event.lately_dropped
    ]


def of_selection(filters: CalendarFilter, *, source: str, at: datetime | None = None) -> bytes:
    """What is to come, through the filters of the calendar."""
    return shared(filters.apply(announced()), name=_("Events on Tongxing"), source=source, at=at)


def of_agency(agency: Agency, *, source: str, at: datetime | None = None) -> bytes:
    """What an agency holds, alone or as a confirmed co-host."""
    return shared(announced().held_by(agency), name=str(agency.label), source=source, at=at)


def of_series(series: EventSeries, *, source: str, at: datetime | None = None) -> bytes:
    """The runs of a programme that are to come."""
    name = str(series.display_title)
    return shared(announced().filter(series=series), name=name, source=source, at=at)


def shared(events, *, name: str, source: str, at: datetime | None) -> bytes:
    told = still_told(events, at=at or timezone.now())
    entries = [entry for event in told for entry in entries_of(event)]
    return ical.subscription(entries, name=name, source=source)


def of_event(event: Event, *, source: str, reader=None, session: EventSession | None = None) -> bytes:
    """One event, or one session of it. A `reader` with a seat gets the link to the meeting in their own copy."""
    mine = Registration.of(event, reader) if reader and reader.is_authenticated else None
    prefetch_related_objects([event], lately_dropped("dropped_sessions", at=timezone.now()))
    if mine and mine.has_seat:
        entries = personal_entries(mine, only=session)
    else:
        entries = [ical.entry(session, event)] if session else entries_of(event)
    return ical.subscription(entries, name=str(event.display_title), source=source)


# -- One person's own -------------------------------------------------------------------------------------------------


def of_person(user: User, *, at: datetime | None = None) -> bytes:
    """Every place of a person: seats, what is still open, and for a while what was cancelled. In their language."""
    at = at or timezone.now()
    registrations = (
        user.registrations.filter(event__status__in=Event.SHOWN, event__ends_at__gte=at - KEPT_AFTER_THE_END)
        .annotate(log_entries=Count("log"), changed_at=Max("log__at"))
        .exclude(status=Registration.Status.CANCELLED, changed_at__lt=at - KEPT_AFTER_CANCELLING)
        .select_related("event__host", "event__division__parent")
        .prefetch_related("event__sessions", lately_dropped("event__dropped_sessions", at=at))
        .order_by("event__starts_at", "pk")
    )
    with override(user.language):
        entries = [entry for one in registrations[:MOST_EVENTS] for entry in personal_entries(one)]
        return ical.subscription(entries, name=_("My events on Tongxing"), source=address_of(user) or "")


def personal_entries(registration: Registration, *, only: EventSession | None = None) -> list[VEvent]:
    """The sessions as they stand for this person, or one of them, with the numbers that their mails carry.

    Reads the sums of the log and the event's `lately_dropped`.
    """
    event = registration.event
    if not hasattr(registration, "log_entries"):
        sums = registration.log.aggregate(entries=Count("pk"), at=Max("at"))
        registration.log_entries, registration.changed_at = sums["entries"], sums["at"]
    own = sequence_of(registration.log_entries)
    entries = [
        ical.entry(
            session,
            event,
            at=max(filter(None, (event.updated_at, registration.changed_at))),
            sequence=session.sequence + own,
            status=STATUS[registration.status],
            has_link=registration.has_seat,
        )
        for session in ([only] if only else event.sessions.all())
    ]
    return entries if only else entries + dropped_entries(event, sequence=own)


def address_of(user: User) -> str | None:
    """The private address of this person's calendar, in their language; None when they never asked for one."""
    feed = PersonalFeed.objects.filter(user=user).first()
    if feed is None:
        return None
    with override(user.language):
        return settings.SITE_URL + reverse("personal_feed", args=[SIGNER.sign(feed.key.hex)])


@transaction.atomic
def make_address(user: User, *, at: datetime | None = None) -> str:
    """Give a person a private address; the one they had before leads nowhere from now on. Returns it."""
    PersonalFeed.objects.update_or_create(
        user=user, defaults={"key": uuid.uuid4(), "made_at": at or timezone.now()}
    )
    return str(address_of(user))


def whose(secret: str) -> User | None:
    """The person whose calendar stands behind this part of an address, or nobody."""
    try:
        key = uuid.UUID(SIGNER.unsign(secret))
    except (BadSignature, ValueError):
        return None
    return User.objects.filter(personal_feed__key=key, is_active=True).first()
