"""Anybody can check a number, and learns no name by it."""

import logging

import pytest

from events.certifying import check as certificate_check
from events.certifying import issuing
from events.models.certificate import new_number
from tests.events.test_console import url

pytestmark = pytest.mark.django_db
RARE = "张𬭎𠮷㛃𤭢"


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("张红", "张*"),
        ("张 红", "张*"),
        ("欧阳红", "欧阳*"),
        ("欧阳", "欧*"),
        ("张", "*"),
        ("𠮷田", "𠮷*"),
        ("买买提·吐尔逊", "买*·吐*"),
        ("John Smith", "J*** S***"),
        ("J", "J***"),
    ],
)
def test_the_name_is_masked(name, seen):
    assert certificate_check.masked(name) == seen


@pytest.mark.parametrize(
    ("certified", "typed", "same"),
    [
        ("欧阳红", "欧阳 红", True),
        ("John Smith", "john  SMITH", True),
        ("买买提·吐尔逊", "买买提吐尔逊", True),
        (RARE, RARE, True),
        ("欧阳红", "欧阳", False),
        ("欧阳红", "欧阳*", False),
        ("张红", "", False),
        ("---", "", False),
    ],
)
def test_a_typed_name_is_compared_as_people_write_it(certified, typed, same):
    assert certificate_check.is_name(certified, typed) is same


def test_anybody_sees_what_it_is_about_and_not_whose_it_is(client, certificate, caplog):
    with caplog.at_level(logging.DEBUG):
        answer = client.get(url("check_certificate", certificate.number))
        right = client.post(url("check_certificate", certificate.number), {"name": "欧阳红"})
        wrong = client.post(url("check_certificate", certificate.number), {"name": "李梅"})

    page = answer.content.decode()
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]
    for shown in ("欧阳*", "Case management", "Valid", certificate.number, "<svg"):
        assert shown in page
    for secret in ("欧阳红", "secret@example.org", certificate.registration.user.email):
        assert secret not in page
    assert "The name matches." in right.content.decode()
    assert "The name does not match." in wrong.content.decode()
    assert "欧阳红" not in wrong.content.decode()
    assert "欧阳红" not in caplog.text


def test_revoked_and_replaced_ones_say_so(client, mine, certificate, manager):
    new = issuing.issue_anew(mine, by=manager)
    old = client.get(url("check_certificate", certificate.number)).content.decode()
    assert "was replaced by a corrected one" in old
    assert new.number not in old
    issuing.revoke(mine, reason="冒名签到", by=manager)
    page = client.get(url("check_certificate", new.number)).content.decode()
    assert "冒名签到" in page
    assert "Revoked" in page


def test_an_unknown_number_gets_a_kind_sentence(client, certificate):
    for number in (new_number(), "nonsense", "流" * 100):
        answer = client.get(url("check_certificate", number))
        assert answer.status_code == 404
        assert "There is no certificate with this number." in answer.content.decode()
    found = client.get(url("find_certificate"), {"number": certificate.number.lower()})
    assert found["Location"] == url("check_certificate", certificate.number)
    slip = client.get(url("find_certificate"), {"number": "abc"})
    assert "Please compare it with the paper" in slip.content.decode()


def test_guessing_the_name_is_stopped_after_ten_tries(client, certificate):
    address = url("check_certificate", certificate.number)
    answers = [client.post(address, {"name": f"欧阳{n}"}).status_code for n in range(10)]
    assert answers == [200] * 10
    blocked = client.post(address, {"name": "欧阳红"})
    assert blocked.status_code == 429
    assert "The name matches." not in blocked.content.decode()
    assert client.get(address).status_code == 200
