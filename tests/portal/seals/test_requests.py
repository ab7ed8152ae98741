"""What a request may not do: write by reading, choose its own columns, reach other machines, or pass where a check fails."""

import pytest
from django.db import transaction
from wagtail.embeds.embeds import get_embed
from wagtail.embeds.exceptions import EmbedUnsupportedProviderException
from wagtail.embeds.finders import get_finders

from orgs.models import Membership
from tests.addresses import ADDRESSES, leading
from tests.fingerprint import fingerprint, statements_that_write
from tests.test_every_address import CONSOLE

pytestmark = pytest.mark.django_db


#: A page for the printer that is an export of personal data; that it was asked for is what it writes.
WRITTEN_DOWN = {"signature_list"}


@pytest.mark.parametrize("who", ["anonymous", "newcomer", "owner", "staff"])
def test_no_get_changes_a_row(world, who):
    client, before, wrote = world["visitors"][who].client(raise_request_exception=False), fingerprint(), []
    for name in sorted(ADDRESSES.keys() - WRITTEN_DOWN):
        for address in leading(world, name)[:1]:
            with transaction.atomic(), statements_that_write() as written:
                client.get(address)
                if written and fingerprint() != before:
                    wrote.append(address)
                transaction.set_rollback(True)
    assert wrote == []


INJECTIONS = [
    "-password",
    "password",
    "owner__password",
    "title; DROP TABLE x",
    "title) FROM x --",
    "?",
    "1",
    "id.x",
    "\"'",
    "_connector",
    "__class__",
    "a" * 3000,
]
LISTS = ["/cases/", "/agencies/", "/events/", "/search/", "/public-lists/", "/agencies-list.csv"]


@pytest.mark.parametrize("words", INJECTIONS)
def test_what_a_list_is_sorted_and_filtered_by_comes_from_a_list_of_ours(client, words):
    for address in LISTS:
        for parameter in ("sort", "order", "order_by", "ordering", words[:50]):
            answer = client.get(address, {parameter: words, "q": "x"})
            assert answer.status_code in (200, 404), (address, parameter)
            assert b"password" not in answer.content.lower() or words in (
                "-password",
                "password",
                "owner__password",
            )


def test_nothing_is_fetched_from_an_address_that_somebody_wrote():
    assert get_finders() == []
    with pytest.raises(EmbedUnsupportedProviderException):
        get_embed("http://169.254.169.254/latest/meta-data/")


def test_a_check_that_fails_lets_nobody_in(world, monkeypatch):
    """No door of an agency's console opens while the question "may they?" ends in an error."""

    def fails(*args, **kwargs):
        raise RuntimeError("the check failed")

    monkeypatch.setattr(type(Membership.objects.all()), "active", fails)
    client = world["visitors"]["owner"].client(raise_request_exception=False)
    for name in CONSOLE:
        for address in leading(world, name)[:1]:
            answer = client.get(address)
            assert answer.status_code in (404, 405, 500), address
            assert world["agency"].legal_name not in answer.content.decode(), address
