"""Take an archive of the database and all files, while people work, and read it again."""

import logging
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.backup import BackupRefused, passphrases, reading
from portal.backup.taking import take

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Take an archive of database, files and names of settings into a folder, and verify it."

    def add_arguments(self, parser):
        parser.add_argument(
            "folder", nargs="?", default=settings.BACKUP_DIR, help="BACKUP_DIR when not given"
        )
        parser.add_argument("--keep", type=int, default=settings.BACKUP_KEEP, help="how many stay (0: all)")
        parser.add_argument("--passphrase-file", default="", help="a file with the passphrase that seals it")
        parser.add_argument("--only-verify", metavar="ARCHIVE", help="read an archive that there is already")

    def handle(self, *, folder, keep, passphrase_file, only_verify, **options):
        try:
            passphrase = passphrases.read(passphrase_file)
            if only_verify:
                manifest = reading.verify(Path(only_verify), passphrase=passphrase)
                place = only_verify
            elif not folder:
                raise CommandError("Say where to: manage.py backup /srv/backups, or set BACKUP_DIR.")
            else:
                place, manifest = take(Path(folder), passphrase=passphrase, keep=keep)
        except (BackupRefused, OSError) as no:
            logger.error("No backup was taken: %s", no)  # the timer runs at night: ERROR_MAIL_TO hears of it
            raise CommandError(str(no)) from no
        except CommandError:
            raise
        except Exception as fault:
            logger.exception("No backup was taken: %s", type(fault).__name__)
            raise
        rows = sum(manifest.rows.values())
        self.stdout.write(self.style.SUCCESS(f"{place}: {rows} rows, {len(manifest.files)} files, verified."))
