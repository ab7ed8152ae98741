"""Time that passes for everybody: the clock of the process moves, and that of the database with it.

`time_machine` alone moves the clock of the process and leaves PostgreSQL's: that is a web server whose clock is wrong.
"""

from contextlib import contextmanager
from datetime import datetime

import time_machine
from django.db import connection

#: What stands before the system's own functions in the search path is found first, until the test's transaction ends.
MOVED = """
CREATE SCHEMA IF NOT EXISTS moved_clock;
CREATE OR REPLACE FUNCTION moved_clock.statement_timestamp() RETURNS timestamptz STABLE LANGUAGE sql
    AS $$ SELECT pg_catalog.current_setting('tests.now')::timestamptz $$;
SET LOCAL search_path TO moved_clock, pg_catalog, public;
"""


class Clocks:
    """Those of a process, which `time_machine` has moved or will move, and of the database of this test."""

    def __init__(self, process):
        self.process = process

    def move_to(self, moment: datetime, *, tick: bool | None = None) -> None:
        self.process.move_to(moment, tick=tick)
        move_database(moment)


@contextmanager
def travel(moment: datetime, *, tick: bool = True):
    """Be at that moment. The database's clock stands still there."""
    with time_machine.travel(moment, tick=tick):
        move_database(moment)
        yield
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL search_path TO DEFAULT")


def move_database(moment: datetime) -> None:
    """Let the database of this test, which runs in a transaction, think that it is then."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(MOVED)
            cursor.execute("SELECT set_config('tests.now', %s, true)", [moment.isoformat()])
