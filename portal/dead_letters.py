"""Jobs that nobody tries any more: a person looks why, and lets them be tried again or drops them.

What a job carries is somebody's mail, and what went wrong may repeat it. So a job is told by what it does, when, and the
kind and place of the fault; never by its contents.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

#: The answer of a mail server, which says in a number whether the address or the server is at fault.
ANSWER = re.compile(r"\b([45]\d\d)\b")
PLACE = re.compile(r'File "([^"]+)", line (\d+), in (\S+)')


@dataclass(frozen=True)
class DeadLetter:
    id: str
    #: Such as "portal.mail.deliver".
    what: str
    queued_at: datetime
    failed_at: datetime | None
    attempts: int
    #: Such as "SMTPRecipientsRefused 550".
    fault: str
    #: Where it was raised, such as "mail.py:131 hand_over".
    place: str


def dead_letters() -> QuerySet[DBTaskResult]:
    """The jobs that failed for good, the newest first."""
    return DBTaskResult.objects.failed().filter(backend_name="outbox").order_by("-finished_at", "id")


def told(job: DBTaskResult) -> DeadLetter:
    """What may be said of a job without anybody's data."""
    fault = job.exception_class_path.rsplit(".", 1)[-1]
    last = job.traceback.rstrip().rsplit("\n", 1)[-1]
    if fault.startswith(("SMTP", "AddressRefused")) and (answer := ANSWER.search(last)):
        fault += f" {answer[1]}"
    frames = PLACE.findall(job.traceback)
    place = "{}:{} {}".format(frames[-1][0].rsplit("/", 1)[-1], *frames[-1][1:]) if frames else ""
    return DeadLetter(
        id=str(job.pk),
        what=job.task_path,
        queued_at=job.enqueued_at,
        failed_at=job.finished_at,
        attempts=max(job.args_kwargs["kwargs"].get("attempt", 1), len(job.worker_ids)),
        fault=fault or gettext("killed its worker"),
        place=place,
    )


def try_again(jobs: QuerySet[DBTaskResult]) -> int:
    """Put failed jobs back as if they were new, with all their attempts before them. Returns how many.

    Two people who press the button at once put each back once: only what is failed is taken.
    """
    count = 0
    for job in jobs.only("pk", "args_kwargs"):
        job.args_kwargs["kwargs"].pop("attempt", None)
        count += (
            dead_letters()
            .filter(pk=job.pk)
            .update(
                status=TaskResultStatus.READY,
                args_kwargs=job.args_kwargs,
                run_after=get_date_max(),
                started_at=None,
                finished_at=None,
                worker_ids=[],
                exception_class_path="",
                traceback="",
            )
        )
    return count


def drop(jobs: QuerySet[DBTaskResult]) -> int:
    """Give failed jobs up, with all that they carry. Returns how many."""
    count, _by_model = dead_letters().filter(pk__in=jobs.values("pk")).delete()
    return count
