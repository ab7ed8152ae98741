"""Every address of the portal, taken from the URL configuration: nothing ends in a 500, and nothing foreign opens.

A new address with an argument that is not in EXAMPLES of tests/addresses.py fails here, so that nobody forgets it.
"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from tests.addresses import ADDRESSES, EXAMPLES, body_for, leading, leading_nowhere
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db

NASTY = [
    {"q": "\x00"},
    {"q": "流" * 4000, "page": "99999999999999999999"},
    {"page": "-1", "view": "../../etc/passwd", "month": "9999-99", "year": "x"},
    {
        "district": "44' OR 1=1 --",
        "population": "<script>",
        "service": "svc:none",
        "method": "",
        "sort": "-password",
    },
    {
        "kind": ["case", "\ud7ff"],
        "tab": "nothing",
        "next": "https://evil.example.net/",
        "agency": "no-such",
        "mode": "x",
    },
]


CONSOLE = [
    name
    for name, arguments in ADDRESSES.items()
    if "slug" in arguments
    and name not in ("agency", "join_agency", "claim_agency", "agency_feed", "agency_case_feed")
]


def is_closed(answer) -> bool:
    """Nothing there, not this way, or first say who you are."""
    return answer.status_code in (404, 405) or leads_to_sign_in(answer)


def leads_to_sign_in(answer) -> bool:
    return answer.status_code == 302 and answer.url.startswith(reverse("account_login"))


def test_every_example_leads_somewhere_and_belongs_to_an_address(world):
    assert sorted(EXAMPLES.keys() - ADDRESSES.keys()) == []
    visitors = [world["visitors"][who] for who in ("owner", "newcomer", "staff", "member")]
    for name in ADDRESSES:
        for address in leading(world, name):
            assert any(leads_somewhere(visitor, name, address, world) for visitor in visitors), address


def leads_somewhere(visitor: Visitor, name: str, address: str, world: dict) -> bool:
    """Whether this visitor finds something there. What is posted is undone."""
    with transaction.atomic():
        client = visitor.client(raise_request_exception=False)
        answer = client.get(address)
        if answer.status_code == 405:
            answer = client.post(address, body_for(name, world))
        transaction.set_rollback(True)
    return answer.status_code not in (404, 405)


@pytest.mark.parametrize("name", ADDRESSES)
def test_no_address_ends_in_a_500_whoever_asks_and_however(world, name):
    for visitor in world["visitors"].values():
        client = visitor.client(raise_request_exception=False)
        for address in leading(world, name):
            plain = [client.get(address), client.post(address)]
            assert all(answer.status_code < 500 for answer in plain), address
            if all(is_closed(answer) for answer in plain):
                continue  # nothing that is sent there is looked at
            for query in NASTY:
                assert client.get(address, query).status_code < 500, (address, query)
            for body in NASTY:
                assert client.post(address, body).status_code < 500, (address, body)
            file = SimpleUploadedFile("报告.docx", b"MZ\x00 not a document")
            assert client.post(address, {"file": file, "form-TOTAL_FORMS": "x"}).status_code < 500, address


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_of_nothing_ends_in_no_500_for_those_who_see_most(world, name):
    for who in ("owner", "staff"):
        client = world["visitors"][who].client(raise_request_exception=False)
        for address in leading_nowhere(world, name):
            for answer in (client.get(address), client.post(address)):
                assert answer.status_code < 500, address


@pytest.mark.parametrize("name", CONSOLE)
def test_an_agencys_console_is_nowhere_for_people_of_other_agencies(world, name):
    for who in ("stranger", "newcomer"):
        client = world["visitors"][who].client()
        for address in leading(world, name):
            for answer in (client.get(address), client.post(address)):
                assert answer.status_code in (404, 405), address
                assert world["agency"].legal_name not in answer.content.decode()


@pytest.mark.parametrize("name", CONSOLE)
def test_an_agencys_console_asks_for_an_account_first(client, world, name):
    for address in leading(world, name):
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code in (302, 405), address
            if answer.status_code == 302:
                assert answer.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("door", ["/admin/login/", "/admin/password_reset/", "/_util/login/"])
def test_wagtails_own_doors_lead_to_ours(client, door):
    assert client.get(door, {"next": "/admin/"}).url == "/accounts/login/?next=%2Fadmin%2F"
