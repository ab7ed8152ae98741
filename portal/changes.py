"""When something that visitors may see last changed, as all processes know it.

Every INSERT, UPDATE and DELETE that goes through a connection of ours is noticed, whoever wrote it, except to tables of
which no visitor's page shows anything. After the commit the moment is written down, at most once in a WINDOW: who asks
`happened_since` counts the whole window after it as changed. Seats are told apart from everything else: they change all
the time while people register, and most of what is shown says nothing of them.
"""

import re
import threading
import time
from contextlib import suppress

from django.db import DatabaseError, connections, transaction
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from portal.models.last_change import LastChange

WINDOW = 1.0  # seconds; a page may be that old
ASKED_EVERY = 0.25  # seconds between two looks at what other processes changed

#: Of these no visitor's page shows anything, or it may be a minute old: sessions, work to do, logs, numbers of uses.
QUIET = re.compile(
    r"django_session|django_tasks_|django_cache|portal_(turn|searched|lastchange)|casestudies_dailycount|orgs_auditentry"
    r"|usersessions_|account_|mfa_|wagtailcore_(modellogentry|pagelogentry)|events_(registrationlogentry|guestlink)"
)
#: What changes whenever somebody registers or is let in.
_SEATS = re.compile(r"events_(?:seatpool|registration|answer|nomination|doorentry|attendance)$")
SEATS, TEXTS = LastChange.About.SEATS, LastChange.About.TEXTS
EVERYTHING = (SEATS, TEXTS)

_WRITES = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)


class Known:
    """What this process knows: the last changes, when it asked for them, and when it last wrote each down."""

    def __init__(self):
        self.lock = threading.Lock()
        self.changed_at = dict.fromkeys(EVERYTHING, 0.0)
        self.written_at = dict.fromkeys(EVERYTHING, 0.0)
        self.asked_at = 0.0

    def learn(self, moments: dict[int, float]) -> None:
        with self.lock:
            for about, moment in moments.items():
                self.changed_at[about] = max(self.changed_at.get(about, 0.0), moment)


KNOWN = Known()


def notice(execute, sql, params, many, context):
    """Around every statement: one that writes what visitors may see is told of after its commit.

    Outside of a transaction it is told of before: its statement may still be open afterwards, and SQLite would take back
    with ours what it wrote. The window covers the moment between.
    """
    written = _WRITES.match(sql) if isinstance(sql, str) else None
    if written and not QUIET.match(written[1]):
        connection, tell = context["connection"], tell_of_seats if _SEATS.match(written[1]) else tell_of_texts
        if not connection.in_atomic_block:
            tell()
        elif not is_to_be_told(connection, (tell,)):
            transaction.on_commit(tell, using=connection.alias, robust=True)
    return execute(sql, params, many, context)


def tell_of_seats() -> None:
    tell(SEATS)


def tell_of_texts() -> None:
    tell(TEXTS)


def is_to_be_told(connection, of=(tell_of_seats, tell_of_texts)) -> bool:
    """Whether the transaction that is open has changed something of this: what it reads may never come to be."""
    return any(function in of for _savepoint, function, _robust in connection.run_on_commit)


def tell(about: int) -> None:
    """Write down that something changed now, unless the window of the last time covers it."""
    now = time.time()
    KNOWN.learn({about: now})
    with KNOWN.lock:
        if now - KNOWN.written_at[about] < WINDOW:
            return
        KNOWN.written_at[about] = now
    with suppress(DatabaseError):  # it went away since; kept pages end by themselves
        LastChange.objects.write(about, now)


def ask() -> dict[int, float]:
    """The moments of the last changes, as the database knows them now. Raises DatabaseError."""
    KNOWN.asked_at = time.time()
    KNOWN.learn(LastChange.objects.read())
    return dict(KNOWN.changed_at)


def happened_since(moment: float, of=EVERYTHING) -> bool:
    """Whether something of this may have changed since, or within a WINDOW before. Asks the database now and then.

    Without a database nothing is known to have changed: what was kept may still be shown.
    """
    if time.time() - KNOWN.asked_at >= ASKED_EVERY:
        try:
            ask()
        except DatabaseError:
            return False
    return moment <= max(KNOWN.changed_at[about] for about in of) + WINDOW


def watch(sender, connection, **kwargs) -> None:
    if notice not in connection.execute_wrappers:
        connection.execute_wrappers.append(notice)


def pause(sender, using, **kwargs) -> None:
    """While tables are being made nothing is told: ours may not be there yet."""
    connections[using].execute_wrappers = [
        one for one in connections[using].execute_wrappers if one is not notice
    ]
    connection_created.disconnect(dispatch_uid="portal.changes")


def go_on(sender, using, **kwargs) -> None:
    connection_created.connect(watch, dispatch_uid="portal.changes")
    watch(None, connections[using])
    tell_of_seats()
    tell_of_texts()


def connect(app) -> None:
    """Called when the portal is ready: from then on every connection tells of changes, except during a migration."""
    connection_created.connect(watch, dispatch_uid="portal.changes")
    pre_migrate.connect(pause, sender=app)
    post_migrate.connect(go_on, sender=app)
