"""How old what an agency says about itself may become. The states, and the days at which one gives way to the next."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

#: What was confirmed counts as fresh for half a year. HDX asks for the same, and for its two graces of 30 and 60 days.
INTERVAL = timedelta(days=180)


class State(models.TextChoices):
    """From the youngest to the oldest; UNCONFIRMED has no age, because nobody of the agency has said anything."""

    FRESH = "fresh", _("Up to date")
    DUE = "due", _("Soon to be confirmed again")
    OVERDUE = "overdue", _("Not confirmed lately")
    DELINQUENT = "delinquent", _("Not confirmed for long")
    DORMANT = "dormant", _("Not confirmed for a year")
    UNCONFIRMED = "unconfirmed", _("Not confirmed by the agency")


#: The age at which each state begins.
BEGINS_AT = {
    State.FRESH: timedelta.min,
    State.DUE: INTERVAL - timedelta(days=14),
    State.OVERDUE: INTERVAL + timedelta(days=31),
    State.DELINQUENT: INTERVAL + timedelta(days=61),
    State.DORMANT: INTERVAL + timedelta(days=181),
}
#: An entry that nobody has confirmed yet came from somewhere that the portal's staff know, so it counts, and says so.
COUNTS_AS_COVERAGE = (State.FRESH, State.DUE, State.OVERDUE, State.UNCONFIRMED)


def state_of(confirmed_on: date | None, on: date) -> State:
    """The state on that day of what was last confirmed on `confirmed_on` (None: never)."""
    if confirmed_on is None:
        return State.UNCONFIRMED
    return max(
        (state for state, age in BEGINS_AT.items() if on - confirmed_on >= age),
        key=lambda state: BEGINS_AT[state],
    )


def confirmed_within(states, on: date) -> Q:
    """The rows that are in one of the states on that day, by plain comparison of dates with `confirmed_on`."""
    ages = list(BEGINS_AT)
    found = Q(pk__in=[])
    for state in states:
        if state == State.UNCONFIRMED:
            found |= Q(confirmed_on__isnull=True)
            continue
        part = Q(confirmed_on__isnull=False)
        if state != State.FRESH:
            part &= Q(confirmed_on__lte=on - BEGINS_AT[state])
        if state != State.DORMANT:
            part &= Q(confirmed_on__gt=on - BEGINS_AT[ages[ages.index(state) + 1]])
        found |= part
    return found
