"""Trying again what the database broke off because two people got in each other's way. Neither is told of it."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 4
#: PostgreSQL's words for it: a deadlock was found, and a transaction could not be put in order with another one.
BROKEN_OFF = ("40P01", "40001")
PAUSE = 0.05  # seconds, at most, for each time that it failed


def tried_again(rule: Callable[P, T]) -> Callable[P, T]:
    """Make a rule that is one transaction try again, up to three times, when the database broke it off.

    Inside a transaction of somebody else it is not tried again: that one is broken as a whole.
    """

    @wraps(rule)
    def carry_out(*args: P.args, **kwargs: P.kwargs) -> T:
        if connection.in_atomic_block:
            return rule(*args, **kwargs)
        for failed in range(1, TRIES):
            try:
                return rule(*args, **kwargs)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) not in BROKEN_OFF:
                    raise
            time.sleep(random.random() * PAUSE * failed)  # noqa: S311  no secret
        return rule(*args, **kwargs)

    return carry_out
