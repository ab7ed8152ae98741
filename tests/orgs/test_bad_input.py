"""What a browser can send in place of a name: each ends in a sentence beside its field, with nothing written, or is kept
as it is."""

import json
import re

import pytest
from django.core.management import call_command
from django.urls import reverse

from orgs.models import Agency, Location
from tests import factories
from tests.fingerprint import fingerprint

pytestmark = pytest.mark.django_db

#: Refused wherever a name stands.
BAD = {
    "four hundred characters": "名" * 400,
    "four hundred characters beyond the first plane": "𠮷" * 400,
    "a change of direction": "社工\u202e中心",
    "an isolate that is never closed": "社工\u2067中心",
    "a zero byte": "社工\x00中心",
    "a bell": "社工\x07中心",
    "an escape": "社工\x1b[31m中心",
}
#: Kept as they are: rare is not wrong.
RARE = {
    "the second plane of ideographs": "𠮷野家𪚥社工",
    "a family joined by invisible joiners": "👨‍👩‍👧‍👦 一家亲",
    "Arabic": "مركز الخدمات",
    "Arabic with a mark of direction": "مركز\u200f 1",
    "Uyghur, Tibetan and Mongolian": "ئۇيغۇر བོད་ ᠮᠣᠩᠭᠣᠯ",
    "accents that are put together": "Ame\u0301lie",
    "markup": "<b>&amp;</b>'\"",
}


@pytest.fixture
def people(agency, manager):
    """A manager who looks after one agency with a service, a place and somebody to work with."""
    return {
        "agency": agency,
        "service": factories.service(agency),
        "place": Location.objects.create(agency=agency, name_zh="服务点"),
        "partner": factories.agency(),
        "manager": manager,
    }


def edit_agency(people):
    facts = {
        "legal_name": "东城同心",
        "org_type": factories.topic("org:msw").pk,
        "migrant_focus": "primary",
        "mission_zh": "陪伴务工人员。",
    }
    return reverse("edit_agency", args=[people["agency"].slug]), facts


def service_facts():
    return {"name_zh": "法律援助", "fees": "free", "types": [factories.topic("svc:legal").pk]}


def create_service(people):
    return reverse("create_service", args=[people["agency"].slug]), service_facts()


def edit_service(people):
    return reverse("edit_service", args=[people["agency"].slug, people["service"].public_id]), service_facts()


def create_location(people):
    return reverse("create_location", args=[people["agency"].slug]), {
        "name_zh": "服务点",
        "shown_to": "public",
    }


def edit_location(people):
    return (
        reverse("edit_location", args=[people["agency"].slug, people["place"].pk]),
        {"name_zh": "服务点", "shown_to": "public"},
    )


def apply_agency(people):
    return reverse("apply_agency"), {
        "legal_name": "新来的社工中心",
        "org_type": factories.topic("org:msw").pk,
        "division": "",
        "migrant_focus": "primary",
        "mission": "陪伴务工人员。",
    }


def account(people):
    return reverse("account"), {"name": "林小雨", "occupation": "practitioner", "language": "zh-hans"}


def propose_partnership(people):
    return reverse("agency_partnerships", args=[people["agency"].slug]), {
        "kind": factories.topic("col:referral").pk,
        "title": "转介",
        "partners": people["partner"].legal_name,
        "started_on": "2026-01-01",
    }


FIELDS = [
    *((edit_agency, field) for field in ("legal_name", "short_name", "name_en", "supervising_unit")),
    *((create_service, field) for field in ("name_zh", "name_en")),
    *((edit_service, field) for field in ("name_zh", "name_en")),
    *((create_location, field) for field in ("name_zh", "name_en", "address")),
    *((edit_location, field) for field in ("name_zh", "name_en", "address")),
    *((apply_agency, field) for field in ("legal_name",)),
    (account, "name"),
    (propose_partnership, "title"),
]


def refusals(answer) -> list[str]:
    """The fields that the page refuses, read from the page itself: each refused control says where its sentence is."""
    page = answer.content.decode()
    refused = [
        tag for tag in re.findall(r"<(?:input|textarea|select)[^>]*>", page) if 'aria-invalid="true"' in tag
    ]
    for tag in refused:
        described = re.search(r'aria-describedby="([^"]*)"', tag)
        assert described, tag
        assert any(f'id="{one}"' in page for one in described[1].split()), tag
    return sorted(re.search(r' name="([^"]*)"', tag)[1] for tag in refused)


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize(("form", "field"), FIELDS, ids=lambda part: getattr(part, "__name__", part))
def test_a_name_that_cannot_be_is_refused_beside_its_field_and_nothing_is_written(
    client, people, form, field, bad
):
    client.force_login(people["manager"])
    address, facts = form(people)
    before = fingerprint()
    answer = client.post(address, {**facts, field: BAD[bad]})
    assert answer.status_code == 200
    assert refusals(answer) == [field]
    assert fingerprint() == before


@pytest.mark.parametrize("rare", RARE)
@pytest.mark.parametrize(("form", "field"), FIELDS, ids=lambda part: getattr(part, "__name__", part))
def test_a_rare_name_is_kept_as_it_is(client, people, form, field, rare):
    limit = 60 if form is account else 40
    name = RARE[rare][:limit]
    client.force_login(people["manager"])
    address, facts = form(people)
    answer = client.post(address, {**facts, field: name})
    assert answer.status_code == 302, refusals(answer)
    page = client.get(answer.url, follow=True)
    assert page.status_code == 200
    assert name in str(written(people))
    if name.startswith("<b>"):
        assert name not in page.content.decode()


def written(people) -> list:
    """Every name that the forms above can write."""
    agency = Agency.objects.all().values_list("legal_name", "short_name", "name_en", "supervising_unit")
    parts = [
        people["agency"].services.values_list("name_zh", "name_en"),
        people["agency"].locations.values_list("name_zh", "name_en", "address"),
        people["agency"].parties.values_list("partnership__title"),
        type(people["manager"]).objects.filter(pk=people["manager"].pk).values_list("name"),
    ]
    return [Joined(name) for rows in (agency, *parts) for row in rows for name in row]


class Joined(str):
    """A name that shows itself without escapes in a list."""

    __repr__ = str.__str__


@pytest.mark.parametrize("bad", ["a change of direction", "a zero byte", "four hundred characters"])
def test_a_person_with_such_a_name_does_not_sign_up(client, bad):
    facts = {
        "email": "new@example.org",
        "password1": "yi-tiao-chang-mima-88",
        "occupation": "researcher",
        "has_no_agency": "on",
        "agrees": "on",
    }
    answer = client.post(reverse("account_signup"), {**facts, "name": BAD[bad]})
    assert (answer.status_code, refusals(answer)) == (200, ["name"])


@pytest.mark.parametrize("bad", BAD)
def test_a_message_with_a_request_to_join_ends_in_a_page_whatever_it_holds(client, agency, bad):
    client.force_login(factories.user())
    answer = client.post(reverse("join_agency", args=[agency.slug]), {"message": BAD[bad] * 2})
    assert answer.status_code == 302
    assert client.get(answer.url).status_code == 200
    assert all("\x00" not in asked.message for asked in agency.join_requests.all())


@pytest.mark.parametrize("bad", BAD)
def test_a_file_with_such_a_name_is_imported_without_it_or_refused(tmp_path, bad):
    record = {"name": BAD[bad], "description": "", "services": [{"id": "1", "name": BAD[bad]}]}
    (tmp_path / "file.json").write_text(json.dumps([record, {"name": "Friends", "description": ""}]))
    call_command("import_agencies", tmp_path / "file.json")
    names = set(Agency.objects.values_list("legal_name", flat=True))
    assert names in ({"Friends"}, {"Friends", "社工中心"})
