"""Whether this process can do its work: what it needs is asked, part by part, in a fraction of a second.

Without the database or its migrations nothing is answered rightly, so a proxy should send nobody here. Without search,
and with an outbox that waits, pages still go on: that is said, and counts as ready.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from portal.outbox_state import outbox_state
from portal.search import engine
from portal.search.engine import SearchIsAway
from portal.search.query import understand

logger = logging.getLogger(__name__)


class NotWell(Exception):
    """What is wrong with a part, in a word or two that any visitor may read."""


@dataclass(frozen=True)
class Part:
    name: str
    ask: Callable[[], None]
    #: Without it no page is right.
    matters: bool


def ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


class _Migrations:
    """Migrations that were applied stay applied, so they are read from the disk until then and never again."""

    are_applied = False

    def ask(self) -> None:
        if self.are_applied:
            return
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise NotWell("not applied")
        self.are_applied = True


migrations = _Migrations()


def ask_search() -> None:
    try:
        engine().search(understand("", {}, is_open=True), kinds=None, limit=0, offset=0, with_texts=False)
    except SearchIsAway:
        raise NotWell("away")


def ask_outbox() -> None:
    if outbox_state().is_late:
        raise NotWell("late")


PARTS = (
    Part("database", ask_database, matters=True),
    Part("migrations", lambda: migrations.ask(), matters=True),
    Part("search", ask_search, matters=False),
    Part("outbox", ask_outbox, matters=False),
)


def look() -> tuple[bool, dict[str, str]]:
    """Whether visitors may be sent here, and a word for each part: "ok", what is wrong, or "failed".

    What a part raised is logged and never told: an address or a password may stand in it.
    """
    is_ready, said = True, {}
    for part in PARTS:
        try:
            part.ask()
            said[part.name] = "ok"
        except NotWell as not_well:
            said[part.name] = str(not_well)
        except Exception as error:
            logger.warning("%s is not well: %s", part.name, type(error).__name__)
            said[part.name] = "failed"
        if said[part.name] != "ok" and part.matters:
            is_ready = False
            break  # the others would ask the same database, and wait for it as long
    return is_ready, said
