"""Where the passphrase of an archive comes from: a file that is named, or the environment; never a command line."""

import os
from pathlib import Path

from portal.backup import BackupRefused

SHORTEST = 12


def read(file: str) -> str:
    """The passphrase, or nothing when none is set. Raises BackupRefused for one that is easily guessed."""
    if file := file or os.environ.get("BACKUP_PASSPHRASE_FILE", ""):
        passphrase = Path(file).read_text(encoding="utf-8").strip()
    else:
        passphrase = os.environ.get("BACKUP_PASSPHRASE", "")
    if (file or passphrase) and len(passphrase) < SHORTEST:
        raise BackupRefused(f"The passphrase has fewer than {SHORTEST} characters. Take four words.")
    return passphrase
