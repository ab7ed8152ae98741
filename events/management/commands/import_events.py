"""Bring events in from an iCalendar file."""

from pathlib import Path

from django.utils.translation import gettext as _

from events.hosting import calendar_import
from orgs.models import Agency
from portal.importing import ImportCommand, Refused, Report


class Command(ImportCommand):
    help = (
        "Import events from an iCalendar file (.ics) as drafts of one agency. Safe to run again: an entry that came in "
        "before is updated. Repeating entries become dated sessions, at most 200 and two years from the first."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--agency", required=True, metavar="SLUG", help="The agency that holds these events."
        )
        parser.add_argument(
            "--publish",
            action="store_true",
            help="Show the events to everybody at once instead of leaving them as drafts.",
        )

    def bring_in(self, path: Path, report: Report, *, agency: str, publish: bool, **options) -> None:
        host = Agency.objects.filter(slug=agency).first()
        if host is None:
            raise Refused(_("There is no agency “%(slug)s”.") % {"slug": agency})
        if path.is_dir():
            raise Refused(_("“%(path)s” is a folder. Name one iCalendar file.") % {"path": path})
        groups = calendar_import.entries_by_uid(path.read_bytes(), report)
        calendar_import.bring_in_all(self.progress(groups), host=host, publish=publish, report=report)
