"""The ground of every import: what a row, a refusal, a crash and a trial run leave behind."""

import csv
import io

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction

from portal.importing import ImportCommand, Outcome, Refused, Report, inert
from portal.models import Topic

pytestmark = pytest.mark.django_db


class Words(ImportCommand):
    """Imports a word per line as a topic; "bad" is refused, "crash" is a bug."""

    def bring_in(self, path, report, **options):
        for number, word in enumerate(self.progress(path.read_text().split()), start=1):
            with report.row("word", where=number, name=word):
                topic = Topic.objects.create(code=word, name_zh=word, name_en=word, scheme="thm")
                report.created("word", where=number, name=word)
                if word == "bad":
                    raise Refused("This word is bad.")
                if word == "long":
                    topic.name_zh = "字" * 90
                    topic.full_clean()
        if word == "crash":
            raise ZeroDivisionError


def words():
    return set(
        Topic.objects.filter(code__in=["one", "bad", "long", "two", "crash"]).values_list("code", flat=True)
    )


@pytest.fixture
def bring_in(tmp_path):
    def run(text, **options):
        file = tmp_path / "words.txt"
        file.write_text(text)
        out, err = io.StringIO(), io.StringIO()
        call_command(Words(), file, stdout=out, stderr=err, **options)
        return out.getvalue(), err.getvalue()

    return run


def test_a_bad_row_is_undone_and_the_good_ones_stay(bring_in):
    out, _err = bring_in("one bad two")
    assert words() == {"one", "two"}
    assert "This word is bad." in out


def test_a_model_s_complaint_is_a_refusal_that_names_the_field(bring_in, tmp_path):
    bring_in("one long two one", report=tmp_path / "report.csv")
    rows = list(csv.DictReader((tmp_path / "report.csv").open(encoding="utf-8-sig")))
    assert [(row["where"], row["outcome"]) for row in rows] == [
        ("1", "created"),
        ("2", "refused"),
        ("3", "created"),
        ("4", "refused"),
    ]
    assert rows[1]["reason"].startswith("name_zh: ")


def test_a_crash_leaves_nothing_half_written(bring_in):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        bring_in("one crash")
    assert words() == set()


def test_a_trial_reports_and_writes_nothing(bring_in, tmp_path):
    out, _err = bring_in("one two", dry_run=True, report=tmp_path / "report.csv")
    assert words() == set()
    assert out.startswith("word: 2 ")
    assert len((tmp_path / "report.csv").read_text().splitlines()) == 3


def test_progress_is_plain_lines_where_there_is_no_terminal(bring_in):
    _out, err = bring_in("one two")
    assert err.splitlines() == ["50 %", "100 %"]


def test_a_file_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="nowhere"):
        call_command(Words(), tmp_path / "nowhere.txt")


def test_the_report_never_overwrites_the_input(bring_in, tmp_path):
    with pytest.raises(CommandError):
        bring_in("one", report=tmp_path / "words.txt")
    assert (tmp_path / "words.txt").read_text() == "one"


def test_a_report_s_cells_are_never_formulas(tmp_path):
    report = Report()
    report.created("word", name="=1+1")
    report.write(tmp_path / "report.csv")
    assert "'=1+1" in (tmp_path / "report.csv").read_text()


def test_numbers_are_counted_by_kind_and_outcome():
    report = Report()
    report.counted("term", number=290)
    with report.row("word", where=1):
        report.created("word")
        raise ValidationError("No.")
    assert (report.count(Outcome.COUNTED), report.count("created"), report.count("refused", "word")) == (
        290,
        0,
        1,
    )


def test_the_command_runs_as_from_the_command_line(bring_in):
    bring_in("one", skip_checks=False)
    assert words() == {"one"}


@pytest.mark.parametrize("sign", [*"=+-@＝＋－＠", "\t", "\r", "\n"])
def test_no_cell_starts_a_formula_whatever_its_width(sign):
    assert inert(sign + "1+1") == "'" + sign + "1+1"
    assert inert("王" + sign) == "王" + sign
