"""The cache that all processes share; and while it is away, what each process remembers by itself.

Signing in needs a cache that can say yes: allauth counts attempts under a lock, and a cache that only says no refuses
everybody. So limits still hold while the file or the server is away, for each process by itself. Whoever finds it away
is the last to wait for it: for some seconds nobody asks again, and then one does. What must not be forgotten is in no
cache; sessions are in the database.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.utils.module_loading import import_string

#: Seconds after which a cache that was away is asked again.
ASKED_AGAIN = 5
#: What a process remembers at most; what was used longest ago goes first.
MOST_REMEMBERED = 20_000
logger = logging.getLogger(__name__)


class Whereabouts:
    """Whether a cache was away when it was last asked. All threads of a process know it together."""

    def __init__(self):
        self.lock = threading.Lock()
        self.ask_again_at: float | None = None

    def may_be_asked(self) -> bool:
        """Whether to ask it now. While it is away one thread every some seconds may; the others need not wait for that."""
        if self.ask_again_at is None:
            return True
        with self.lock:
            now = time.monotonic()
            if self.ask_again_at is not None and now < self.ask_again_at:
                return False
            self.ask_again_at = now + ASKED_AGAIN
            return True

    def is_away(self, fault: Exception) -> None:
        with self.lock:
            self.ask_again_at = time.monotonic() + ASKED_AGAIN
        logger.warning("The shared cache is away: %s", type(fault).__name__)

    def answered(self) -> None:
        if self.ask_again_at is not None:
            with self.lock:
                self.ask_again_at = None
            logger.warning("The shared cache is back")


#: By the place of a cache: Django makes the cache itself anew for each thread.
WHEREABOUTS: dict[str, Whereabouts] = {}


class CacheOrMemory(BaseCache):
    """Django's cache interface over another backend (`OPTIONS["behind"]`) that may fail at any moment."""

    def __init__(self, _location, params):
        behind = dict(params["OPTIONS"]["behind"])
        backend = import_string(behind.pop("BACKEND"))
        super().__init__(behind)
        place = str(behind.pop("LOCATION", ""))
        self.shared = backend(place, behind)
        self.memory = LocMemCache(f"while {place} is away", {"OPTIONS": {"MAX_ENTRIES": MOST_REMEMBERED}})
        self.memory.default_timeout = self.default_timeout
        self.whereabouts = WHEREABOUTS.setdefault(place, Whereabouts())

    def ask(self, name: str, *values, **named) -> Any:
        """What the shared cache answers, or the memory of this process. A key that is not there is an answer."""
        if self.whereabouts.may_be_asked():
            try:
                answer = getattr(self.shared, name)(*values, **named)
            except ValueError:
                self.whereabouts.answered()
                raise
            except Exception as fault:  # whatever a file, or the client of a server, raises when it is away
                self.whereabouts.is_away(fault)
            else:
                self.whereabouts.answered()
                return answer
        remembered: Callable = getattr(self.memory, name)
        return remembered(*values, **named)

    def get(self, key, default=None, version=None):
        return self.ask("get", key, default, version=version)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        self.ask("set", key, value, timeout, version=version)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self.ask("add", key, value, timeout, version=version)

    def incr(self, key, delta=1, version=None):
        return self.ask("incr", key, delta, version=version)

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        return self.ask("touch", key, timeout, version=version)

    def delete(self, key, version=None):
        return self.ask("delete", key, version=version)

    def has_key(self, key, version=None):
        return self.ask("has_key", key, version=version)

    def clear(self):
        self.ask("clear")

    def close(self, **kwargs):
        if self.whereabouts.ask_again_at is None:  # at the end of a request nobody waits for who is away
            self.ask("close", **kwargs)
