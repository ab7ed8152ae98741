"""Django's `flush`, with the triggers that keep rows down meanwhile: SQLite empties a table row by row."""

from django.core.management.commands import flush

from portal.guard import LISTENING


class Command(flush.Command):
    def handle(self, **options):
        for guard in LISTENING:
            guard.remove(options["database"])
        try:
            super().handle(**options)
        finally:
            for guard in LISTENING:
                guard.install(options["database"])
