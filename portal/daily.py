"""What is done once a day, such as expiry. Each record app may have a `daily.py` with `run(on)`.

What is forgotten on a day stands in one table (`portal.retention`) and is done after that.

Every part can run twice on one day and do its work once, so it does not matter who starts it: the worker in the morning
(`portal.timer`), or an administrator's timer with `manage.py run_daily`.
"""

from datetime import date

from django.utils import timezone

from portal.due import each_app


def run(on: date | None = None) -> list[str]:
    """Let every record app do its daily work for that day (today), and return a line about each thing done."""
    return each_app("daily", on or timezone.localdate())
