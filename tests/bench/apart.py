"""Where a benchmark works: apart from the portal whose settings may stand in the surroundings of whoever starts it."""

import os
from pathlib import Path

#: Where a portal keeps what it knows, and whom it reaches.
OF_A_PORTAL = {
    "DATABASE_URL",
    "SEARCH_URL",
    "CACHE_URL",
    "EMAIL_URL",
    "ERROR_MAIL_TO",
    "MEDIA_ROOT",
    "PRIVATE_ROOT",
    "ERASURE_LEDGER",
    "BACKUP_DIR",
}


def apart(folder: Path | str, **settings: str) -> dict[str, str]:
    """The environment of a portal that keeps everything in this folder, with these settings besides."""
    inherited = {name: value for name, value in os.environ.items() if name not in OF_A_PORTAL}
    return inherited | {"VAR_DIR": str(folder)} | settings
