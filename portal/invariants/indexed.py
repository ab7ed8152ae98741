"""What the search knows is there and public, and the other way round, as far as no job on its way says otherwise."""

from collections.abc import Iterator

from django_tasks_db.models import DBTaskResult

from portal.search import comparing
from portal.search.engine import SearchIsAway


def findings() -> Iterator[str]:
    try:
        found = comparing.compare()
    except SearchIsAway:
        yield "the search engine did not answer, so nobody knows what it holds"
        return
    unfinished = DBTaskResult.objects.filter(
        backend_name="outbox", task_path__startswith="portal.search.", status__in=("READY", "RUNNING")
    )
    if found and not unfinished.exists():
        yield from (f"search: {line}" for line in found.lines)
