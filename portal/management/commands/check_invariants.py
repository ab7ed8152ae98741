"""Look whether everything holds that must: seats, waiting lists, logs, files, keys, the search index."""

from django.core.management.base import BaseCommand, CommandError

from portal.invariants import look


class Command(BaseCommand):
    help = "Look at all that must hold of rows and files, say what does not, and end with 1 then. Changes nothing."

    def handle(self, **options):
        found = 0
        for line in look():
            found += 1
            self.stdout.write(self.style.ERROR(line))
        if found:
            raise CommandError(
                f"{found} findings. Each says what and where; docs/operations.md says what to do."
            )
        self.stdout.write(self.style.SUCCESS("Everything holds."))
