"""The outbox: what must follow a change is a row of the same transaction, carried out by the worker.

A rolled-back change leaves nothing to do; a committed one is never forgotten. What fails is tried again after
1, 2, 4 … minutes, up to ATTEMPTS times; then the failed row stays for a person to look at.
"""

import logging
from datetime import timedelta
from functools import wraps

from django.dispatch import receiver
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks.signals import task_finished
from django_tasks_db.models import DBTaskResult

ATTEMPTS = 10
logger = logging.getLogger(__name__)


def after_commit(function):
    """Make `function` a job of the outbox: `function.enqueue(**kwargs)`, with arguments that JSON can carry.

    It may run twice (a worker killed after the work and before the note of it), so it must be repeatable.
    """

    @wraps(function)
    def carry_out(*, attempt: int = 1, **kwargs):
        try:
            function(**kwargs)
        except Exception:
            if attempt >= ATTEMPTS:
                raise
            logger.warning("%s failed, attempt %s of %s", function.__name__, attempt, ATTEMPTS, exc_info=True)
            again = job.using(run_after=timezone.now() + timedelta(minutes=2 ** (attempt - 1)))
            again.enqueue(attempt=attempt + 1, **kwargs)

    job = task(backend="outbox")(carry_out)
    return job


@receiver(task_finished)
def forget(sender, task_result, **kwargs):
    """What is done leaves no trace: a mail's text may hold a sign-in code. What failed stays to be looked at."""
    if task_result.status == TaskResultStatus.SUCCESSFUL and task_result.backend == "outbox":
        DBTaskResult.objects.filter(pk=task_result.id).delete()
