"""The outbox: what must follow a change is a row of the same transaction, carried out by the worker.

A rolled-back change leaves nothing to do; a committed one is never forgotten. What fails is tried again after
1, 2, 4 … minutes and then every two hours, up to ATTEMPTS times, which is three days: a mail server may be down for a
weekend. Then, or at once where trying again would not help (`Final`), the failed row stays for a person to look at. What a killed worker left behind is taken up again.
"""

import logging
import sys
from datetime import datetime, timedelta
from functools import wraps
from importlib import import_module

from django.dispatch import receiver
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks.signals import task_finished
from django_tasks_db.models import DBTaskResult

ATTEMPTS = 42
LONGEST_PAUSE = 120  # minutes
#: No job takes that long: the mail server has 20 seconds to answer.
ABANDONED_AFTER = timedelta(minutes=5)
logger = logging.getLogger(__name__)


class Final(Exception):
    """A job failed in a way that trying again does not mend: it counts as failed at once, and holds up nobody else."""


def after_commit(function):
    """Make `function` a job of the outbox: `function.enqueue(**kwargs)`, with arguments that JSON can carry.

    It may run twice (a worker killed after the work and before the note of it), so it must be repeatable.
    """

    @wraps(function)
    def carry_out(*, attempt: int = 1, **kwargs):
        try:
            function(**kwargs)
        except Final:
            raise
        except Exception:
            if attempt >= ATTEMPTS:
                raise
            logger.warning("%s failed, attempt %s of %s", function.__name__, attempt, ATTEMPTS, exc_info=True)
            again = job.using(run_after=timezone.now() + pause_after(attempt))
            again.enqueue(attempt=attempt + 1, **kwargs)

    job = task(backend="outbox")(carry_out)
    return job


def find_moved(modules: dict[str, str]) -> None:
    """Find the jobs of modules that moved, then -> now: a row keeps the address at which its job stood when it was queued.

    An address of before may be forgotten a release later, and only when no failed job waits under it.
    """
    for then, now in modules.items():
        sys.modules[then] = import_module(now)


def pause_after(attempt: int) -> timedelta:
    """How long to wait after this many attempts failed."""
    return timedelta(minutes=min(2 ** (attempt - 1), LONGEST_PAUSE))


def take_up_again(at: datetime | None = None) -> list[str]:
    """Put back what a worker began and never ended, because it was killed; a line for each job.

    A job that killed its worker as often as it may fail is not put back: it counts as failed. One that was done, and
    whose worker was killed before it could forget it, is forgotten now.
    """
    at = at or timezone.now()
    lines = []
    DBTaskResult.objects.successful().filter(backend_name="outbox").delete()
    left = DBTaskResult.objects.running().filter(backend_name="outbox", started_at__lt=at - ABANDONED_AFTER)
    for job in left.only("pk", "task_path", "worker_ids"):
        is_hopeless = len(job.worker_ids) >= ATTEMPTS
        status = TaskResultStatus.FAILED if is_hopeless else TaskResultStatus.READY
        if left.filter(pk=job.pk).update(status=status):
            what_now = "counts as failed" if is_hopeless else "is taken up again"
            lines.append(f"{job.task_path} was left behind by a worker and {what_now}")
    return lines


@receiver(task_finished)
def forget(sender, task_result, **kwargs):
    """What is done leaves no trace: a mail's text may hold a sign-in code. What failed stays to be looked at."""
    if task_result.status == TaskResultStatus.SUCCESSFUL and task_result.backend == "outbox":
        DBTaskResult.objects.filter(pk=task_result.id).delete()
