"""The interface of open data: where everything is, its licence, its description, who may read it, what is kept."""

import json
import re

import pytest
from django.urls import reverse

from orgs.open_data import licence
from tests.given import given
from tests.orgs.open_data_world import full_agency

pytestmark = pytest.mark.django_db


def test_the_root_says_where_everything_is(ask, client):
    root = ask()
    assert (root["version"], list(root)) == ("3.0", ["version", "profile", "openapi_url"])
    document = client.get("/" + root["openapi_url"].split("/", 3)[3]).json()
    assert document["openapi"] == "3.1.0"
    profile = client.get("/" + root["profile"].split("/", 3)[3]).json()
    full_agency()
    used = {
        attribute["link_type"].partition("@")[0]
        for kind in ("organizations", "services")
        for record in ask(kind, full="true")["contents"]
        for attribute in record["attributes"]
    }
    assert used - set(profile["link_types"]) == set()


def test_the_licence_is_said_by_document_profile_and_every_answer(client, ask):
    said = ask("openapi.json")["info"]["license"]
    assert said == {"name": licence.NAME, "identifier": "CC-BY-4.0"}
    told = ask("profile")
    assert (told["license"]["identifier"], told["license"]["url"]) == ("CC-BY-4.0", licence.URL)
    assert "assured_date" in told["attribution"]
    for path in ("", "services", "organizations", "services?format=ndjson", f"services/{'0' * 32}"):
        assert licence.LINK in client.get(f"/hsds/v3/{path}")["Link"], path


def test_people_read_the_licence_where_they_write_an_entry_and_where_they_take_a_list(
    client, agency, manager
):
    client.force_login(manager)
    for path in (
        reverse("edit_agency", args=[agency.slug]),
        reverse("apply_agency"),
        "/agencies/",
        "/agencies/?view=print",
    ):
        assert 'rel="license"' in client.get(path).content.decode(), path


def test_the_openapi_document_names_every_address_and_every_parameter(ask):
    theirs = json.loads(given("schemas", "hsds-3", "openapi.json").read_text())
    ours = ask("openapi.json")
    assert set(ours["paths"]) == set(theirs["paths"])
    full_agency()
    for path, methods in ours["paths"].items():
        if "{" in path:
            continue
        named = {one["$ref"].rsplit("/", 1)[1] for one in methods["get"]["parameters"]}
        refusal = ask(path.strip("/"), status=400, no_such_parameter="1")["error"]
        in_a_chinese_sentence = set(re.findall("[a-z_]+", refusal))
        assert in_a_chinese_sentence - {"no_such_parameter"} == named, path


def test_every_site_may_read_it_and_no_other_page_of_ours(client):
    agency = full_agency()
    assert client.get("/hsds/v3/services")["Access-Control-Allow-Origin"] == "*"
    asked = client.options("/hsds/v3/services", headers={"origin": "https://elsewhere.example"})
    assert (asked.status_code, asked["Access-Control-Allow-Headers"]) == (
        204,
        "If-None-Match, If-Modified-Since",
    )
    assert "Access-Control-Allow-Credentials" not in asked
    assert "Access-Control-Allow-Origin" not in client.get(agency.get_absolute_url())


def test_an_answer_that_did_not_change_is_not_sent_again(client):
    agency = full_agency()
    address = f"/hsds/v3/organizations/{agency.public_id}"
    first = client.get(address)
    assert first["Cache-Control"] == "public, max-age=300"
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    agency.website = "https://new.example.org/"
    agency.save()
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_refusal_is_not_cached_and_speaks_the_readers_language(client):
    for language in ("zh-CN", "en"):
        answer = client.get("/hsds/v3/services", {"page": "x"}, headers={"accept-language": language})
        assert "Cache-Control" not in answer
    assert answer.json()["error"] == "“page” is a whole number from 1."
