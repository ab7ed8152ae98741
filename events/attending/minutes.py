"""How many minutes an event gives, and how many of them somebody was there for. Every moment counts once.

Sessions may go on at the same time. An event of two tracks from 9 to 12 gives three hours and not six: to who stays in
one track, to who changes between them, and to who is logged into both. A moment counts to the earliest session, by its
start, at which the person was seen just then. Hours, certificates, the roster and its files all ask here.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta

from events.models import EventSession

#: A session that is noted as "all day" counts as a working day, not as 24 hours.
ALL_DAY = timedelta(hours=8)
MINUTE = timedelta(minutes=1)

Interval = tuple[datetime, datetime]


def possible(sessions: Iterable[EventSession]) -> int:
    """Whole minutes that these sessions give to who attends all that can be attended."""
    return sum(length(those) // MINUTE for those in at_the_same_time(sessions))


def attended(seen: dict[EventSession, list[Interval]]) -> dict[int, int]:
    """Session key → whole minutes, for one person who was seen at these sessions during these times.

    What lies outside a session does not count, and who was seen at two doors, or by two tools, counts once.
    """
    minutes = {}
    for those in at_the_same_time(seen):
        counted, times = 0, []
        for number, session in enumerate(those, 1):
            times += [within(time, session.starts_at, session.ends_at) for time in seen[session]]
            reached = min(together(times), length(those[:number])) // MINUTE
            minutes[session.pk], counted = reached - counted, reached
    return minutes


def at_the_same_time(sessions: Iterable[EventSession]) -> Iterator[list[EventSession]]:
    """The sessions in their order, those together that overlap, be it through others between them."""
    those: list[EventSession] = []
    for session in sorted(sessions, key=lambda session: (session.starts_at, session.pk)):
        if those and session.starts_at >= max(one.ends_at for one in those):
            yield those
            those = []
        those.append(session)
    if those:
        yield those


def length(those: list[EventSession]) -> timedelta:
    """How long sessions of one event are together: a day that has an all-day session among them counts as a working
    day, or as long as the others take on that day if that is more.
    """
    times = [(one.starts_at, one.ends_at) for one in those if not one.is_all_day]
    total = together(times)
    for day in {day for one in those if one.is_all_day for day in one.days}:
        zone = those[0].event.zone
        begins, ends = (datetime.combine(on, time.min, zone) for on in (day, day + timedelta(days=1)))
        total += max(timedelta(0), ALL_DAY - together(within(one, begins, ends) for one in times))
    return total


def within(interval: Interval, begins: datetime, ends: datetime) -> Interval:
    """The part of an interval between two moments; one without length where there is none."""
    starts_at = max(interval[0], begins)
    return starts_at, max(starts_at, min(interval[1], ends))


def together(times: Iterable[Interval]) -> timedelta:
    """How much time intervals cover together."""
    total, reached = timedelta(0), None
    for starts_at, ends_at in sorted(times):
        if reached is None or ends_at > reached:
            total += ends_at - (starts_at if reached is None else max(starts_at, reached))
            reached = ends_at
    return total
