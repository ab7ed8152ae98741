"""The clock of the portal. The worker lets it tick; the database decides which of several workers does the work."""

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from portal import daily, due, outbox
from portal.models import Turn

#: From this hour on the worker does the day's work itself, when nobody has.
MORNING = 7
PATIENCE = {"due": timedelta(minutes=5), "daily": timedelta(hours=1)}
logger = logging.getLogger(__name__)


def tick(at: datetime | None = None) -> list[str]:
    """Do what this minute and this day ask for, unless it is done or somebody is doing it. Returns a line for each thing.

    May be called as often as one likes. What goes wrong is logged: the clock must not stop.
    """
    at = at or timezone.now()
    lines = take_turn("due", f"{at:%Y-%m-%dT%H:%M}", lambda: minute(at), at=at)
    here = timezone.localtime(at)
    if here.hour >= MORNING:
        lines += take_turn("daily", f"{here:%Y-%m-%d}", lambda: daily.run(here.date()), at=at)
    return lines


def minute(at: datetime) -> list[str]:
    """What each minute asks for: jobs that a killed worker left behind, and what is due."""
    return [*outbox.take_up_again(at), *due.run(at)]


def beat(at: datetime | None = None) -> None:
    """Note that a worker is at work. What is due says nothing of that: `run_due` does it without one, and sends no mail."""
    at = at or timezone.now()
    Turn.objects.end("worker", f"{at:%Y-%m-%dT%H:%M}", at=at)


def take_turn(name: str, period: str, work, *, at: datetime) -> list[str]:
    if not Turn.objects.take(name, period, at=at, patience=PATIENCE[name]):
        return []
    try:
        lines = work()
    except Exception:
        logger.exception("The work that is %s for %s went wrong", name, period)
        return []
    Turn.objects.end(name, period, at=at)
    for line in lines:
        logger.info("%s: %s", name, line)
    return lines


def run_daily() -> list[str]:
    """Do the day's work now, done already or not; the worker then has none left today. Errors rise."""
    at = timezone.now()
    today = timezone.localdate(at)
    lines = daily.run(today)
    Turn.objects.end("daily", f"{today:%Y-%m-%d}", at=at)
    return lines
