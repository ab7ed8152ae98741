"""What leaves by the read API comes back by the import, field by field, and what came in leaves again."""

import json

import pytest
from django.core.management import call_command
from django.db.models import QuerySet

from orgs.models import Agency, Location, Service
from tests import factories
from tests.given import given
from tests.orgs.open_data_world import empty_agency, full_agency

pytestmark = pytest.mark.django_db

#: The mapped fields: the table in docs/open-data.md.
AGENCY = [
    *("legal_name", "short_name", "name_en", "former_names", "org_type__code", "uscc", "division__code"),
    *("address", "founded_on", "migrant_focus", "staff_band", "website", "public_email", "public_phone"),
    *("hotline", "wechat_account", "supervising_unit", "rating", "rating_year"),
]
SERVICE = [
    *("name_zh", "name_en", "summary", "delivery", "fees", "eligibility", "min_age", "max_age", "is_offered"),
]
SERVICE_MANY = ["types", "populations", "methods", "languages"]
LOCATION = ["name_zh", "name_en", "address", "phone", "latitude", "longitude"]


def facts(agencies: QuerySet[Agency] | None = None) -> list[dict]:
    """Every mapped field of every agency with its texts, services and public places, without keys."""
    return [
        {
            **{name: value for name, value in agency.items() if name != "pk"},
            "texts": list(
                Agency.objects.get(pk=agency["pk"])
                .texts.order_by("language")
                .values("language", "mission", "description", "how_to_get_help")
            ),
            "funding": codes(Agency.objects.get(pk=agency["pk"]).funding),
            "services": [
                {
                    **{name: getattr(service, name) for name in SERVICE},
                    **{name: codes(getattr(service, name)) for name in SERVICE_MANY},
                    "areas": codes(service.areas),
                    "places": sorted(
                        str(place.name) for place in service.locations.filter(shown_to="public")
                    ),
                }
                for service in Service.objects.filter(agency=agency["pk"]).order_by("pk")
            ],
            "locations": list(
                Location.objects.filter(agency=agency["pk"], shown_to="public")
                .order_by("pk")
                .values(*LOCATION)
            ),
        }
        for agency in (agencies or Agency.objects.all()).order_by("legal_name").values("pk", *AGENCY)
    ]


def codes(relation) -> list[str]:
    return sorted(relation.values_list("code", flat=True))


@pytest.fixture
def export(client, tmp_path):
    """What the API answers, in a file."""

    def run(path, **parameters):
        answer = client.get(f"/hsds/v3/{path}", parameters)
        assert answer.status_code == 200
        file = tmp_path / f"export-{len(list(tmp_path.iterdir()))}.json"
        file.write_bytes(answer.getvalue())
        return file

    return run


def empty_the_directory():
    Agency.objects.all().delete()


WAYS = {
    "one agency": lambda agency: (f"organizations/{agency.public_id}", {"full_service": "true"}),
    "the list of agencies": lambda agency: ("organizations", {"full_service": "true"}),
    "a stream of agencies": lambda agency: ("organizations", {"full_service": "true", "format": "ndjson"}),
    "the list of services": lambda agency: ("services", {"full": "true"}),
    "a stream of services": lambda agency: ("services", {"full": "true", "format": "ndjson"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_agency_goes_out_and_comes_back_the_same(export, way):
    agency = full_agency(website="https://tongxin.example.org/about?a=1")
    path, parameters = WAYS[way](agency)
    before, file = facts(), export(path, **parameters)
    empty_the_directory()
    assert facts() == []
    call_command("import_agencies", file, list=True)
    assert facts() == before
    assert Location.objects.filter(address="绝密地址").count() == 0


def test_an_agency_that_says_nothing_goes_out_and_comes_back_the_same(export):
    agency = empty_agency(org_type=factories.topic("org:foundation"))
    before, file = facts(), export(f"organizations/{agency.public_id}", full_service="true")
    empty_the_directory()
    call_command("import_agencies", file, list=True)
    assert facts() == before


def test_two_agencies_in_one_page_come_back_apart(export):
    full_agency(website="")
    other = factories.agency(short_name="另一家社")
    factories.service(other)
    before, file = facts(), export("organizations", full_service="true")
    empty_the_directory()
    call_command("import_agencies", file, list=True)
    assert facts() == before


def everything() -> list:
    return [list(model.objects.order_by("pk").values()) for model in (Agency, Service, Location)]


@pytest.mark.parametrize("way", WAYS)
def test_a_second_import_changes_nothing(export, way):
    path, parameters = WAYS[way](full_agency())
    file = export(path, **parameters)
    empty_the_directory()
    call_command("import_agencies", file, list=True)
    before = everything()
    call_command("import_agencies", file, list=True)
    assert everything() == before


def test_the_portals_own_data_is_recognised_and_changes_nothing(export):
    agency = full_agency(uscc=None)
    file = export(f"organizations/{agency.public_id}", full_service="true")
    before = everything()
    call_command("import_agencies", file)
    assert everything() == before
    Agency.objects.filter(pk=agency.pk).update(legal_name="改了名的中心", name_en="Renamed")
    call_command("import_agencies", file)
    assert (Agency.objects.count(), Service.objects.count(), Location.objects.count()) == (1, 2, 2)
    assert Agency.objects.get().legal_name == agency.legal_name


def test_what_the_agency_keeps_to_itself_does_not_come_back(export):
    agency = full_agency(restricted={"uscc": "members", "funding": "agency", "address": "agency"})
    file = export(f"organizations/{agency.public_id}", full_service="true")
    empty_the_directory()
    call_command("import_agencies", file, list=True)
    back = Agency.objects.get()
    assert (back.uscc, back.address, back.funding.count()) == (None, "", 0)
    assert back.division.code == "441900"


# -- Foreign files, in and out ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("parts", [("ohana-csv",), ("hsds-3", "organization_full.json")])
def test_a_foreign_file_comes_in_goes_out_and_comes_back_the_same(export, parts):
    call_command("import_agencies", given("agencies", *parts), list=True)
    before, file = facts(), export("organizations", full_service="true", per_page="100")
    assert before
    empty_the_directory()
    call_command("import_agencies", file, list=True)
    assert facts() == before


def test_the_tables_of_ohana_keep_what_they_say_of_a_service(client):
    call_command("import_agencies", given("agencies", "ohana-csv"), list=True)
    record = client.get("/hsds/v3/services", {"search": "Second Career", "full": "true"}).json()["contents"][
        0
    ]
    assert record["eligibility_description"].startswith("Age 55 or over, county resident")
    assert [pair["location"]["name"] for pair in record["service_at_locations"]] == [
        "Second Career Employment Program"
    ]
    assert client.get("/hsds/v3/service_at_locations").json()["total_items"] == 23
    place = record["service_at_locations"][0]["location"]
    assert place["addresses"][0]["country"] == ""  # nobody said which


def test_the_example_of_the_specification_keeps_what_it_says(client):
    original = json.loads(given("agencies", "hsds-3", "organization_full.json").read_text())
    call_command("import_agencies", given("agencies", "hsds-3", "organization_full.json"), list=True)
    agency = Agency.objects.get()
    ours = client.get(f"/hsds/v3/organizations/{agency.public_id}", {"full_service": "true"}).json()
    for name in ("name", "description", "email", "website", "year_incorporated"):
        assert (
            ours[name].rstrip("/") == original[name].rstrip("/") if isinstance(ours[name], str) else True
        ), name
    assert ours["year_incorporated"] == original["year_incorporated"]
    for name in ("name", "description", "status", "eligibility_description", "minimum_age", "maximum_age"):
        assert (
            ours["services"][0][name] == original["services"][0][name].strip()
            if name == "description"
            else (ours["services"][0][name] == original["services"][0][name])
        ), name


@pytest.mark.parametrize(
    ("service", "fees"),
    [
        ({"fees_description": "Free of charge."}, "free"),
        ({"fees_description": "收费"}, "paid"),
        ({"fees": "$85 per day"}, "partly"),
        ({"cost_options": [{"amount": 0}]}, "free"),
        ({"cost_options": [{"amount": "12.50"}, {"amount": 0}]}, "paid"),
        ({"cost_options": [{"amount": "many"}]}, "free"),
        ({}, "free"),
    ],
)
def test_what_a_foreign_service_costs(tmp_path, service, fees):
    record = {"name": "Friends", "description": "", "services": [{"id": "1", "name": "Advice", **service}]}
    (tmp_path / "file.json").write_text(json.dumps(record))
    call_command("import_agencies", tmp_path / "file.json")
    assert Service.objects.get().fees == fees


@pytest.mark.parametrize(
    ("ages", "kept"),
    [
        ((16, 60), (16, 60)),
        ((0, None), (0, None)),
        ((60, 16), (None, None)),
        ((-1, 999), (None, None)),
        (("12", "x"), (12, None)),
        ((1e400, True), (None, None)),
    ],
)
def test_ages_that_cannot_be_are_left_out(tmp_path, ages, kept):
    service = {"id": "1", "name": "Advice", "minimum_age": ages[0], "maximum_age": ages[1]}
    record = {"name": "Friends", "description": "", "services": [service]}
    (tmp_path / "file.json").write_text(json.dumps(record))
    call_command("import_agencies", tmp_path / "file.json")
    assert tuple(Service.objects.values_list("min_age", "max_age").get()) == kept


def test_a_language_is_known_by_its_iso_code_and_a_topic_by_our_code(tmp_path):
    service = {
        "id": "1",
        "name": "Advice",
        "languages": [
            {"id": "1", "name": "Cantonese spoken here", "code": "yue"},
            {"id": "2", "name": "Urdu"},
        ],
        "attributes": [
            {"id": "3", "link_type": "x", "taxonomy_term": {"id": "4", "code": "pop:women", "name": "W"}}
        ],
    }
    record = {"name": "Friends", "description": "", "services": [service]}
    (tmp_path / "file.json").write_text(json.dumps(record))
    call_command("import_agencies", tmp_path / "file.json")
    service = Service.objects.get()
    assert (codes(service.languages), codes(service.populations)) == (["lng:yue"], ["pop:women"])
