"""The services of an agency, added and changed by its people."""

import uuid

import pytest

from tests import factories
from tests.orgs.console.typed import address

pytestmark = pytest.mark.django_db


def test_a_service_is_added_changed_and_removed(client, agency, manager):
    factories.division()
    answers = {
        "name_zh": "四点半课堂",
        "types": [factories.topic("svc:education").pk],
        "populations": [factories.topic("pop:children").pk],
        "areas": "东莞市\n441900",
        "delivery": ["onsite", "online"],
        "fees": "free",
    }
    client.force_login(manager)
    client.post(address("create_service", agency), answers)
    service = agency.services.get()
    assert [area.code for area in service.areas.all()] == ["441900"]
    assert service.delivery == ["onsite", "online"]
    narrower = factories.topic("svc:education.2")
    service.types.add(narrower)
    edit = address("edit_service", agency, service.public_id)
    client.post(edit, {**answers, "name_zh": "放学后", "types": [narrower.pk]})
    assert [topic.code for topic in agency.services.get(name_zh="放学后").types.all()] == ["svc:education.2"]
    client.post(address("remove_service", agency, service.public_id))
    assert agency.services.count() == 0


def test_a_service_needs_a_name_and_a_kind(client, agency, manager):
    client.force_login(manager)
    answer = client.post(address("create_service", agency), {"fees": "free", "areas": "x" * 3000})
    assert set(answer.context["form"].errors) == {"name_zh", "types", "areas"}


def test_a_service_of_another_agency_is_not_there(client, agency, manager):
    foreign = factories.service(factories.agency())
    client.force_login(manager)
    assert client.get(address("edit_service", agency, foreign.public_id)).status_code == 404
    assert client.post(address("remove_service", agency, foreign.public_id)).status_code == 404
    assert client.get(address("edit_service", agency, uuid.uuid4())).status_code == 404


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"min_age": "12", "max_age": "6"}, "max_age"),
        ({"min_age": "-1"}, "min_age"),
        ({"max_age": "121"}, "max_age"),
        ({"max_age": "9" * 30}, "max_age"),
        ({"eligibility": "人" * 301}, "eligibility"),
        ({"languages": ["1000000000000"]}, "languages"),
        ({"name_zh": "名" * 400}, "name_zh"),
    ],
)
def test_a_wrong_answer_about_a_service_is_refused_beside_its_field(client, agency, manager, answers, field):
    client.force_login(manager)
    right = {"name_zh": "热线", "types": [factories.topic("svc:education").pk], "fees": "free"}
    answer = client.post(address("create_service", agency), {**right, **answers})
    assert list(answer.context["form"].errors) == [field]
    assert agency.services.count() == 0


def test_the_page_says_in_which_languages_and_for_which_ages_a_service_is(client, agency, manager):
    client.force_login(manager)
    client.post(
        address("create_service", agency),
        {
            "name_zh": "热线",
            "types": [factories.topic("svc:education").pk],
            "languages": [factories.topic("lng:yue").pk],
            "fees": "free",
            "eligibility": "不看户籍",
            "min_age": "6",
            "max_age": "12",
            "is_offered": "on",
        },
    )
    html = client.get(f"/en{agency.get_absolute_url()}").content.decode()
    assert [words in html for words in ("Cantonese", "不看户籍", "aged 6 to 12")] == [True] * 3
