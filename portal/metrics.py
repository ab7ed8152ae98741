"""Numbers for monitoring, in Prometheus' format: what visitors met, and how background work, seats and search are.

Requests are counted in each web process; the library adds the processes up through files in PROMETHEUS_MULTIPROC_DIR,
which gunicorn.conf.py sets. The rest is asked when somebody asks us. Record apps add numbers of their own in a
`measures.py` with `measures()`: name, what it says, and the value. No label says who anybody is.
"""

import logging
import os
import time
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from portal import health
from portal.backup.taking import archives
from portal.outbox_state import outbox_state

#: Where requests are counted; in one process this is all, in several each has its own.
counted = CollectorRegistry()
REQUESTS = Counter(
    "tongxing_requests", "Answers by route and class of status.", ["route", "status"], registry=counted
)
SECONDS = Histogram(
    "tongxing_request_seconds",
    "How long answers took.",
    ["status"],
    buckets=(0.01, 0.025, 0.05, 0.12, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=counted,
)
logger = logging.getLogger(__name__)


def count(route: str, status: int, seconds: float) -> None:
    """Count one answer."""
    status_class = f"{status // 100}xx"
    REQUESTS.labels(route, status_class).inc()
    SECONDS.labels(status_class).observe(seconds)


class AskedNow(Collector):
    """What is asked of the database and the search engine when somebody reads the numbers."""

    def collect(self) -> Iterable[Metric]:
        yield gauge("tongxing_search_up", "1 while the search engine answers.", is_well(health.ask_search))
        age = age_of_the_backup()
        if age is not None:
            yield gauge("tongxing_backup_age_seconds", "How old the newest archive in BACKUP_DIR is.", age)
        try:
            numbers = list(asked_of_the_database())
        except DatabaseError as error:
            logger.warning("Numbers of the database are missing: %s", type(error).__name__)
            yield gauge("tongxing_database_up", "1 while the database answers.", 0)
            return
        yield gauge("tongxing_database_up", "1 while the database answers.", 1)
        for name, what, number in numbers:
            yield gauge(f"tongxing_{name}", what, number)


def age_of_the_backup() -> float | None:
    """How many seconds old the newest archive is; nothing where this process sees none."""
    if not settings.BACKUP_DIR:
        return None
    try:
        return next(
            (time.time() - path.stat().st_mtime for path in archives(Path(settings.BACKUP_DIR))), None
        )
    except OSError:  # a disk that is away, or an archive that was swept just now
        return None


def is_well(ask) -> int:
    try:
        ask()
    except Exception:
        return 0
    return 1


def gauge(name: str, what: str, number: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=number)


def asked_of_the_database() -> Iterable[tuple[str, str, float]]:
    outbox = outbox_state()
    yield "outbox_waiting", "Jobs of the outbox that could be done now.", outbox.waiting
    yield "outbox_oldest_seconds", "How long the oldest of them waits.", outbox.oldest.total_seconds()
    yield "outbox_retried", "Jobs that failed for a quarter of an hour and are tried again.", outbox.retried
    yield "outbox_failed", "Jobs that nobody tries any more.", outbox.failed
    for app in settings.RECORD_APPS:
        if find_spec(f"{app}.measures"):
            yield from import_module(f"{app}.measures").measures()


def text() -> bytes:
    """All numbers as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(AskedNow())
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(registry)
        return generate_latest(registry)
    return generate_latest(counted) + generate_latest(registry)
