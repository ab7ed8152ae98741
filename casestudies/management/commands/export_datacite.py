"""Write the published case studies as DataCite takes them, one file each, for a deposit at a registration agency."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from casestudies import datacite, doi
from casestudies.identifier import doi_of
from casestudies.models import CaseStudy


class Command(BaseCommand):
    help = (
        "Write a DataCite record for each published case study into FOLDER. Deposit the files, then run it again "
        "with --registered: only then the DOIs are shown."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument("--format", choices=["json", "xml"], default="json")
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
                number = sum(self.write(case, folder, options["format"]) for case in cases)
                self.stdout.write(f"{number} records are in {folder}.")
        except doi.WrongIdentifier as problem:
            raise CommandError(str(problem)) from problem

    def write(self, case: CaseStudy, folder: Path, form: str) -> bool:
        facts = datacite.attributes(case, doi=doi_of(case) or doi.proposed_doi(case))
        if form == "xml":
            text = datacite.document(datacite.resource(facts))
        else:
            body = {"data": {"type": "dois", "attributes": {"event": "publish", **facts}}}
            text = json.dumps(body, ensure_ascii=False, indent=2)
        (folder / f"{case.public_id}.{form}").write_text(text, encoding="utf-8")
        return True

    def note(self, case: CaseStudy, folder: Path) -> bool:
        """Note the DOI when a record of the case was written and none is noted yet."""
        was_written = any((folder / f"{case.public_id}.{form}").exists() for form in ("json", "xml"))
        if not was_written or doi_of(case):
            return False
        doi.note_doi(case, doi.proposed_doi(case))
        return True
