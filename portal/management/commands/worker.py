"""The worker: sends what is in the outbox, and lets the clock tick. One beside the web server; two do no harm."""

import logging
from threading import Event, Thread

from django.db import connections
from django_tasks_db.management.commands import db_worker

from portal import timer

PAUSE = 10  # seconds between two looks at the clock; what is due is due by the minute
logger = logging.getLogger(__name__)


class Clock(Thread):
    """Ticks beside the outbox, so that a mail server that does not answer holds up no reminder."""

    def __init__(self):
        super().__init__(name="clock", daemon=True)
        self.is_over = Event()

    def run(self) -> None:
        while True:
            try:
                timer.beat()
                timer.tick()
            except Exception:
                logger.exception("The clock could not reach the database; it tries again")
            finally:
                connections.close_all()
            if self.is_over.wait(PAUSE):
                return


class Command(db_worker.Command):
    help = "Send what is in the outbox and do what is due, until stopped. --batch does both once."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.set_defaults(backend_name="outbox", reload=False)

    def handle(self, *, batch, **options):
        if batch:
            timer.beat()
            timer.tick()
            super().handle(batch=batch, **options)
            return
        clock = Clock()
        clock.start()
        try:
            super().handle(batch=batch, **options)
        finally:
            clock.is_over.set()
