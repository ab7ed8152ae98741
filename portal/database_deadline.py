"""How long a visitor waits for the database: a server that froze says nothing, and no timeout of its own ends that.

`portal.wsgi` sets the deadline, so it holds for web processes only: migrations and exports may take their time.
"""

from typing import Any

import psycopg

#: Seconds; None for processes in front of which nobody waits.
seconds: float | None = None


class Connection(psycopg.Connection):
    """A connection that is given up when one statement takes longer than the deadline."""

    def wait(self, gen, interval=0.1, timeout=None) -> Any:
        """Raises OperationalError past the deadline; the connection is closed then, because an answer may still come."""
        if timeout is not None or seconds is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, seconds)
        except psycopg.errors._WaitTimeout as late:
            self.close()
            raise psycopg.OperationalError(f"The database did not answer within {seconds} seconds.") from late
