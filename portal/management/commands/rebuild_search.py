"""Build the search index anew from the database, beside the live one."""

import sys

from django.core.management.base import BaseCommand, CommandError

from portal.search import rebuild
from portal.search.document import how_many
from portal.search.engine import SearchIsBusy

WIDTH = 40


class Command(BaseCommand):
    help = (
        "Build the search index anew from the database, beside the live one, and switch when it is complete."
    )

    def handle(self, *args, **options):
        expected = how_many()

        def with_progress(documents):
            for number, document in enumerate(documents, start=1):
                yield document
                if number % 100 == 0 or number == expected:
                    self.show(number, expected)

        try:
            number = rebuild(progress=with_progress)
        except SearchIsBusy as busy:
            raise CommandError(f"{busy} Try again in a minute.") from busy
        self.stdout.write(self.style.SUCCESS(f"{number} records can be found."))

    def show(self, number: int, expected: int) -> None:
        """A bar on a terminal; silence in a log."""
        if sys.stdout.isatty():
            done = min(WIDTH, WIDTH * number // max(expected, 1))
            self.stdout.write(
                f"\r[{'#' * done:<{WIDTH}}] {number}/{expected}", ending="\r" if number < expected else "\n"
            )
            self.stdout.flush()
