"""How a person stands at an event: the status, the log entry about it and the letter about it, written together."""

from datetime import datetime

from events.mails import letters
from events.models import Registration, RegistrationLogEntry
from orgs.models import User


def settle(
    registration: Registration,
    status: str,
    *,
    by: User | None,
    at: datetime,
    template: str,
    reason: str = "",
    waiting_since: datetime | None = None,
    promoted_at: datetime | None = None,
) -> None:
    """Write down the new status, with its log entry and its letter, all in the caller's transaction.

    With an empty `template` nobody is written to: of a place at an event that is over.
    """
    registration.status, registration.waiting_since = status, waiting_since
    registration.promoted_at = promoted_at
    registration.save(update_fields=["status", "pool", "waiting_since", "promoted_at"])
    note_down(registration, by=by, at=at, template=template, reason=reason)


def note_down(
    registration: Registration, *, by: User | None, at: datetime, template: str, reason: str = ""
) -> None:
    """The log entry about the status as it is now, and the letter about it."""
    entry = RegistrationLogEntry.objects.create(
        registration=registration, status=registration.status, by=by, at=at, reason=reason
    )
    if template:
        letters.write(entry, template)
