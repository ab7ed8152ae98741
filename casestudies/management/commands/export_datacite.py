"""Write the published case studies as DataCite takes them, one file each, for a deposit at a registration agency."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from casestudies.models import CaseStudy
from casestudies.open_data import datacite, doi
from casestudies.open_data.identifier import doi_of
from casestudies.versions import text_of


class Command(BaseCommand):
    help = (
        "Write a DataCite record for each published case study into FOLDER. Deposit the files, then run it again "
        "with --registered: only then the DOIs are shown."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument("--format", choices=["json", "xml"], default="json")
        parser.add_argument(
            "--versions",
            action="store_true",
            help="write a record for each version too, under a DOI of its own",
        )
        parser.add_argument(
            "--registered", action="store_true", help="note the DOIs of the records in FOLDER as registered"
        )

    def handle(self, *, folder: Path, registered: bool, **options):
        folder.mkdir(parents=True, exist_ok=True)
        cases = CaseStudy.objects.published().for_export().order_by("pk").iterator(chunk_size=200)
        try:
            if registered:
                number = sum(self.note(case, folder) for case in cases)
                self.stdout.write(f"{number} DOIs are noted.")
            else:
                number = sum(
                    self.write_all(case, folder, options["format"], options["versions"]) for case in cases
                )
                self.stdout.write(f"{number} records are in {folder}.")
        except doi.WrongIdentifier as problem:
            raise CommandError(str(problem)) from problem

    def write_all(self, case: CaseStudy, folder: Path, form: str, with_versions: bool) -> int:
        """Write the record of a case and, where it has several versions, theirs. Returns how many."""
        self.write(case, folder / f"{case.public_id}.{form}", doi_of(case) or doi.proposed_doi(case))
        versions = list(case.versions.all()) if with_versions else []
        if len(versions) < 2:
            return 1
        for one in versions:
            name = f"{case.public_id}.v{one.number}.{form}"
            self.write(text_of(one), folder / name, doi.proposed_version_doi(one))
        return 1 + len(versions)

    def write(self, case: CaseStudy, file: Path, its_doi: str) -> None:
        facts = datacite.attributes(case, doi=its_doi)
        if file.suffix == ".xml":
            text = datacite.document(datacite.resource(facts))
        else:
            body = {"data": {"type": "dois", "attributes": {"event": "publish", **facts}}}
            text = json.dumps(body, ensure_ascii=False, indent=2)
        file.write_text(text, encoding="utf-8")

    def note(self, case: CaseStudy, folder: Path) -> bool:
        """Note the DOI when a record of the case was written and none is noted yet."""
        was_written = any((folder / f"{case.public_id}.{form}").exists() for form in ("json", "xml"))
        if not was_written or doi_of(case):
            return False
        doi.note_doi(case, doi.proposed_doi(case))
        return True
