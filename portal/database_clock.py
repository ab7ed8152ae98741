"""What time it is where that decides what may happen already, or still: by the clock of the database.

There is one database and there are several web servers and workers. One whose own clock is two hours ahead must open no
registration two hours early, and one whose clock is behind must take nothing that comes too late. What pages say (“opens
at …”) may go by the clock of the web server.

SQLite works inside the process that asks it and has no other clock: there the clock of the process decides.
"""

from datetime import datetime

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone


def now() -> Now | datetime:
    """Now, to be written into a statement: it costs no question of its own, and what was written can be read back."""
    return Now() if connection.vendor == "postgresql" else timezone.now()


def read() -> datetime:
    """What the clock says. Asks PostgreSQL, so a rule asks once, when it holds what it waits for."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT STATEMENT_TIMESTAMP()")
        return cursor.fetchone()[0]
