"""Keeping the index like the database. A change puts a job into the outbox; the job reads the record again and indexes
it when it is public, and forgets it otherwise. So a job may run twice, late, or in another order than the changes.

While the search engine is away the records wait together in few jobs, which are tried again every few seconds for as
long as it takes: nobody has to mend anything afterwards.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta

from django.db import transaction
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from portal.outbox import after_commit
from portal.search import engine, rebuild
from portal.search.document import Record, records
from portal.search.engine import IndexIsMissing, SearchIsAway, SearchIsBusy

#: What changed inside `in_bulk`, or None outside.
_held: ContextVar[dict[str, set[int]] | None] = ContextVar("held", default=None)
BATCH = 200  # records a job
MOST_WAITING = 1000  # records of a job that waits
#: With the pause of portal.search.breaker this is how long after its return the engine is asked again.
TRIED_AGAIN_AFTER = timedelta(seconds=10)
logger = logging.getLogger(__name__)


def connect() -> None:
    """Listen to every kind of record and its parts. Called once, when all apps are there."""
    for record in records().values():
        _listen(record.model, record, lambda instance: [instance.pk])
        for model, owners in record.parts.items():
            _listen(model, record, owners)


def changed(kind: str, pks: Iterable[int]) -> None:
    """These records may have changed: look at them again after commit."""
    pks = {pk for pk in pks if pk is not None}
    held = _held.get()
    if held is not None:
        held[kind] |= pks
    else:
        _enqueue(kind, pks)


@contextmanager
def in_bulk() -> Iterator[None]:
    """Many changes make few jobs, put into the outbox at the end. Use it inside the transaction of the changes."""
    held: dict[str, set[int]] = defaultdict(set)
    token = _held.set(held)
    try:
        yield
    finally:
        _held.reset(token)
    for kind, pks in held.items():
        _enqueue(kind, pks)


def _enqueue(kind: str, pks: Iterable[int]) -> None:
    ordered = sorted(pks)
    for at in range(0, len(ordered), BATCH):
        follow.enqueue(kind=kind, pks=ordered[at : at + BATCH])


@after_commit
def follow(*, kind: str, pks: list[int]):
    """Bring these records in the index to what the database says. Builds the index when there is none to write to.

    The records are read when it is our turn to write, so that the last writer has read the last state. What else a kind
    of record keeps up (`Record.follow`) does not wait for a search engine that is away.
    """
    if also := records()[kind].follow:
        also(pks)
    bring(kind, pks)


@after_commit
def catch_up(*, kind: str, pks: list[int]):
    """The same for records that waited for the search engine."""
    bring(kind, pks)


def bring(kind: str, pks: list[int]) -> None:
    """Write these records as the database has them now; when that cannot be, they wait in the outbox."""
    try:
        _write(kind, pks)
    except (SearchIsAway, SearchIsBusy) as away:
        logger.warning("%s records of the kind %s wait for the search engine: %s", len(pks), kind, away)
        _wait(kind, pks)


def _write(kind: str, pks: list[int]) -> None:
    try:
        with engine().writer() as writer:
            for pk in pks:
                writer.remove(f"{kind}:{pk}")
            for document in records()[kind].documents(pks):
                writer.add(document)
    except IndexIsMissing:
        rebuild()


def _wait(kind: str, pks: list[int]) -> None:
    """Try again a little later, together with what waits already: thousands of changes must not be as many failures."""
    with transaction.atomic():
        waiting = (
            DBTaskResult.objects.select_for_update(skip_locked=True)
            .filter(
                task_path=catch_up.module_path,
                status=TaskResultStatus.READY,
                run_after__gt=timezone.now(),
                args_kwargs__kwargs__kind=kind,
            )
            .first()
        )
        if waiting:
            arguments = waiting.args_kwargs["kwargs"]
            together = sorted({*arguments["pks"], *pks})
            if len(together) <= MOST_WAITING:
                arguments["pks"] = together
                waiting.save(update_fields=["args_kwargs"])
                return
        catch_up.using(run_after=timezone.now() + TRIED_AGAIN_AFTER).enqueue(kind=kind, pks=pks)


def _listen(model: type[Model], record: Record, owners) -> None:
    """Whatever happens to a row of `model` or of a model below it, its records are looked at again."""

    def on_row(sender, instance, raw=False, **kwargs):
        if isinstance(instance, model) and not raw:
            changed(record.kind, owners(instance))

    def on_relation(sender, instance, action, **kwargs):
        if action.startswith("post_") and isinstance(instance, model):
            changed(record.kind, owners(instance))

    name = f"search.{record.kind}.{model._meta.label}"
    post_save.connect(on_row, weak=False, dispatch_uid=f"{name}.save")
    post_delete.connect(on_row, weak=False, dispatch_uid=f"{name}.delete")
    m2m_changed.connect(on_relation, weak=False, dispatch_uid=f"{name}.relation")
