"""What all import commands share: one transaction, one savepoint per row, and a report that says what became of each row.

A bad row is refused with a sentence and never stops the good ones. A crash, or a trial run, leaves nothing behind.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import DataError, IntegrityError, models, transaction
from django.utils.translation import gettext, pgettext_lazy

BAR = 30  # characters
#: What a spreadsheet may read as the beginning of a formula; Chinese and Japanese ones take the wide signs too.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")


class Refused(Exception):
    """This row, or this whole file, does not come in; the argument is the sentence that says why."""

    @property
    def sentence(self) -> str:
        return str(self.args[0])


class Outcome(models.TextChoices):
    CREATED = "created", pgettext_lazy("what an import did with a row", "created")
    UPDATED = "updated", pgettext_lazy("what an import did with a row", "updated")
    UNCHANGED = "unchanged", pgettext_lazy("what an import did with a row", "unchanged")
    REFUSED = "refused", pgettext_lazy("what an import did with a row", "refused")
    COUNTED = "counted", pgettext_lazy("what an import did with a row", "counted, not stored")
    NOTE = "note", pgettext_lazy("what an import did with a row", "note")


@dataclass(frozen=True)
class Entry:
    """What became of one row. `where` is a row number, a file name or both; `number` is how many things it speaks of."""

    outcome: Outcome
    kind: str
    where: str
    name: str
    sentence: str
    number: int = 1


class Report:
    """What an import did, in the order in which it did it."""

    def __init__(self):
        self.entries: list[Entry] = []

    def add(self, outcome: Outcome, kind, *, where="", name="", sentence="", number: int = 1) -> None:
        self.entries.append(Entry(Outcome(outcome), str(kind), str(where), str(name), str(sentence), number))

    def created(self, kind, **what) -> None:
        self.add(Outcome.CREATED, kind, **what)

    def updated(self, kind, **what) -> None:
        self.add(Outcome.UPDATED, kind, **what)

    def unchanged(self, kind, **what) -> None:
        self.add(Outcome.UNCHANGED, kind, **what)

    def refused(self, kind, **what) -> None:
        self.add(Outcome.REFUSED, kind, **what)

    def counted(self, kind, **what) -> None:
        self.add(Outcome.COUNTED, kind, **what)

    def note(self, kind, **what) -> None:
        self.add(Outcome.NOTE, kind, **what)

    @contextmanager
    def row(self, kind, *, where, name=""):
        """One row in its own savepoint. Refused inside, the row is undone whole, what was reported of it too."""
        before = len(self.entries)
        try:
            with transaction.atomic():
                yield
        except Refused as refusal:
            sentence = refusal.sentence
        except ValidationError as error:
            sentence = in_words(error)
        except (IntegrityError, DataError) as error:
            sentence = gettext("The database does not take this row: %(reason)s") % {"reason": error}
        else:
            return
        del self.entries[before:]
        self.refused(kind, where=where, name=name, sentence=sentence)

    def count(self, outcome: Outcome, kind=None) -> int:
        """How many things had this outcome, of one kind or of all."""
        return sum(
            entry.number
            for entry in self.entries
            if entry.outcome == outcome and (kind is None or entry.kind == str(kind))
        )

    def summary(self) -> list[str]:
        """One line for each kind of thing, with the outcomes that occurred, then every refusal and note."""
        numbers: Counter[tuple[str, Outcome]] = Counter()
        for entry in self.entries:
            numbers[entry.kind, entry.outcome] += entry.number
        lines = []
        for kind in dict.fromkeys(entry.kind for entry in self.entries):
            outcomes = [
                f"{numbers[kind, outcome]} {outcome.label}" for outcome in Outcome if numbers[kind, outcome]
            ]
            lines.append(f"{kind}: {', '.join(outcomes)}")
        for entry in self.entries:
            if entry.sentence:
                place = " · ".join(filter(None, (entry.where, entry.name)))
                lines.append(f"  [{entry.outcome.label}] {place}{': ' if place else ''}{entry.sentence}")
        return lines

    def write(self, file: Path) -> None:
        """All entries as a CSV table that a spreadsheet opens as text: marked UTF-8, no cell read as a formula."""
        with file.open("w", encoding="utf-8-sig", newline="") as lines:
            table = csv.writer(lines)
            table.writerow(["where", "kind", "outcome", "number", "name", "reason"])
            for entry in self.entries:
                table.writerow(
                    map(
                        inert,
                        (
                            entry.where,
                            entry.kind,
                            entry.outcome.value,
                            str(entry.number),
                            entry.name,
                            entry.sentence,
                        ),
                    )
                )


def inert(cell: str) -> str:
    """The cell as text for a spreadsheet: what would start a formula is quoted, full-width signs included."""
    return "'" + cell if cell.startswith(FORMULA) else cell


def in_words(error: ValidationError) -> str:
    """A model's complaint as one sentence, each field by its name."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(
        " ".join(messages) if field == NON_FIELD_ERRORS else f"{field}: {' '.join(messages)}"
        for field, messages in error.message_dict.items()
    )


class ImportCommand(BaseCommand):
    """A command that reads a file. A subclass says in `bring_in` what to do with it."""

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path, metavar="FILE", help="The file or folder to read.")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="Try everything, write nothing, and report what would happen.",
        )
        parser.add_argument(
            "--report", type=Path, metavar="CSV", help="Write what became of each row to this CSV file."
        )

    def bring_in(self, path: Path, report: Report, **options) -> None:
        """Read `path` and write rows, each inside `report.row(...)`. Raise Refused when the whole file is no use."""
        raise NotImplementedError

    def handle(self, *, path: Path, dry_run: bool, report: Path | None, **options):
        told = Report()
        try:
            self.check_paths(path, report)
            with transaction.atomic():
                self.bring_in(path, told, **options)
                transaction.set_rollback(dry_run)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        for line in told.summary():
            self.stdout.write(line)
        if report:
            told.write(report)
        if dry_run:
            self.stdout.write(gettext("This was a trial. Nothing was written."))

    @staticmethod
    def check_paths(path: Path, report: Path | None) -> None:
        """Refuse what could only fail after the work, or would destroy the input."""
        if not path.exists():
            raise Refused(gettext("There is no file “%(path)s”.") % {"path": path})
        if report and not report.resolve().parent.is_dir():
            raise Refused(gettext("There is no folder for the report “%(path)s”.") % {"path": report})
        if report and report.is_dir():
            raise Refused(gettext("The report “%(path)s” is a folder. Name a file.") % {"path": report})
        if report and report.exists() and report.samefile(path):
            raise Refused(gettext("The report would overwrite the file to import. Name another file."))

    def progress(self, rows: Iterable, total: int | None = None) -> Iterator:
        """Hand on `rows` and draw on the error stream how far we are: a bar on a terminal, else a line per tenth."""
        if total is None:
            rows = list(rows)
            total = len(rows)
        shown = None
        for done, row in enumerate(rows, start=1):
            yield row
            percent = 100 * done // total if total else 100
            step = percent if self.stderr.isatty() else percent // 10
            if step == shown:
                continue
            shown = step
            if self.stderr.isatty():
                bar = "#" * (BAR * percent // 100)
                ending = "\n" if done == total else ""
                self.stderr.write(f"\r[{bar:<{BAR}}] {percent:3d} %", style_func=str, ending=ending)
            elif percent:
                self.stderr.write(f"{percent} %", style_func=str)
