"""The ledger of erasures: who was forgotten stays forgotten when an older backup is restored.

It holds keyed fingerprints of public ids, from which nobody learns who it was. A backup that is older than an erasure does
not have its row; therefore the ledger is a file too (ERASURE_LEDGER), outside of what a restore puts back. `restore` calls
`manage.py replay_erasures`, which forgets everybody in the file or the table who is there again.
"""

import fcntl
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.models import Erasure
from portal.outbox import after_commit

SALT = "portal.erasures"


def fingerprints(public_id: UUID) -> list[str]:
    """What the ledger calls this person: by the secret of today first, then by former ones."""
    return [
        salted_hmac(SALT, public_id.hex, secret=secret, algorithm="sha256").hexdigest()
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]


def write_down(public_id: UUID, *, at: datetime | None = None) -> None:
    """Put somebody into the ledger, in the transaction that forgets them; the file follows by the outbox."""
    Erasure.objects.get_or_create(
        fingerprint=fingerprints(public_id)[0], defaults={"at": at or timezone.now()}
    )
    bring_file_up_to_date.enqueue()


@after_commit
def bring_file_up_to_date() -> None:
    """Add to the file what only the table knows. Repeatable, and safe beside another worker."""
    file = Path(settings.ERASURE_LEDGER)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+", encoding="ascii") as ledger:
        fcntl.flock(ledger, fcntl.LOCK_EX)
        ledger.seek(0)
        known = read(ledger)
        for row in Erasure.objects.order_by("pk"):
            if row.fingerprint not in known:
                ledger.write(f"{row.fingerprint} {row.at.isoformat()}\n")


def read(lines: Iterable[str]) -> dict[str, datetime]:
    """The fingerprints in the lines of a ledger, with their moments. A line that was cut off is passed over."""
    found = {}
    for line in lines:
        fingerprint, _space, at = line.strip().partition(" ")
        if len(fingerprint) == 64 and at:
            found[fingerprint] = datetime.fromisoformat(at)
    return found


def known(file: Path | None = None) -> set[str]:
    """Everybody in the ledger: of that file (the installation's own) and of the table, which learns what it lacked."""
    file = file or Path(settings.ERASURE_LEDGER)
    written = read(file.read_text(encoding="ascii").splitlines()) if file.exists() else {}
    for fingerprint, at in written.items():
        Erasure.objects.get_or_create(fingerprint=fingerprint, defaults={"at": at})
    return set(Erasure.objects.values_list("fingerprint", flat=True))


def is_known(public_id: UUID, ledger: set[str]) -> bool:
    return not ledger.isdisjoint(fingerprints(public_id))
