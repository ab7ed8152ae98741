"""Compare the search index with the database, and mend it."""

from django.core.management.base import BaseCommand, CommandError

from portal.search import comparing
from portal.search.engine import SearchIsAway, SearchIsBusy


class Command(BaseCommand):
    help = "Compare the search index with the database, say what differs, and mend it."

    def add_arguments(self, parser):
        parser.add_argument("--only-look", action="store_true", help="say what differs and leave it")

    def handle(self, *args, only_look: bool, **options):
        try:
            found = comparing.compare()
            if not only_look:
                comparing.mend(found)
        except (SearchIsAway, SearchIsBusy) as away:
            raise CommandError(f"{away} Try again when the search engine answers.") from away
        for line in found.lines:
            self.stdout.write(line)
        if not found:
            self.stdout.write(self.style.SUCCESS("The index says what the database says."))
        elif not only_look:
            self.stdout.write(self.style.SUCCESS("The index was mended."))
