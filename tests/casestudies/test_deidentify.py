"""The check for what gives people away: shares on the written set, what it never flags, and any number however written."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given as draw
from hypothesis import settings
from hypothesis import strategies as st

from casestudies.deidentify import Kind, Known, Pseudonyms, findings
from casestudies.deidentify.numbers import check_letter, is_luhn
from tests.bench import deidentify as bench
from tests.given import given

DEMO = Path(__file__).resolve().parents[2] / "casestudies" / "demo" / "data"
FULL_WIDTH = str.maketrans("0123456789Xx-", "０１２３４５６７８９Ｘｘ－")
CHINESE = st.text(
    st.sampled_from("我们在车站等了他很久，孩子说不怕。社工记下后来的事；工友们笑"), max_size=30
)


def kinds(text, **options):
    return [(one.kind, one.text, one.certain) for one in findings(text, **options)]


@pytest.mark.parametrize("half", bench.HALVES)
def test_the_written_set_is_found(half):
    result = bench.score(half)

    assert result.certain_recall == 1.0, result.misses
    assert result.doubtful_recall >= 0.9, result.misses
    assert result.doubtful_precision >= 0.8, result.misses
    assert result.false_certain == 0, result.misses


def test_masked_names_of_court_cases_are_not_flagged():
    folder = given("cases", "court-zh")
    flagged = {one.text for file in folder.glob("*.md") for one in findings(file.read_text(encoding="utf-8"))}

    assert flagged <= {"郭天天"}  # the judge who wrote the article, with her whole name


def test_reports_that_mask_their_people_pass_without_a_finding():
    for file in DEMO.glob("*.toml"):
        entry = tomllib.loads(file.read_text(encoding="utf-8"))
        known = Known(names=frozenset(author["name"] for author in entry["authors"]))
        text = "\n".join([entry["title"], entry["abstract"], *entry["sections"].values()])
        assert findings(text, known=known) == [], file.name


@st.composite
def identity_numbers(pick):
    born = pick(st.dates(date(1920, 1, 1), date(2025, 1, 1)))
    body = f"{pick(st.sampled_from(['110105', '440306', '522427', '510921']))}{born:%Y%m%d}{pick(st.integers(0, 999)):03}"
    return body + check_letter(body)


@st.composite
def bank_cards(pick):
    body = pick(st.sampled_from(["622848", "621700", "6225", "4367", "5187", "9558"]))
    body += pick(st.text("123456789", min_size=15 - len(body), max_size=18 - len(body)))
    return body + next(d for d in "0123456789" if is_luhn(body + d))


def mobile_numbers():
    return st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


def written(number, pick, groups):
    separator = pick(st.sampled_from(["", " ", "-", "\u200b", "　", " - "]))
    pieces, rest = [], number
    for size in groups:
        pieces.append(rest[:size])
        rest = rest[size:]
    text = separator.join(filter(None, [*pieces, rest]))
    return text.translate(FULL_WIDTH) if pick(st.booleans()) else text


@settings(max_examples=60, deadline=None)
@draw(st.data(), CHINESE, CHINESE)
def test_any_identity_number_is_found_however_it_is_written(data, before, after):
    number = data.draw(identity_numbers())
    number = number.lower() if data.draw(st.booleans()) else number
    groups = data.draw(st.sampled_from([(18,), (6, 8), (4, 4, 4, 4), (1,) * 17, (3, 3, 4, 4)]))
    text = written(number, data.draw, groups)

    assert (Kind.IDENTITY, text, True) in kinds(before + text + after)


@settings(max_examples=60, deadline=None)
@draw(st.data(), CHINESE, CHINESE)
def test_any_mobile_number_is_found_however_it_is_written(data, before, after):
    number = data.draw(mobile_numbers())
    text = written(number, data.draw, data.draw(st.sampled_from([(11,), (3, 4), (1,) * 10, (4, 4), (3, 3)])))
    if data.draw(st.booleans()):
        text = number.translate(str.maketrans("0123456789", "零一二三四五六七八九"))

    assert (Kind.PHONE, text, True) in kinds(before + text + after)


@settings(max_examples=60, deadline=None)
@draw(st.data(), CHINESE, CHINESE)
def test_any_bank_card_is_found_however_it_is_written(data, before, after):
    text = written(
        data.draw(bank_cards()), data.draw, data.draw(st.sampled_from([(19,), (4, 4, 4, 4), (6, 6, 4)]))
    )

    assert (Kind.CARD, text, True) in kinds(before + text + after)


def test_a_number_with_a_wrong_check_is_a_doubt_only_beside_its_cue():
    assert kinds("身份证号440301199001011239") == [(Kind.IDENTITY, "440301199001011239", False)]
    assert kinds("批次440301199001011239") == []


def test_one_person_has_one_mask_through_the_whole_case_and_two_people_have_two():
    masks = Pseudonyms()
    first = findings("案主张建国，男，四十岁。", pseudonyms=masks)
    second = findings("张建国说他的儿子张小宝怕黑。", pseudonyms=masks)

    assert [one.replacement for one in first] == ["张某"]
    assert [(one.text, one.replacement) for one in second] == [("张建国", "张某"), ("张小宝", "张某乙")]


def test_a_finding_stands_in_its_sentence():
    [one] = findings("他来了。案主的手机是13826543219，晚上才开。后来他走了。")

    assert (one.before, one.text, one.after) == ("案主的手机是", "13826543219", "，晚上才开。")


def test_a_date_of_birth_becomes_its_month_and_an_address_its_district():
    text = "孩子2014年9月12日出生，住在石岩街道吉祥路12号3栋502室。"

    assert [one.replacement for one in findings(text)] == ["2014年9月", "某市某区"]


def test_what_the_agency_publishes_itself_is_not_flagged():
    known = Known(
        names=frozenset({"覃美凤", "东莞市工友电子有限公司"}),
        contacts=frozenset({"0769-22334455", "help@example.org"}),
    )

    assert findings("社工覃美凤的电话是076922334455，邮箱help@example.org。", known=known) == []
    assert len(findings("社工覃美芳的电话是076922334456，邮箱me@example.org。", known=known)) == 3


def test_two_hundred_pages_take_less_than_a_second():
    assert bench.seconds_for_a_long_report() < 1


@settings(max_examples=40, deadline=2000)
@draw(st.text(max_size=400))
def test_any_text_can_be_checked(text):
    for one in findings(text):
        assert text[one.start : one.end] == one.text
        assert one.sentence[one.offset :].startswith(one.text)
