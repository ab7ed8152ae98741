"""HSDS in both forms: everything in the given files is kept or counted, and every other file ends in a sentence."""

import csv
import json
import shutil

import pytest
from django.core.management import CommandError, call_command

from orgs.models import Agency, Location, Service, User
from tests.given import given

pytestmark = pytest.mark.django_db
UUID = "d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610"


@pytest.fixture
def bring_in(tmp_path):
    """Import and return the report's rows as {(kind, outcome): number}, kinds in the order agencies … as they came."""

    def run(path, **options):
        report = tmp_path / "report.csv"
        call_command("import_agencies", path, report=report, **options)
        numbers = {}
        with report.open(encoding="utf-8-sig") as lines:
            for row in csv.DictReader(lines):
                key = row["where"].split(" ")[0], row["kind"], row["outcome"]
                numbers[key] = numbers.get(key, 0) + int(row["number"])
        return numbers

    return run


def counts(numbers, outcome):
    return sorted(number for (_where, _kind, became), number in numbers.items() if became == outcome)


def write(tmp_path, data, name="file.json"):
    file = tmp_path / name
    file.write_text(json.dumps(data))
    return file


# -- The tables of Ohana ----------------------------------------------------------------------------------------------


def test_the_ohana_tables_give_exactly_what_is_in_them(bring_in):
    numbers = bring_in(given("agencies", "ohana-csv"))
    assert counts(numbers, "created") == [8, 22, 23]
    assert counts(numbers, "counted") == [31, 290]
    assert counts(numbers, "refused") == []
    assert (Agency.objects.count(), Location.objects.count(), Service.objects.count()) == (8, 22, 23)


def test_a_second_run_changes_nothing(bring_in):
    bring_in(given("agencies", "ohana-csv"))
    before = [list(model.objects.order_by("pk").values()) for model in (Agency, Location, Service)]
    numbers = bring_in(given("agencies", "ohana-csv"))
    assert counts(numbers, "unchanged") == [8, 22, 23]
    assert counts(numbers, "created") == counts(numbers, "updated") == []
    assert [list(model.objects.order_by("pk").values()) for model in (Agency, Location, Service)] == before


def test_a_service_hangs_from_the_agency_of_its_location(bring_in):
    bring_in(given("agencies", "ohana-csv"))
    library = Agency.objects.get(name_en="Redwood City Public Library")
    assert [service.name_en for service in library.services.all()] == [
        "Fair Oaks Branch",
        "Main Library",
        "Schaberg Branch",
        "Project Read",
        "Redwood Shores Branch",
    ]
    place = library.locations.get(name_en="Project Read")
    assert place.address == "1044 Middlefield Road, 2nd Floor, Redwood City, CA, 94063"
    assert (place.phone, place.latitude, place.longitude) == ("650 780-7077", 37.4838423, -122.2273954)


def test_what_is_no_longer_offered_is_kept_as_such(bring_in):
    bring_in(given("agencies", "ohana-csv"))
    assert [service.name_en for service in Service.objects.filter(is_offered=False)] == [
        "Service with blank fields",
        "Service for Admin Test Location",
    ]


def test_people_are_counted_and_not_kept(bring_in):
    bring_in(given("agencies", "ohana-csv"))
    assert User.objects.count() == 0
    example = Agency.objects.get(name_en="Example Agency")
    assert (example.public_email, example.public_phone) == ("info@example.org", "123-456-7890 x 101")
    assert example.founded_on.year == 1970
    everything = str([list(model.objects.values()) for model in (Agency, Location, Service)])
    for personal in ("Susan Houston", "suzanne@example.com", "Elizabeth Feeney", "650-555-1212"):
        assert personal not in everything


def test_two_folders_with_the_same_numbers_are_two_sources(bring_in, tmp_path):
    for name in ("north", "south"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "organizations.csv").write_text(f"id,name\n1,Friends of the {name}\n")
        bring_in(tmp_path / name)
    assert Agency.objects.count() == 2
    shutil.move(tmp_path / "south", tmp_path / "moved")
    (tmp_path / "moved" / "organizations.csv").write_text("id,name\n1,Friends of the far south\n")
    numbers = bring_in(tmp_path / "moved", source="south")
    assert counts(numbers, "updated") == [1]


def test_a_service_of_nobody_is_refused_and_the_others_come_in(bring_in, tmp_path):
    (tmp_path / "organizations.csv").write_text("id,name\n1,Friends\n")
    (tmp_path / "services.csv").write_text("id,organization_id,name\n1,1,Lunch\n2,9,Dinner\n3,1,\n")
    numbers = bring_in(tmp_path)
    assert [service.name_en for service in Service.objects.all()] == ["Lunch"]
    assert sum(counts(numbers, "refused")) == 2


def test_a_folder_without_organisations_is_a_sentence(tmp_path):
    with pytest.raises(CommandError, match=r"organizations\.csv"):
        call_command("import_agencies", tmp_path)


# -- JSON -------------------------------------------------------------------------------------------------------------


def test_the_full_organisation_gives_its_services_locations_and_contacts(bring_in):
    numbers = bring_in(given("agencies", "hsds-3", "organization_full.json"))
    assert counts(numbers, "created") == [1, 1, 1]
    assert counts(numbers, "counted") == [1, 1]
    agency = Agency.objects.get()
    assert (agency.external_id, agency.name_en, agency.status) == (
        f"hsds:{UUID}",
        "Example Organization Inc.",
        "draft",
    )
    assert (agency.public_phone, agency.public_email) == ("+44 1234 234567 x 100", "email@example.com")
    assert agency.founded_on.year == 2011
    assert agency.services.get().name_en == "Community Counselling"
    place = agency.locations.get()
    assert place.address == "1-30 Main Street, MyVillage, MyCity, MyRegion, MyState, ABC 1234"
    assert place.latitude is None  # the file says 100 degrees


def test_the_pages_of_lists_speak_of_the_same_agency(bring_in):
    for name in (
        "organization_full",
        "organization_list",
        "service_list",
        "service_full",
        "service_at_location_full",
        "service_at_location_list",
    ):
        bring_in(given("agencies", "hsds-3", f"{name}.json"))
        assert (Agency.objects.count(), Service.objects.count(), Location.objects.count()) == (1, 1, 1), name
    numbers = bring_in(given("agencies", "hsds-3", "organization_full.json"))
    assert counts(numbers, "unchanged") == [1, 1, 1]


@pytest.mark.parametrize("name", ["taxonomy_list", "taxonomy_term_list"])
def test_foreign_vocabularies_are_counted(bring_in, name):
    assert counts(bring_in(given("agencies", "hsds-3", f"{name}.json")), "counted") == [1]


@pytest.mark.parametrize(("name", "word"), [("base", "base"), ("location", "location")])
def test_what_holds_no_agency_is_a_sentence(name, word):
    with pytest.raises(CommandError, match=word):
        call_command("import_agencies", given("agencies", "hsds-3", f"{name}.json"))


def test_every_schema_is_a_sentence_too():
    for file in given("schemas", "hsds-3").iterdir():
        with pytest.raises(CommandError):
            call_command("import_agencies", file)


def test_a_term_that_is_ours_too_becomes_a_topic(bring_in, tmp_path):
    term = {"taxonomy_term": {"id": "1", "name": "Legal aid"}}
    foreign = {"taxonomy_term": {"id": "2", "name": "Parking"}}
    service = {"id": "7", "name": "Advice", "attributes": [term, foreign]}
    bring_in(write(tmp_path, {"id": "1", "name": "Friends", "description": "", "services": [service]}))
    assert [topic.code for topic in Service.objects.get().types.all()] == ["svc:legal"]


def test_a_chinese_organisation_arrives_in_chinese_with_its_code(bring_in, tmp_path):
    code = "52440111MJK9980480"
    bring_in(
        write(
            tmp_path,
            {
                "id": UUID,
                "name": "东莞市同心社会工作服务中心",
                "alternate_name": "同心社工",
                "description": "陪务工人员安顿生活。",
                "organization_identifiers": [{"identifier_type": "统一社会信用代码", "identifier": code}],
                "locations": [
                    {
                        "name": "东城服务点",
                        "latitude": "23.03",
                        "longitude": "113.78",
                        "addresses": [
                            {"address_1": "东城路 1 号", "city": "东莞市", "state_province": "广东省"}
                        ],
                    }
                ],
            },
        )
    )
    agency = Agency.objects.get()
    assert (agency.legal_name, agency.short_name, agency.name_en, agency.uscc) == (
        "东莞市同心社会工作服务中心",
        "同心社工",
        "",
        code,
    )
    assert agency.texts.get().language == "zh-hans"
    assert agency.locations.get().address == "广东省东莞市东城路 1 号"


def test_a_list_keeps_its_good_records(bring_in, tmp_path):
    numbers = bring_in(
        write(
            tmp_path, [{"name": "Friends", "description": ""}, {"x": 1}, 5, {"name": "", "description": ""}]
        )
    )
    assert counts(numbers, "created") == [1]
    assert sum(counts(numbers, "refused")) == 3


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[",
        "{}",
        "[1]",
        '{"contents": 5}',
        "[" * 100_000,
        '{"a": ' + "9" * 5000 + "}",
        '{"organization": {"id": 1}}x',
        '{"name": "Friends"}',
    ],
)
def test_broken_json_is_a_sentence(tmp_path, text):
    (tmp_path / "broken.json").write_text(text)
    with pytest.raises(CommandError):
        call_command("import_agencies", tmp_path / "broken.json")


@pytest.mark.parametrize(
    "record",
    [
        {"name": "Friends \x00 of \ud800", "description": "a\x00b"},
        {
            "name": "Friends",
            "description": None,
            "services": "none",
            "locations": {"a": 1},
            "phones": [None, 5],
        },
        {"name": "Friends", "description": 5, "services": [5, {"name": None}, {"name": "x" * 500}]},
        {
            "name": "Friends",
            "description": "",
            "locations": [{"latitude": 1e400, "longitude": "NaN", "name": []}],
        },
        {
            "name": "Friends",
            "description": "",
            "email": {"a": 1},
            "website": "//",
            "year_incorporated": 99999,
        },
        {"name": "Friends", "id": {"a": [1]}, "description": "", "services": [{"id": [1], "name": "A"}]},
    ],
)
def test_strange_values_never_end_in_a_traceback(bring_in, tmp_path, record):
    bring_in(write(tmp_path, record))
    assert Agency.objects.count() == 1


def test_the_page_shows_the_locations_and_only_what_is_offered(bring_in, client):
    bring_in(given("agencies", "ohana-csv"), list=True)
    page = client.get(
        Agency.objects.get(name_en="Redwood City Public Library").get_absolute_url()
    ).content.decode()
    assert page.count("Middlefield Road") == 3
    assert "650 780-7077" in page
    closed = client.get(Agency.objects.get(name_en="Fake Org").get_absolute_url()).content.decode()
    assert "Location with no phone" in closed
    assert "Service with blank fields" not in closed
