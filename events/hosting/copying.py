"""Holding an event again: a draft with everything but the people, on another day at the same time of the clock."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.hosting import materials, publishing
from events.hosting.publishing import PlannedSession, PublishingError
from events.models import CertificateRule, Event, LetterPlan, SeatPool
from events.registering import questions, seats
from orgs.models import User
from portal import zones

#: What a copy takes over as it is. Days and times move along; who registered stays behind.
WORDS = (
    "kind",
    "theme",
    "language",
    "title",
    "title_en",
    "summary",
    "summary_en",
    "description",
    "speakers",
    "mode",
    "division",
    "venue",
    "online_url",
    "fee",
    "contact",
    "accessibility",
    "needs_approval",
    "time_zone",
    "image",
    "minimum",
    "series",
    "answers_kept_days",
    "is_sample",
)
LETTERS = ("reminder_hours", "sends_thanks", "thanks_hour", "thanks_words")


@transaction.atomic
def copy_event(event: Event, *, on: date, by: User) -> Event:
    """A draft like this event, with its first session on that day. Raises PublishingError.

    Sessions keep their time of the clock, also where the clocks change in between, and get calendar identities of their
    own. Co-hosts are asked anew.
    """
    today = timezone.localdate(timezone=event.zone)
    if on < today:
        raise PublishingError(_("This day is in the past."), field="on")
    if event.starts_at is None:
        raise PublishingError(_("An event has at least one session."))
    days = on - timezone.localdate(event.starts_at, event.zone)

    def moved(moment: datetime | None) -> datetime | None:
        if moment is None:
            return None
        return zones.on_the_clock(moment.astimezone(event.zone).replace(tzinfo=None) + days, event.zone)

    copy = publishing.create_event(
        event.host,
        by=by,
        fields={
            **{name: getattr(event, name) for name in WORDS},
            "registration_opens_at": moved(event.registration_opens_at),
            "registration_closes_at": moved(event.registration_closes_at),
            "decide_on": event.decide_on and min(max(event.decide_on + days, today), on),
        },
        sessions=[again(session, moved) for session in event.sessions.all()],
        co_hosts=[co_host.agency for co_host in event.hosts.select_related("agency")],
        topics=event.topics.all(),
    )
    pools = list(event.pools.select_related("agency"))
    for pool in pools:
        if pool.kind == SeatPool.Kind.AGENCY:
            seats.keep_for(copy, pool.agency, seats=pool.given, by=by, release_at=moved(pool.release_at))
        else:
            seats.change_capacity(copy, capacity=before_release(pool, pools), kind=pool.kind, by=by)
    questions.copy(event, to=copy)
    materials.copy(event, to=copy, by=by)
    for plan in LetterPlan.objects.filter(event=event):
        letters = {name: getattr(plan, name) for name in LETTERS}
        LetterPlan.objects.create(event=copy, **letters)
    for rule in CertificateRule.objects.filter(event=event):
        CertificateRule.objects.create(event=copy, share=rule.share)
    return copy


def before_release(pool: SeatPool, pools: list[SeatPool]) -> int:
    """How many seats it had before those that agencies did not use were opened to all: the room stays as large."""
    opened = sum(one.released for one in pools) if pool.kind == SeatPool.Kind.OPEN else 0
    return max(0, pool.capacity - opened)


def again(session, moved) -> PlannedSession:
    """The session on its new day. Where clocks jump over its start it keeps its length."""
    starts_at, ends_at = moved(session.starts_at), moved(session.ends_at)
    if ends_at <= starts_at:
        ends_at = starts_at + max(session.ends_at - session.starts_at, timedelta(minutes=1))
    return PlannedSession(starts_at, ends_at, session.title, session.is_all_day)
