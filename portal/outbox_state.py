"""How the outbox is: for probes, metrics and the administrator. What is wrong with it is seen here first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

#: How long the oldest job may wait before the worker counts as away. Letters about seats wait fifteen seconds on purpose.
LATEST = timedelta(minutes=15)
#: Whoever failed four times did so for a quarter of an hour: the mail server is away rather than busy.
OFTEN = 5


@dataclass(frozen=True)
class OutboxState:
    #: Jobs that could be done now.
    waiting: int
    #: How long the oldest of them has been waiting.
    oldest: timedelta
    #: Jobs that failed for a quarter of an hour and are tried again.
    retried: int
    #: Jobs that nobody tries any more.
    failed: int

    @property
    def is_late(self) -> bool:
        return self.oldest > LATEST


def outbox_state(at: datetime | None = None) -> OutboxState:
    """How the outbox is at that time (now)."""
    at = at or timezone.now()
    jobs = DBTaskResult.objects.filter(backend_name="outbox")
    ready = jobs.filter(status="READY")
    at_once, later = ready.filter(run_after=get_date_max()), ready.filter(run_after__lte=at)
    since = [
        moment
        for moment in (
            at_once.aggregate(since=Min("enqueued_at"))["since"],
            later.aggregate(since=Min("run_after"))["since"],
        )
        if moment
    ]
    return OutboxState(
        waiting=at_once.count() + later.count(),
        oldest=max(at - min(since), timedelta()) if since else timedelta(),
        retried=ready.filter(args_kwargs__kwargs__attempt__gte=OFTEN).count(),
        failed=jobs.failed().count(),
    )
