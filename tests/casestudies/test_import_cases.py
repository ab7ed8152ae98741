"""The command `import_cases`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from casestudies.models import CaseStudy
from casestudies.writing import authoring
from tests.casestudies.test_authoring import complete_case
from tests.given import given

pytestmark = pytest.mark.django_db


def run(agency, *paths, **options) -> list[str]:
    out = StringIO()
    call_command(
        "import_cases", *map(str, paths), agency=agency.slug, stdout=out, stderr=StringIO(), **options
    )
    return out.getvalue().splitlines()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "甲.md").write_text("# 甲\n\n## 背景\n\n一\n\n## 媒体\n\n二", encoding="utf-8")
    (tmp_path / "in" / "乙.txt").write_bytes("乙\n背景：\n三".encode("gb18030"))
    (tmp_path / "in" / "坏.docx").write_bytes(b"MZ\x00")
    return tmp_path / "in"


def test_good_reports_come_in_as_drafts_and_the_bad_one_is_named(agency, folder, tmp_path):
    lines = run(agency, folder, report=tmp_path / "report.csv")

    assert {(case.title, case.live, case.external_id) for case in CaseStudy.objects.all()} == {
        ("甲", False, "甲.md"),
        ("乙", False, "乙.txt"),
    }
    table = (tmp_path / "report.csv").read_text(encoding="utf-8-sig")
    assert "坏.docx" in table
    assert any("坏.docx" in line for line in lines)


def test_running_twice_never_doubles_and_updates_what_changed(agency, folder):
    run(agency, folder)
    run(agency, folder)
    assert CaseStudy.objects.count() == 2
    revisions = CaseStudy.objects.get(external_id="甲.md").revisions.count()
    assert revisions == 1

    (folder / "甲.md").write_text("# 甲\n\n## 背景\n\n改了", encoding="utf-8")
    run(agency, folder)
    assert authoring.draft_of(CaseStudy.objects.get(external_id="甲.md")).background == "<p>改了</p>"


def test_a_trial_writes_nothing(agency, folder):
    run(agency, folder, dry_run=True)
    assert not CaseStudy.objects.exists()


def test_an_update_leaves_the_published_text_alone_and_respects_a_review(agency, folder, member):
    case = complete_case(agency, member, external_id="甲.md")
    authoring.submit(case, by=member)

    lines = run(agency, folder / "甲.md")

    assert authoring.draft_of(case).title == "两年转衔"
    assert any("甲.md" in line for line in lines)


def test_an_unknown_agency_or_file_stops_before_anything_is_read(agency, folder):
    with pytest.raises(CommandError):
        call_command("import_cases", str(folder), agency="nobody")
    with pytest.raises(CommandError):
        run(agency, folder, folder / "fehlt.md")


def test_every_real_file_comes_in(agency):
    run(agency, given("cases", "court-zh"), given("cases", "article-zh"))
    assert CaseStudy.objects.count() == 26
    run(agency, given("cases", "court-zh"), given("cases", "article-zh"))
    assert CaseStudy.objects.count() == 26
