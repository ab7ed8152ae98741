"""Unified social credit codes: what is fine, what asks for a look, what cannot be one."""

import pytest

from orgs import uscc
from portal import tables
from tests.given import given

BEIJING = "12100000400009127B"


@pytest.mark.parametrize("file", ["uscc.csv", "uscc-gb18030.csv"])
def test_codes_from_public_registers_get_the_expected_answer(file):
    rows = tables.read(given("agencies", file))
    assert len(rows) == 20
    for row in rows:
        answer = uscc.check(row.cells["统一社会信用代码"]).answer
        expected = row.cells["预期"].partition(",")[0]
        assert answer in expected.split(" or "), row


def test_a_fine_code_needs_no_words():
    assert uscc.check(BEIJING) == uscc.Verdict(BEIJING, uscc.Answer.FINE)


@pytest.mark.parametrize(
    "typed",
    [
        BEIJING.lower(),
        " 1210 0000 4000 09127B ",
        "１２１０００００４００００９１２７Ｂ",
        "12100000-400009127-B",
    ],
)
def test_width_case_and_spaces_do_not_matter(typed):
    assert uscc.check(typed).code == BEIJING


def test_a_single_wrong_character_is_always_noticed():
    for place in range(18):
        for character in set(uscc.ALPHABET) - {BEIJING[place]}:
            wrong = BEIJING[:place] + character + BEIJING[place + 1 :]
            assert uscc.check(wrong).answer != uscc.Answer.FINE, wrong


def test_two_exchanged_neighbours_are_always_noticed():
    for place in range(17):
        one, other = BEIJING[place : place + 2]
        if one != other:
            wrong = BEIJING[:place] + other + one + BEIJING[place + 2 :]
            assert uscc.check(wrong).answer != uscc.Answer.FINE, wrong


@pytest.mark.parametrize("department", ["A", "N", "Y"])
def test_departments_with_letters_exist(department):
    first = department + BEIJING[1:17]
    assert uscc.check(first + uscc.check_character(first)).answer == uscc.Answer.FINE


def test_a_right_last_character_does_not_hide_a_wrong_organisation_code():
    verdict = uscc.check("123456789012345678")
    assert verdict.answer == uscc.Answer.DOUBTFUL
    assert len(verdict.sentences) == 2


@pytest.mark.parametrize(
    "typed", ["", "123", "5310000050001979OA", "12AB0000400009127B", BEIJING + "1", "一" * 18]
)
def test_what_cannot_be_a_code_is_malformed_and_says_why(typed):
    verdict = uscc.check(typed)
    assert (verdict.answer, len(verdict.sentences)) == (uscc.Answer.MALFORMED, 1)
