"""Put an archive of `backup` back, into an empty installation or in place of this one."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal import invariants
from portal.backup import BackupRefused, passphrases
from portal.backup.restoring import restore


class Command(BaseCommand):
    help = "Verify an archive, put its database and files in place, migrate, build the search index, look at everything."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("archive")
        parser.add_argument("--passphrase-file", default="")
        parser.add_argument("--replace", action="store_true", help="although there is something already")

    def handle(self, *, archive, passphrase_file, replace, **options):
        try:
            passphrase = passphrases.read(passphrase_file)
            restore(Path(archive), passphrase=passphrase, replace=replace, say=self.stdout.write)
        except (BackupRefused, OSError) as no:
            raise CommandError(str(no)) from no
        found = list(invariants.look())
        for line in found:
            self.stdout.write(self.style.WARNING(line))
        self.stdout.write(self.style.SUCCESS(f"Restored, with {len(found)} findings."))
