"""A mail to the administrators when something of ours went wrong, for those whom ERROR_MAIL_TO names.

Django's own handler would send along what people typed. This one sends the line of the log, and each fault at most once
in ten minutes: a database that is down fails a thousand requests. It does not go through the outbox, which needs the
database, and a thread waits for the mail server so that no visitor does. A process that ends waits for these threads:
a command that a timer starts is over before any mail server has answered.
"""

import atexit
import logging
import time
from threading import Lock, Thread

from django.core.mail import mail_admins

from portal.log_lines import JsonLine

PAUSE = 600  # seconds until the same fault is told again
MOST = 200  # kinds of fault that are remembered
LAST = 30  # seconds that a process waits at its end, in all; a mail server has 20 to answer


class ErrorMail(logging.Handler):
    def __init__(self, clock=time.monotonic):
        super().__init__(logging.ERROR)
        self.setFormatter(JsonLine())
        self._clock = clock
        self._lock = Lock()
        self._told_at: dict[tuple, float] = {}
        self._on_their_way: set[Thread] = set()
        atexit.register(self.wait)

    def emit(self, record: logging.LogRecord) -> None:
        if self._is_news(record):
            facts = (record.levelname, self.format(record))
            self._on_their_way = {thread for thread in self._on_their_way if thread.is_alive()}
            thread = Thread(target=self._send, args=facts, name="error mail", daemon=True)
            thread.start()
            self._on_their_way.add(thread)

    def wait(self) -> None:
        """Wait until what is on its way has left, but not for ever."""
        deadline = time.monotonic() + LAST
        for thread in self._on_their_way:
            thread.join(max(0, deadline - time.monotonic()))

    def _is_news(self, record: logging.LogRecord) -> bool:
        kind = (record.name, record.module, record.lineno, record.exc_info and record.exc_info[0])
        now = self._clock()
        with self._lock:
            told_at = self._told_at.get(kind)
            if told_at is not None and now - told_at < PAUSE:
                return False
            if len(self._told_at) >= MOST:
                self._told_at.clear()
            self._told_at[kind] = now
        return True

    @staticmethod
    def _send(level: str, line: str) -> None:
        mail_admins(level, line, fail_silently=True)
