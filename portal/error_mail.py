"""A mail to the administrators when something of ours went wrong, for those whom ERROR_MAIL_TO names.

Django's own handler would send along what people typed. This one sends the line of the log, and each fault at most once
in ten minutes: a database that is down fails a thousand requests. It does not go through the outbox, which needs the
database, and a thread waits for the mail server so that no visitor does.
"""

import logging
import time
from threading import Lock, Thread

from django.core.mail import mail_admins

from portal.log_lines import JsonLine

PAUSE = 600  # seconds until the same fault is told again
MOST = 200  # kinds of fault that are remembered


class ErrorMail(logging.Handler):
    def __init__(self, clock=time.monotonic):
        super().__init__(logging.ERROR)
        self.setFormatter(JsonLine())
        self._clock = clock
        self._lock = Lock()
        self._told_at: dict[tuple, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if self._is_news(record):
            facts = (record.levelname, self.format(record))
            Thread(target=self._send, args=facts, name="error mail", daemon=True).start()

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
