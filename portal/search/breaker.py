"""A circuit breaker: who has just failed twice is not asked for a while, so that nobody waits for it in vain.

One in each process, shared by its threads. After PAUSE one question goes through as a probe; its outcome decides.
A page that has waited in vain once does not wait a second time, whatever others find out meanwhile.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from portal.log_lines import about_request

#: Failures in a row. Each costs the person who asked a timeout, and some pages ask twice.
FAILURES = 2
#: Seconds. Caught up within 30 seconds of its return is what is promised of the index.
PAUSE = 5.0


#: The request of this thread that has waited in vain.
_gave_up: ContextVar = ContextVar("gave_up", default=None)


class IsOpen(Exception):
    """Not asked, because it has just failed."""


class Breaker:
    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._asks_again_at = 0.0

    @contextmanager
    def guard(self, *failures: type[Exception]) -> Iterator[None]:
        """Count how the block ends; `failures` are those that tell against who was asked. Raises IsOpen instead."""
        here = about_request.get()
        if here is not None and _gave_up.get() is here:
            raise IsOpen
        with self._lock:
            if self._failures >= FAILURES:
                if self._clock() < self._asks_again_at:
                    raise IsOpen
                self._asks_again_at = self._clock() + PAUSE  # the others wait for what the probe says
        try:
            yield
        except failures:
            _gave_up.set(here)
            with self._lock:
                self._failures += 1
                self._asks_again_at = self._clock() + PAUSE
            raise
        except BaseException:
            self._is_well()
            raise
        self._is_well()

    def _is_well(self) -> None:
        with self._lock:
            self._failures = 0
