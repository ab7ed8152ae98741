"""Bring reports (.docx, .md, .txt) in as drafts of one agency. Run again with the same files, it updates the drafts."""

from pathlib import Path

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from casestudies.models import CaseStudy
from casestudies.report import draft as report_draft
from casestudies.report import reading
from casestudies.writing import authoring
from orgs.models import Agency
from portal.importing import ImportCommand, Refused, Report

ENDINGS = (".docx", ".md", ".markdown", ".txt")
SOURCE_LONGEST = 300  # characters of `CaseStudy.external_id`


class Command(ImportCommand):
    help = (
        "Read reports (.docx, .md, .txt; files, or folders of them) into draft case studies of one agency. "
        "Nothing is published. Safe to run twice: a file of the same name updates its draft."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        path = next(action for action in parser._actions if action.dest == "path")
        path.nargs = "+"
        parser.add_argument(
            "--agency", required=True, metavar="SLUG", help="The agency whose cases these are."
        )

    def handle(self, *, path: list[Path], agency: str, **options):
        owner = Agency.objects.filter(slug=agency).first()
        if owner is None:
            raise CommandError(_("There is no agency “%(slug)s”.") % {"slug": agency})
        *others, first = reversed(path)
        for other in others:
            try:
                self.check_paths(other, options["report"])
            except Refused as refusal:
                raise CommandError(refusal.sentence) from refusal
        super().handle(path=first, paths=path, owner=owner, **options)

    def bring_in(self, path: Path, report: Report, *, paths: list[Path], owner: Agency, **options) -> None:
        """Each file is one document, in its own savepoint."""
        files = [(file, name) for one in paths for file, name in files_of(one)]
        if not files:
            raise Refused(_("There is no .docx, .md or .txt file in “%(path)s”.") % {"path": path})
        for file, name in self.progress(files):
            with report.row(_("Documents"), where=name):
                bring_in_one(file, name, owner, report)


def files_of(path: Path) -> list[tuple[Path, str]]:
    """The reports at a path, each with the name it is known by: a file's own, or its way inside the folder."""
    if not path.is_dir():
        return [(path, path.name)]
    found = sorted(file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in ENDINGS)
    return [
        (file, file.relative_to(path).as_posix()) for file in found if not file.name.startswith(("~$", "."))
    ]


def bring_in_one(file: Path, name: str, owner: Agency, told: Report) -> None:
    """Read one report and make or update its draft. Raises Refused."""
    if len(name) > SOURCE_LONGEST:
        raise Refused(_("The name of this file is too long. Shorten it to 300 characters."))
    try:
        read = reading.read(file.name, file.read_bytes())
    except reading.Unreadable as refusal:
        raise Refused(str(refusal)) from refusal
    fields = read.fields()
    case = CaseStudy.objects.filter(agency=owner, external_id=name).first()
    left_out = read.pictures
    try:
        if case is None:
            case, lost = report_draft.begin(owner, read, by=None, name=file.name, external_id=name)
            left_out = read.pictures - len(read.images) + lost
            told.created(_("Documents"), where=name, name=read.title)
        elif says_already(authoring.draft_of(case), fields):
            told.unchanged(_("Documents"), where=name, name=read.title)
        else:
            authoring.save_draft(case, by=None, **fields)
            told.updated(_("Documents"), where=name, name=read.title)
    except authoring.AuthoringError as refusal:
        raise Refused(str(refusal)) from refusal
    sections = [piece for piece in read.pieces if piece.heading and piece.field != "further_text"]
    told.counted(_("Headings put in place"), where=name, number=len(sections))
    told.counted(_("Pieces kept under “Further text”"), where=name, number=len(read.further))
    if left_out:
        told.note(_("Left out"), where=name, sentence=_("Pictures were left out."), number=left_out)


def says_already(draft: CaseStudy, fields: dict) -> bool:
    return all(getattr(draft, name) == value for name, value in fields.items())
