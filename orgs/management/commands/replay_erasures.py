"""Forgets again whom an older backup brought back. `restore` calls it before the portal answers anybody."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from orgs import leaving
from portal import erasures


class Command(BaseCommand):
    help = "Forget again everybody in the ledger of erasures whom a restored backup brought back."

    def add_arguments(self, parser):
        parser.add_argument(
            "ledger", nargs="?", type=Path, help="a ledger from elsewhere; without it ERASURE_LEDGER"
        )

    def handle(self, *args, ledger=None, **options):
        if ledger and not ledger.exists():
            raise CommandError(f"There is no file {ledger}. Give the path of erasures.txt, or leave it out.")
        back = leaving.replay(erasures.known(ledger))
        self.stdout.write(f"{len(back)} people were forgotten again.")
