"""The demo world: invented agencies, events and case studies, built through the rules from a seed.

Every record app builds its part in its own `demo.py` (`build(random, today, step)` and `remove()`). All of it is
marked as a sample, belongs to nobody real, and goes away with one command.
"""

import random
from collections.abc import Callable
from datetime import date
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from portal.search import indexing

PASSWORD = "tongxing-demo"  # noqa: S105  of the demo accounts only
ACCOUNTS = [
    {"email": "staff@example.org", "name": "周慧敏", "what": "agency staff: manager of 东城同心社工"},
    {"email": "researcher@example.org", "name": "方以宁", "what": "researcher at 岭海大学"},
    {"email": "editor@example.org", "name": "门户编辑", "what": "portal editor and moderator"},
]


def is_built() -> bool:
    return get_user_model().objects.filter(is_sample=True).exists()


@transaction.atomic
def build(*, seed: int, today: date, step: Callable[[str], None]) -> None:
    """Build the whole world, or nothing. `step` is told what is being built.

    The same seed on the same day gives the same world. Nobody is written to: mail that the rules queued is dropped.
    """
    queued_before = set(DBTaskResult.objects.values_list("pk", flat=True))
    dice = random.Random(seed)
    with indexing.in_bulk():
        for app in settings.RECORD_APPS:
            import_module(f"{app}.demo").build(dice, today, step)
    DBTaskResult.objects.exclude(pk__in=queued_before).delete()


@transaction.atomic
def remove() -> None:
    """Take every sample away again, the last built first."""
    for app in reversed(settings.RECORD_APPS):
        import_module(f"{app}.demo").remove()
