"""What must happen at its time, such as a reminder. Each record app may have a `due.py` with `run(at)`.

The worker asks every minute (`portal.timer`). Each part looks for what is due and not done yet, so a minute that was
missed is made up for at the next one, and asking twice does the work once.
"""

from datetime import datetime
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.utils import timezone

#: What of the portal itself has something to do.
GROUND = ("portal.search", "portal.retention", "portal.invariants")


def run(at: datetime | None = None) -> list[str]:
    """Let every record app do what is due at that time (now), and return a line about each thing done."""
    return each_app("due", at or timezone.now())


def each_app(module: str, moment) -> list[str]:
    """Call `run(moment)` of every record app that has the module. One that fails keeps none of the others from working.

    Raises an ExceptionGroup of what went wrong when all have had their turn.
    """
    lines: list[str] = []
    errors: list[Exception] = []
    for app in (*settings.RECORD_APPS, *GROUND):
        if find_spec(f"{app}.{module}"):
            try:
                lines += import_module(f"{app}.{module}").run(moment)
            except Exception as error:
                errors.append(error)
    if errors:
        raise ExceptionGroup(f"{module}: {len(errors)} apps failed", errors)
    return lines
