"""What is done once a day, such as reminders. Each record app may have a `daily.py` with `run(on)`.

Every part can run twice on one day and do its work once, so the administrator's timer need not be exact.
"""

from datetime import date
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.utils import timezone


def run(on: date | None = None) -> list[str]:
    """Let every record app do its daily work for that day (today), and return a line about each thing done."""
    lines: list[str] = []
    for app in settings.RECORD_APPS:
        if find_spec(f"{app}.daily"):
            lines += import_module(f"{app}.daily").run(on or timezone.localdate())
    return lines
