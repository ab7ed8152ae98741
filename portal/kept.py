"""What is the same for everybody, kept in the memory of a process until something changes that visitors may see.

Whole answers for visitors (`portal.page_cache_views`) and the parts of pages that are not the reader's own
(`portal.public_parts`). Nothing is older than a minute, because days pass by themselves.
"""

import random
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from django.db import DatabaseError, connection

from portal import changes

KEPT_FOR = 60  # seconds at most; a part of them by chance, so that what was made at once is not all made anew at once
MOST_BYTES = 48 * 1024 * 1024  # of a process


@dataclass(frozen=True)
class Kept:
    """Something that was made, with the moment before its making began (seconds since 1970) and its size in bytes."""

    made_at: float
    size: int
    value: object
    lasts: float = field(default_factory=lambda: KEPT_FOR * random.uniform(0.6, 1))  # noqa: S311  no secret

    @property
    def is_good(self) -> bool:
        """Whether visitors may still see it: it is at most a second older than the last change.

        While the database is away what was kept is still good.
        """
        age = time.time() - self.made_at
        return age < changes.WINDOW or (age < self.lasts and not changes.happened_since(self.made_at))

    def is_current(self, last_change: float) -> bool:
        """Whether nothing changed since, so that even whoever changed something a moment ago may see it."""
        return time.time() - self.made_at < self.lasts and self.made_at > last_change + changes.WINDOW


class Store:
    """What a process keeps, the least recently read first."""

    def __init__(self):
        self.lock = threading.Lock()
        self.kept: OrderedDict[tuple, Kept] = OrderedDict()
        self.size = 0

    def get(self, key: tuple) -> Kept | None:
        with self.lock:
            if kept := self.kept.get(key):
                self.kept.move_to_end(key)
            return kept

    def put(self, key: tuple, kept: Kept) -> None:
        with self.lock:
            if before := self.kept.pop(key, None):
                self.size -= before.size
            self.kept[key] = kept
            self.size += kept.size
            while self.size > MOST_BYTES:
                self.size -= self.kept.popitem(last=False)[1].size


STORE = Store()


def current(request, key: tuple, about: tuple[int, ...] = changes.EVERYTHING):
    """What is kept under this key if nothing of `about` changed since, else None. The database is asked once a request.

    What a transaction has changed that is still open may never come to be: it sees nothing that is kept.
    """
    found = STORE.get(key)
    if found is None or changes.is_to_be_told(connection):
        return None
    if not hasattr(request, "last_changes"):
        try:
            request.last_changes = changes.ask()
        except DatabaseError:
            return None
    return found.value if found.is_current(max(map(request.last_changes.get, about))) else None


def put(key: tuple, value, *, made_at: float, size: int):
    """Keep this, and give it back."""
    if KEPT_FOR and not changes.is_to_be_told(connection):
        STORE.put(key, Kept(made_at, size, value))
    return value
