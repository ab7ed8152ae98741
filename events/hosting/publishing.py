"""How an event comes about: written as a draft, published, changed, called off.

What people put into their calendars follows: SEQUENCE rises when time, place or status change, and everybody with a seat
is told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, RestrictedError
from django.utils import timezone
from django.utils.translation import gettext as _

from events.hosting.edition import edition
from events.mails import host_letters, letters
from events.models import DroppedSession, Event, EventHost, EventSession, Registration
from events.models.event import refresh_span
from events.registering import registration, seats
from orgs import audit
from orgs.models import Agency, User
from orgs.permissions import agencies_where, can
from portal import database_clock, zones
from portal.models import Topic

#: A change of one of these is a change of place.
PLACE = ("mode", "division_id", "venue", "online_url")


class PublishingError(Exception):
    """A refusal. Its text is a sentence for people, about the field of the form that `field` names, if one."""

    def __init__(self, sentence: str, *, field: str | None = None):
        super().__init__(sentence)
        self.field = field


class Overtaken(PublishingError):
    """Somebody else wrote the event anew while this was written; nothing was saved."""


@dataclass(frozen=True)
class PlannedSession:
    """One dated part as somebody wants it. `ical_uid` names the session that it already is; None makes a new one."""

    starts_at: datetime
    ends_at: datetime
    title: str = ""
    is_all_day: bool = False
    ical_uid: UUID | None = None


@transaction.atomic
def create_event(
    host: Agency,
    *,
    by: User,
    fields: dict,
    sessions: Iterable[PlannedSession],
    capacity: int | None = None,
    online: int | None = None,
    kept: Mapping[Agency, int] | None = None,
    release_at: datetime | None = None,
    co_hosts: Iterable[Agency] = (),
    topics: Iterable[Topic] = (),
    form_key: UUID | None = None,
) -> Event:
    """Write a draft. Without `capacity` and `online` nobody needs to register; `kept` are seats for single agencies.

    The form of a browser that is sent again, known by `form_key`, gives the event that it made before. Raises PublishingError and CapacityRefused.
    """
    if form_key:
        Agency.objects.select_for_update(no_key=True).get(pk=host.pk)  # the same form may be on its way twice
        if made := host.hosted_events.filter(form_key=form_key).first():
            return made
    event = Event(host=host, status=Event.Status.DRAFT, form_key=form_key)
    write(event, by, fields, sessions, co_hosts, topics)
    check_release(event, release_at)
    seats.arrange(event, by=by, capacity=capacity, online=online, kept=kept, release_at=release_at)
    return event


@transaction.atomic
def update_event(
    event: Event,
    *,
    by: User,
    fields: dict,
    sessions: Iterable[PlannedSession],
    capacity: int | None = None,
    online: int | None = None,
    kept: Mapping[Agency, int] | None = None,
    release_at: datetime | None = None,
    co_hosts: Iterable[Agency] = (),
    topics: Iterable[Topic] = (),
    began_from: str = "",
    at: datetime | None = None,
) -> Event:
    """Change an event, hand new seats to the waiting list, and tell everybody with a place when time or place changed.

    `began_from` is the `edition` that the writer saw: one who saw an older one does not undo what a colleague changed
    since. Raises Overtaken, PublishingError and CapacityRefused.
    """
    at = at or timezone.now()
    event = Event.objects.select_for_update(of=("self",)).select_related("host").get(pk=event.pk)
    if event.is_cancelled:
        raise PublishingError(_("This event has been cancelled. Make a new one instead."))
    was, found = calendar_facts(event), edition(event)
    before = list(event.sessions.all())
    sessions = list(sessions)
    check_stays_to_come(event, before, sessions, at=at)
    if any(name in fields and fields[name] != getattr(event, name) for name in ("minimum", "decide_on")):
        event.decision_asked_at = event.goes_ahead_at = None  # a new question, so the host is asked anew
    if event.status == Event.Status.PUBLISHED and event.announced_starts_at is None:
        event.announced_starts_at = event.starts_at
    write(event, by, fields, sessions, co_hosts, topics)
    check_release(event, release_at)
    seats.arrange(event, by=by, capacity=capacity, online=online, kept=kept, release_at=release_at)
    if began_from not in ("", found) and edition(event) != found:  # the same sent twice changes nothing
        raise Overtaken(
            _(
                "A colleague has changed this event since you opened it, and nothing of yours is saved yet. Compare, "
                "then save again: what stands in the form holds."
            )
        )
    if event.status == Event.Status.PUBLISHED and calendar_facts(event) != was and not event.is_over(at):
        still_there = set(event.sessions.values_list("pk", flat=True))
        dropped = [session for session in before if session.pk not in still_there]
        for session in dropped:  # its end must count more than anything said of it before
            session.sequence += 1
        DroppedSession.objects.bulk_create(DroppedSession.of(session, at=at) for session in dropped)
        letters.write_about_change(event.registrations.live(), at=at, dropped=dropped)
    return event


def check_stays_to_come(
    event: Event, before: Iterable[EventSession], planned: Iterable[PlannedSession], *, at: datetime
) -> None:
    """People go by what was announced: a part that is to come is not moved into the past, and none is added there.

    What has begun can be put right, and so can an event that is over. Raises PublishingError.
    """
    if event.status != Event.Status.PUBLISHED or event.is_over(at):
        return
    began = {session.ical_uid for session in before if session.starts_at < at}
    if any(plan.starts_at < at and plan.ical_uid not in began for plan in planned):
        raise PublishingError(_("A session would be in the past now. Check its date."))


def write(event, by, fields, sessions, co_hosts, topics) -> None:
    """What creating and changing have in common."""
    place_before = place(event) if event.pk else None
    for name, value in fields.items():
        setattr(event, name, value)
    if not zones.is_known(event.time_zone):
        raise PublishingError(_("There is no such time zone."), field="time_zone")
    event.save()
    write_sessions(event, list(sessions))
    if place_before and place(event) != place_before:
        event.sessions.update(sequence=F("sequence") + 1)
    refresh_span(event)
    check_decision(event)
    check_registration(event)
    event.topics.set(topics)
    name_co_hosts(event, co_hosts, by=by)


def check_decision(event: Event) -> None:
    """The host decides whether it takes place before it begins."""
    if event.decide_on and event.decide_on > timezone.localdate(event.starts_at, event.zone):
        raise PublishingError(_("Decide on the first day of the event at the latest."), field="decide_on")


def check_registration(event: Event) -> None:
    """People can register at some time, and no longer than the event lasts."""
    opens_at, closes_at = event.registration_opens_at, event.registration_closes_at
    last_call = closes_at or event.starts_at
    if closes_at and event.ends_at and closes_at > event.ends_at:
        raise PublishingError(
            _("Registration closes when the event ends at the latest."), field="registration_closes_at"
        )
    if opens_at and last_call and opens_at >= last_call:
        raise PublishingError(
            _("Nobody could register: registration opens before the event begins."),
            field="registration_opens_at",
        )


def check_release(event: Event, release_at: datetime | None) -> None:
    """Seats are kept for an agency until a day on which others can still come."""
    if release_at and event.ends_at and release_at >= event.ends_at:
        raise PublishingError(_("Open the kept seats to all before the event is over."), field="release_at")


def place(event: Event) -> tuple:
    return tuple(getattr(event, name) for name in PLACE)


def calendar_facts(event: Event) -> list[tuple]:
    """What stands in people's calendars: which parts there are, and how often each was changed."""
    return list(event.sessions.values_list("ical_uid", "sequence"))


def write_sessions(event: Event, planned: list[PlannedSession]) -> None:
    """Make the sessions what is planned. One that moves keeps its identity and says so by its sequence."""
    if not planned:
        raise PublishingError(_("An event has at least one session."))
    if any(plan.ends_at <= plan.starts_at for plan in planned):
        raise PublishingError(_("A session ends after it starts."))
    known: dict[UUID | None, EventSession] = {session.ical_uid: session for session in event.sessions.all()}
    for plan in planned:
        session = known.pop(plan.ical_uid, None) or EventSession(event=event)
        times = (plan.starts_at, plan.ends_at, plan.is_all_day)
        if event.status == Event.Status.PUBLISHED and session.announced_starts_at is None:
            session.announced_starts_at = session.starts_at if session.pk else plan.starts_at
        if session.pk and times != (session.starts_at, session.ends_at, session.is_all_day):
            session.sequence += 1
            session.moved_at = timezone.now()
        session.starts_at, session.ends_at, session.is_all_day = times
        session.title = plan.title
        session.save()
    try:
        event.sessions.filter(ical_uid__in=list(known)).delete()
    except RestrictedError:
        raise PublishingError(_("People were checked in to a session that you take away. Leave it in place."))


def name_co_hosts(event: Event, agencies: Iterable[Agency], *, by: User) -> None:
    """Name the other hosts. One that `by` may speak for is confirmed at once; the others are asked, and unseen until then.

    Who was named before is not asked again.
    """
    agencies = [agency for agency in agencies if agency != event.host]
    event.hosts.exclude(agency__in=agencies).delete()
    named = set(event.hosts.values_list("agency", flat=True))
    for agency in agencies:
        if agency.pk not in named:
            is_confirmed = can(by, "events.publish", agency)
            co_host = EventHost.objects.create(event=event, agency=agency, is_confirmed=is_confirmed)
            if not is_confirmed:
                host_letters.ask(co_host)


def co_hosting_to_answer(user):
    """Where other agencies named one of this person's as a co-host, and nobody has answered yet."""
    return (
        EventHost.objects.filter(agency__in=agencies_where(user, "events.publish"), is_confirmed=False)
        .exclude(event__status=Event.Status.CANCELLED)
        .select_related("agency", "event__host")
        .order_by("event__starts_at", "pk")
    )


@transaction.atomic
def confirm_co_host(co_host: EventHost, *, by: User) -> EventHost:
    """Say yes for the agency: it is shown as a host from now on, and the host is told. Raises PublishingError."""
    co_host = hold_unanswered(co_host, by=by)
    co_host.is_confirmed = True
    co_host.save(update_fields=["is_confirmed"])
    co_host.event.save(update_fields=["updated_at"])  # its page shows one host more
    host_letters.tell(co_host, by=by, is_confirmed=True)
    return co_host


@transaction.atomic
def decline_co_host(co_host: EventHost, *, by: User) -> None:
    """Say no for the agency: it is no longer named, and the host is told. Raises PublishingError."""
    co_host = hold_unanswered(co_host, by=by)
    host_letters.tell(co_host, by=by, is_confirmed=False)
    co_host.delete()


def hold_unanswered(co_host: EventHost, *, by: User) -> EventHost:
    """The named agency as it is now, held, for somebody who speaks for it. Two answers at once become one."""
    if not can(by, "events.publish", co_host.agency):
        raise PublishingError(_("Only owners and managers answer for their agency."))
    named = EventHost.objects.select_for_update(of=("self",)).select_related("agency", "event__host")
    found = named.filter(pk=co_host.pk, is_confirmed=False).first()
    if found is None:
        raise PublishingError(
            _("Somebody of your agency has answered already, or the host took the name off.")
        )
    return found


@transaction.atomic
def publish(event: Event, *, by: User, at: datetime | None = None) -> Event:
    """Show a draft to everybody and open its registration. Publishing again changes nothing. Raises PublishingError."""
    at = at or timezone.now()
    event = Event.objects.select_for_update(of=("self",)).select_related("host").get(pk=event.pk)
    if event.is_cancelled:
        raise PublishingError(_("This event has been cancelled. Make a new one instead."))
    if event.starts_at is None:
        raise PublishingError(_("An event has at least one session."))
    if event.starts_at < at and event.status == Event.Status.DRAFT:
        raise PublishingError(_("The first session is in the past. Change its date, then publish."))
    if event.status == Event.Status.DRAFT and (event.registration_closes_at or at) < at:
        raise PublishingError(
            _("Registration has closed already. Change the day on which it closes, then publish.")
        )
    if event.status == Event.Status.DRAFT:
        set_status(event, Event.Status.PUBLISHED)
        audit.record(audit.Action.EVENT_PUBLISHED, by=by, agency=event.host, what=event.title)
    return event


@transaction.atomic
def cancel_event(event: Event, *, by: User, at: datetime | None = None) -> list[Registration]:
    """Call an event off: every place at it is cancelled and each person is told. Returns those places.

    Raises PublishingError when it is over or was never published.
    """
    # Waits for registrations that are under way; later ones see the new status.
    event = Event.objects.select_for_update(of=("self",)).select_related("host").get(pk=event.pk)
    at = at or database_clock.read()
    if event.is_cancelled:
        return []
    if event.status == Event.Status.DRAFT:
        raise PublishingError(_("Nobody knows of this draft yet, so there is nothing to cancel."))
    if event.is_over(at):
        raise PublishingError(_("This event is over."))
    set_status(event, Event.Status.CANCELLED)
    audit.record(audit.Action.EVENT_CANCELLED, by=by, agency=event.host, what=event.title)
    return registration.cancel_everybody(event, by=by, at=at)


def set_status(event: Event, status: str) -> None:
    event.status = status
    if status == Event.Status.PUBLISHED:
        event.announced_starts_at = event.starts_at
        event.sessions.update(announced_starts_at=F("starts_at"))
    event.save(update_fields=["status", "announced_starts_at", "updated_at"])
    event.sessions.update(sequence=F("sequence") + 1)


def overlapping(sessions: Iterable[PlannedSession | EventSession]) -> list[tuple[int, int]]:
    """Which parts take place at the same time, as pairs of their numbers in order of time, from 1. No error: parts may."""
    parts = sorted(sessions, key=lambda part: part.starts_at)
    return [
        (first, second)
        for second, later in enumerate(parts, 1)
        for first, earlier in enumerate(parts[: second - 1], 1)
        if earlier.ends_at > later.starts_at
    ]
