"""Attended minutes per person and session, from the intervals."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from events.models import Attendance, EventSession, Registration


def attended_minutes(
    registrations: Iterable[Registration], *, at: datetime | None = None
) -> dict[int, dict[int, int]]:
    """Registration key → session key → whole minutes at that session, for those who were there at all.

    The union of the intervals, clipped to the session. Who has not gone yet counts until `at`. One query.
    """
    at = at or timezone.now()
    keys = [one.pk for one in registrations]
    found = defaultdict(list)
    sessions: dict[int, EventSession] = {}
    for row in Attendance.objects.valid().filter(registration__in=keys).select_related("session"):
        sessions[row.session_id] = row.session
        found[row.registration_id, row.session_id].append((row.starts_at, row.ends_at))
    minutes: dict[int, dict[int, int]] = {key: {} for key in keys}
    for (registration, session), times in found.items():
        minutes[registration][session] = covered(times, sessions[session], at) // timedelta(minutes=1)
    return minutes


def covered(times, session: EventSession, at: datetime) -> timedelta:
    """How much of the session the intervals cover together."""
    total, reached = timedelta(0), session.starts_at
    for starts_at, ends_at in sorted(times, key=lambda time: time[0]):
        ends_at = min(ends_at or at, session.ends_at)
        if ends_at > reached:
            total += max(timedelta(0), ends_at - max(starts_at, reached))
            reached = max(reached, ends_at)
    return total
