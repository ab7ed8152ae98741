"""A cache that all processes of one machine share: a SQLite file beside the others, without a server to look after.

Counting is one statement, so no hit is lost between two processes. What is in it may be lost at any time; it is not
synced to the disk. When the file cannot be read or written this raises: `portal.cache_or_memory` stands before it and
knows what then. An installation of several machines says CACHE_URL instead, such as redis://.
"""

import os
import pickle
import random
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

TABLE = "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value, expires REAL) WITHOUT ROWID"
ALIVE = "key = ? AND (expires IS NULL OR expires > ?)"
#: One write in so many throws away what has expired.
SWEPT_EVERY = 500
#: Seconds to wait for another process that writes; a write takes a tenth of a millisecond.
LONGEST_WAIT = 1


class SharedCache(BaseCache):
    """Django's cache interface over one file."""

    def __init__(self, location, params):
        super().__init__(params)
        self.file = Path(location)
        self.local = threading.local()

    def ask(self, statement: str, *values) -> list[tuple]:
        """The rows that a statement gives. After a fault the file is opened anew: it may be another one by then."""
        try:
            return self.connection().execute(statement, values).fetchall()
        except sqlite3.Error:
            self.local.process = None
            with suppress(AttributeError, sqlite3.Error):
                self.local.connection.close()
            raise

    def connection(self) -> sqlite3.Connection:
        """One for each thread of each process: a process that was forked opens its own."""
        if getattr(self.local, "process", None) != os.getpid():
            self.local.connection = sqlite3.connect(self.file, isolation_level=None, timeout=LONGEST_WAIT)
            self.local.connection.execute("PRAGMA journal_mode = WAL")
            self.local.connection.execute("PRAGMA synchronous = OFF")
            self.local.connection.execute(TABLE)
            self.local.process = os.getpid()
        return self.local.connection

    def get(self, key, default=None, version=None):
        rows = self.ask(f"SELECT value FROM entries WHERE {ALIVE}", self.named(key, version), time.time())
        return opened(rows[0][0]) if rows else default

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        entry = (self.named(key, version), closed(value), self.get_backend_timeout(timeout))
        self.ask("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", *entry)
        self.sweep()

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        rows = self.ask(
            "INSERT INTO entries VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE "
            "SET value = excluded.value, expires = excluded.expires WHERE expires <= ? RETURNING 1",
            self.named(key, version),
            closed(value),
            self.get_backend_timeout(timeout),
            time.time(),
        )
        self.sweep()
        return bool(rows)

    def incr(self, key, delta=1, version=None):
        rows = self.ask(
            f"UPDATE entries SET value = value + ? WHERE {ALIVE} RETURNING value",
            delta,
            self.named(key, version),
            time.time(),
        )
        if not rows:
            raise ValueError(f"There is no {key} to count")
        return rows[0][0]

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        until = self.get_backend_timeout(timeout)
        return bool(
            self.ask(
                f"UPDATE entries SET expires = ? WHERE {ALIVE} RETURNING 1",
                until,
                self.named(key, version),
                time.time(),
            )
        )

    def delete(self, key, version=None):
        return bool(self.ask("DELETE FROM entries WHERE key = ? RETURNING 1", self.named(key, version)))

    def has_key(self, key, version=None):
        return bool(self.ask(f"SELECT 1 FROM entries WHERE {ALIVE}", self.named(key, version), time.time()))

    def clear(self):
        self.ask("DELETE FROM entries")

    def named(self, key, version) -> str:
        return self.make_and_validate_key(key, version=version)

    def sweep(self):
        if random.randrange(SWEPT_EVERY) == 0:  # noqa: S311  no secret
            self.ask("DELETE FROM entries WHERE expires <= ?", time.time())


def closed(value):
    """As it stands in the file: whole numbers as they are, so that the database counts; anything else pickled."""
    return value if type(value) is int else pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def opened(value):
    return pickle.loads(value) if isinstance(value, bytes) else value  # noqa: S301  only we write this file
