"""How long what is kept, and why: one table, shown to everybody, and carried out by itself each day.

Each record app writes its part in its `retention.py` (`RULES`); what the portal itself keeps stands in
`portal.retention.ground`. A rule with `carry_out` deletes or makes nameless what its day has come for; one without it
says what another part of the machine does. Law: Personal Information Protection Law of China, article 19 (the shortest
time that the purpose needs) and 47 (deletion).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from importlib import import_module

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Rule:
    """`kept` says how long and from when; `carry_out(on)` does it for that day and returns a line about what it did."""

    what: Promise
    why: Promise
    kept: Promise
    carry_out: Callable[[date], list[str]] | None = None


def rules() -> Iterator[Rule]:
    """The whole table: the record apps in their order, then the ground."""
    for app in settings.RECORD_APPS:
        yield from import_module(f"{app}.retention").RULES
    yield from import_module("portal.retention.ground").RULES


def so_long(sentence: Promise, days: int) -> Promise:
    """`sentence` with the `{days}` that the administrator set; 0 keeps it for good."""
    return format_lazy(sentence, days=days) if days else _("For good; the administrator set no limit.")


def midnight(on: date) -> datetime:
    """The moment in which that day begins, where the portal is."""
    return timezone.make_aware(datetime.combine(on, time()))
