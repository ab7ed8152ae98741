"""Bring agencies in from a table, an HSDS file or a folder of HSDS tables."""

from pathlib import Path

from orgs import hsds
from orgs.agency_import import AgencyImport
from orgs.agency_table import from_table
from portal import tables
from portal.importing import ImportCommand, Report


class Command(ImportCommand):
    help = (
        "Import agencies from CSV or Excel (see docs/imports.md), from HSDS 3 JSON, or from a folder of HSDS or "
        "Ohana tables. Safe to run again: what is known is brought up to date."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--list", action="store_true", help="List new agencies at once, not as drafts.")
        parser.add_argument(
            "--source",
            help="A short name of where a folder comes from, so that its numbers are not taken for another's. "
            "The folder's name when not given.",
        )

    def bring_in(
        self, path: Path, report: Report, *, list: bool = False, source: str | None = None, **options
    ):
        if path.is_dir():
            agencies = hsds.read_folder(path, report, source or path.resolve().name)
        elif tables.looks_like_json(path):
            agencies = hsds.read_json(path, report)
        else:
            agencies = from_table(tables.read(path), report)
        importing = AgencyImport(report, list_new=list)
        for agency in self.progress(agencies):
            importing.take(agency)
