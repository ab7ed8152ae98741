"""A cache on a server of its own, which several machines share (CACHE_URL). While it is away it is empty, never an error.

What must not be forgotten is not in a cache: sessions are in the database, and limits are then counted by each process
(`portal.rate_limits`).
"""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)


class CacheServer(BaseCache):
    """Django's cache interface over another backend (`OPTIONS["behind"]`) that may fail at any moment."""

    def __init__(self, _location, params):
        behind = dict(params["OPTIONS"]["behind"])
        backend = import_string(behind.pop("BACKEND"))
        super().__init__(behind)
        self.server = backend(behind.pop("LOCATION", ""), behind)

    def ask(self, what: Callable, *values, otherwise: Any = None, **named) -> Any:
        """What the server answers; `otherwise` while it does not. A key that is not there is an answer."""
        try:
            return what(*values, **named)
        except ValueError:
            raise
        except Exception as fault:  # whatever the client of a server raises when it is away
            logger.warning("The cache server is away: %s", type(fault).__name__)
            return otherwise

    def get(self, key, default=None, version=None):
        return self.ask(self.server.get, key, default, version=version, otherwise=default)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        self.ask(self.server.set, key, value, timeout, version=version)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self.ask(self.server.add, key, value, timeout, version=version, otherwise=False)

    def incr(self, key, delta=1, version=None):
        number = self.ask(self.server.incr, key, delta, version=version)
        if number is None:
            raise ValueError(f"There is no {key} to count")
        return number

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        return self.ask(self.server.touch, key, timeout, version=version, otherwise=False)

    def delete(self, key, version=None):
        return self.ask(self.server.delete, key, version=version, otherwise=False)

    def has_key(self, key, version=None):
        return self.ask(self.server.has_key, key, version=version, otherwise=False)

    def clear(self):
        self.ask(self.server.clear)

    def close(self, **kwargs):
        self.ask(self.server.close, **kwargs)
