"""Agencies from a table: what is created, brought up to date, left out with a note, and refused."""

import csv
import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from orgs import agency_table, divisions, history
from orgs.agency_import import AgencyImport
from orgs.incoming import AGENCY, SERVICE
from orgs.models import Agency, Service
from orgs.wording import as_date
from portal import tables
from portal.importing import Report
from tests import factories
from tests.given import given

pytestmark = pytest.mark.django_db
CODE = "52440111MJK9980480"
DOUBTFUL = "91350200M000000510"


def bring_in(text: str, **options) -> Report:
    report = Report()
    importing = AgencyImport(report, **options)
    for agency in agency_table.from_table(tables.read_bytes(text.encode(), "table.csv"), report):
        importing.take(agency)
    return report


def notes(report):
    return [entry.sentence for entry in report.entries if entry.outcome == "note"]


@pytest.fixture
def dongguan(db):
    province = factories.division("440000", "广东省", "province")
    return factories.division(parent=province)


FULL = f"""全称,简称,英文名,统一社会信用代码,机构类型,所在地区,地址,成立日期,流动人口服务定位,网站,公开邮箱,公开电话,简介,英文简介,服务,状态
东莞市同心社会工作服务中心,同心社工,Tongxin Centre,{CODE.lower()},org:msw,广东省东莞市,东城路 1 号,2010年6月18日,以流动人口为主,tongxin.example.org,office@example.org,0769-12345678,陪务工人员安顿生活。,We help workers settle.,四点半课堂|svc:education、家庭|流动儿童；夜间接待|劳动权益与维权|工厂（产业）工人,已列入
"""


def test_every_column_of_the_template_arrives(dongguan):
    factories.division("440111", "白云区", "county")  # where the code was given
    report = bring_in(FULL, list_new=True)
    agency = Agency.objects.get()
    (note,) = notes(report)
    assert "家庭" in note
    assert {
        name: getattr(agency, name)
        for name in (
            "legal_name",
            "short_name",
            "name_en",
            "uscc",
            "division",
            "address",
            "founded_on",
            "migrant_focus",
            "website",
            "public_email",
            "public_phone",
            "status",
        )
    } == {
        "legal_name": "东莞市同心社会工作服务中心",
        "short_name": "同心社工",
        "name_en": "Tongxin Centre",
        "uscc": CODE,
        "division": dongguan,
        "address": "东城路 1 号",
        "founded_on": datetime.date(2010, 6, 18),
        "migrant_focus": "primary",
        "website": "https://tongxin.example.org",
        "public_email": "office@example.org",
        "public_phone": "0769-12345678",
        "status": "listed",
    }
    assert agency.org_type.code == "org:msw"
    assert {text.language: text.mission for text in agency.texts.all()} == {
        "zh-hans": "陪务工人员安顿生活。",
        "en": "We help workers settle.",
    }
    assert [
        (
            service.name_zh,
            [topic.code for topic in service.types.all()],
            [topic.code for topic in service.populations.all()],
        )
        for service in agency.services.all()
    ] == [("四点半课堂", ["svc:education"], ["pop:children"]), ("夜间接待", ["svc:rights"], ["pop:factory"])]


def test_a_second_run_changes_nothing(dongguan):
    bring_in(FULL, list_new=True)
    before = Agency.objects.values().get()
    report = bring_in(FULL, list_new=True)
    assert (report.count("unchanged", AGENCY), report.count("unchanged", SERVICE)) == (1, 2)
    assert (report.count("created"), report.count("updated")) == (0, 0)
    assert Agency.objects.values().get() == before


def test_a_changed_cell_updates_and_an_empty_one_leaves_alone():
    bring_in(f"全称,统一社会信用代码,公开电话,地址\n同心社工,{CODE},123,东城路\n")
    report = bring_in(f"全称,统一社会信用代码,公开电话,地址\n同心社工,{CODE},456,\n")
    assert report.count("updated", AGENCY) == 1
    assert list(Agency.objects.values_list("public_phone", "address")) == [("456", "东城路")]


def test_what_an_import_changes_is_a_version_and_what_it_leaves_alone_is_none():
    table = f"全称,统一社会信用代码,公开电话\n同心社工,{CODE},%s\n"
    bring_in(table % 123)
    agency = Agency.objects.get()
    bring_in(table % 456)
    phones = [version.content["facts"]["public_phone"] for version in history.versions(agency)]
    assert phones == ["456", "123"]
    bring_in(table % 456)
    assert history.versions(agency).count() == 2


def test_new_agencies_wait_to_be_listed_unless_told_otherwise():
    report = bring_in("full name,status\n同心社工,已列入\n木棉社工,\n")
    assert set(Agency.objects.values_list("status", flat=True)) == {"draft"}
    assert len(notes(report)) == 1
    bring_in("full name\n新芽社工\n", list_new=True)
    assert Agency.objects.get(legal_name="新芽社工").status == "listed"


def test_an_import_never_lists_or_unlists_what_is_there():
    factories.agency(legal_name="同心社工", status="draft")
    factories.agency(legal_name="木棉社工", status="listed")
    bring_in("full name,status\n同心社工,listed\n木棉社工,draft\n", list_new=True)
    assert list(Agency.objects.order_by("legal_name").values_list("status", flat=True)) == ["draft", "listed"]


def test_a_withdrawn_agency_is_not_brought_back():
    factories.agency(legal_name="同心社工", status="withdrawn", public_phone="")
    report = bring_in("full name,phone\n同心社工,123\n", list_new=True)
    assert report.count("refused", AGENCY) == 1
    assert list(Agency.objects.values_list("status", "public_phone")) == [("withdrawn", "")]


def test_a_merged_entry_is_not_written_to_and_the_note_says_where_to_go():
    survivor = factories.agency(legal_name="同心社会工作服务中心")
    factories.agency(legal_name="同心社工", status="merged", merged_into=survivor, public_phone="")
    report = bring_in("full name,phone\n同心社工,123\n")
    (refused,) = (entry for entry in report.entries if entry.outcome == "refused")
    assert "同心社会工作服务中心" in refused.sentence
    assert set(Agency.objects.values_list("public_phone", flat=True)) == {""}


def test_two_rows_with_one_code_are_one_agency():
    report = bring_in(f"full name,code,phone\n同心社工,{CODE},1\n同心社会工作服务中心,{CODE},2\n")
    assert (report.count("created", AGENCY), report.count("updated", AGENCY)) == (1, 1)
    assert list(Agency.objects.values_list("legal_name", "public_phone")) == [("同心社会工作服务中心", "2")]


def test_one_name_with_two_codes_is_two_agencies():
    bring_in(f"full name,code\n同心社工,{CODE}\n同心社工,52610500MJU60350X1\n")
    assert Agency.objects.count() == 2


def test_a_name_is_found_again_in_its_division_and_not_in_another(dongguan):
    factories.division("440300", "深圳市")
    bring_in("full name,district\n同心社会工作（服务）中心,东莞市\n")
    report = bring_in(
        "full name,district,code\n同心社工服务中心,441900,\n 同心 社会工作服务中心,,\n同心社工服务中心,深圳市,\n"
    )
    assert (report.count("created", AGENCY), report.count("updated", AGENCY), Agency.objects.count()) == (
        1,
        2,
        2,
    )


def test_a_doubtful_code_is_kept_and_an_impossible_one_left_out_both_with_a_note():
    report = bring_in(f"full name,code\n甲社工,{DOUBTFUL}\n乙社工,5310000050001979OA\n")
    assert list(Agency.objects.order_by("pk").values_list("uscc", flat=True)) == [DOUBTFUL, None]
    assert len(notes(report)) == 2


def test_a_wrong_field_is_left_out_with_a_note_and_the_agency_comes_in():
    report = bring_in(
        "full name,e-mail,website,founded,district,type,focus,status,phone\n"
        f"同心社工,not an address,javascript:alert(1),someday,Atlantis,club,nobody,maybe,{'1' * 50}\n"
    )
    assert (report.count("created", AGENCY), len(notes(report))) == (1, 8)
    agency = Agency.objects.get()
    assert (agency.public_email, agency.website, agency.public_phone, agency.org_type.code) == (
        "",
        "",
        "",
        "org:msw",
    )


@pytest.mark.parametrize("name", ["", "！！", "长" * 121])
def test_without_a_usable_name_a_row_is_refused_and_the_next_comes_in(name):
    report = bring_in(f"full name,phone\n{name},1\n同心社工,2\n")
    assert [(entry.outcome, entry.where) for entry in report.entries] == [("refused", "2"), ("created", "3")]


def test_the_name_of_several_districts_is_not_guessed():
    beijing, liaoning = (
        factories.division("110000", "北京市", "province"),
        factories.division("210000", "辽宁省", "province"),
    )
    chaoyang = factories.division("110105", "朝阳区", "county", beijing)
    factories.division("211302", "朝阳区", "county", liaoning)
    report = bring_in("full name,district\n甲社工,朝阳区\n乙社工,北京市朝阳区\n")
    assert list(Agency.objects.order_by("pk").values_list("division", flat=True)) == [None, chaoyang.pk]
    assert len(notes(report)) == 1


def test_a_long_text_becomes_a_mission_and_a_description():
    words = "我们陪伴务工人员。" * 60
    bring_in(f"full name,mission zh\n同心社工,{words}\n")
    text = Agency.objects.get().texts.get()
    assert text.description == words
    assert len(text.mission) <= 300
    assert text.mission.endswith("。")


def test_a_service_that_lost_a_row_stays_and_its_topics_follow_the_file(agency):
    factories.service(agency, name_zh="四点半课堂")
    factories.service(agency, name_zh="夜间接待")
    bring_in(f"full name,services\n{agency.legal_name},四点半课堂|svc:family|\n")
    assert [
        (service.name_zh, [topic.code for topic in service.types.all()]) for service in Service.objects.all()
    ] == [("四点半课堂", ["svc:family"]), ("夜间接待", ["svc:education"])]


def test_the_table_of_codes_brings_twenty_agencies(tmp_path):
    divisions.load()
    for run, outcome in ((1, "created"), (2, "unchanged")):
        call_command("import_agencies", given("agencies", "uscc.csv"), report=tmp_path / "report.csv")
        with (tmp_path / "report.csv").open(encoding="utf-8-sig") as lines:
            rows = list(csv.DictReader(lines))
        outcomes = [row["outcome"] for row in rows if row["where"] and row["outcome"] != "note"]
        assert outcomes == [outcome] * 20, run
        noted = {row["where"] for row in rows if row["outcome"] == "note" and row["where"]}
        assert noted == {str(number) for number in range(12, 22)}
    assert (Agency.objects.count(), Agency.objects.exclude(uscc=None).count()) == (20, 18)
    assert set(Agency.objects.values_list("status", flat=True)) == {"draft"}
    assert Agency.objects.get(uscc="12100000400009127B").org_type.code == "org:pubinst"


def test_the_copy_in_gb18030_finds_them_all_again():
    call_command("import_agencies", given("agencies", "uscc.csv"))
    call_command("import_agencies", given("agencies", "uscc-gb18030.csv"))
    assert Agency.objects.count() == 20


def test_the_template_itself_comes_in(tmp_path):
    divisions.load()
    call_command("import_agencies", agency_table.TEMPLATE, report=tmp_path / "report.csv")
    report = (tmp_path / "report.csv").read_text()
    assert Agency.objects.count() == 2
    assert "note" not in report
    header = next(csv.reader(agency_table.TEMPLATE.open(encoding="utf-8-sig")))
    assert header == [headers[0] for headers in agency_table.COLUMNS.values()]


def test_a_table_without_names_is_a_sentence(tmp_path):
    (tmp_path / "wrong.csv").write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="全称"):
        call_command("import_agencies", tmp_path / "wrong.csv")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2010-06-18", (2010, 6, 18)),
        ("2010/6/8", (2010, 6, 8)),
        ("2010年6月18日", (2010, 6, 18)),
        ("2010年6月", (2010, 6, 1)),
        ("2010年", (2010, 1, 1)),
        ("2010.6", (2010, 6, 1)),
        ("２０１０", (2010, 1, 1)),
        ("January 01, 1970", (1970, 1, 1)),
    ],
)
def test_dates_are_read_as_people_write_them(words, day):
    assert as_date(words) == datetime.date(*day)


@pytest.mark.parametrize("words", ["", "2010-13-01", "0000", "someday", "20100618123", "2010-02-30"])
def test_what_is_no_date_is_none(words):
    assert as_date(words) is None


def test_the_documentation_names_every_header():
    words = (Path(agency_table.__file__).parent.parent / "docs" / "imports.md").read_text().casefold()
    for headers in agency_table.COLUMNS.values():
        for header in headers:
            assert header.casefold() in words, header
