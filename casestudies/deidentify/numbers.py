"""Numbers that belong to one person: identity numbers, telephones, bank cards.

Identity numbers follow GB 11643-1999 (place, date of birth, serial, check by ISO 7064 MOD 11-2) and the fifteen digits
before it; bank cards ISO/IEC 7812 (Luhn); mobile numbers begin with 13 to 19, landlines with the area code.
"""

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from casestudies.deidentify.finding import Finding, Kind

PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SPOKEN = str.maketrans("〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "000123456789" + "1" + "123456789")
#: What people put between the digits of a number, and what only machines see.
BETWEEN = " \\-·._/\u200b\u200c\u200d\u2060\ufeff\u00ad\t()"
RUN = re.compile(rf"\d(?:[{BETWEEN}]{{0,3}}\d)*(?:[{BETWEEN}]{{0,3}}[xX](?![A-Za-z0-9]))?")
SPOKEN_RUN = re.compile(
    r"(?:[0-9〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖][ \\-·、]?){9,40}(?<=[0-9〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖])"
)
HAS_CHINESE = re.compile(r"[〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]")
#: 一 that begins a word after a number: …八八七一直没有人接.
ONE_OF_A_WORD = re.compile(r"一(?=[直个样定人家些起共次般旦方边下切面位名打看拨听接])")
IDENTITY_CUE = re.compile(
    r"(?:身份证|身分证|身份号|证件号|居住证|户口|公民身份|identity|ID\s*(?:card|no|number))", re.I
)
PHONE_CUE = re.compile(
    r"(?:电话|手机|座机|联系方式|联系|致电|拨打|号码|热线|传真|微信|tel|phone|mobile|call|fax)", re.I
)
CARD_CUE = re.compile(r"(?:卡号|账号|帐号|银行卡|账户|储蓄卡|工资卡|存折|打款|汇款|card|account)", re.I)
OTHER_CUE = re.compile(
    r"(?:订单|运单|快递单|单号|流水号|编号|案号|书号|ISBN|发票|批号|序列号|代码|备案号|登记号|合同号|信用代码|order|invoice|doi)[^，。；\n]{0,8}$",
    re.I,
)
USUAL_GROUPS = {
    (11,), (3, 4, 4), (3, 3, 5), (4, 4, 3), (4, 3, 4), (3, 8), (7, 4), (5, 6), (3, 5, 3), (1,) * 11, (3, 2, 2, 2, 2),
}  # fmt: skip


def check_letter(digits: str) -> str:
    """The eighteenth place of an identity number (ISO 7064 MOD 11-2)."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=False)) % 11]


def is_date(year: int, month: int, day: int) -> bool:
    try:
        return date(1890, 1, 1) <= date(year, month, day) <= date.today()
    except ValueError:
        return False


def is_identity(number: str) -> bool:
    """Whether these 18 characters are a well-formed identity number."""
    return (
        number[:2] in PROVINCES
        and is_date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        and check_letter(number) == number[17].upper()
    )


def is_old_identity(number: str) -> bool:
    """Whether these 15 digits may be an identity number from before 1999."""
    return number[:2] in PROVINCES and is_date(1900 + int(number[6:8]), int(number[8:10]), int(number[10:12]))


def is_luhn(digits: str) -> bool:
    total = sum(int(d) for d in digits[-1::-2]) + sum(sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return total % 10 == 0


def is_card_prefix(digits: str) -> bool:
    """Whether a bank card can begin so: the networks' numbers, and 9 for older domestic cards."""
    return digits[0] in "34569" or "2221" <= digits[:4] <= "2720"


class Run:
    """Digits in a row, with what stands between them: the characters and where each is in the text."""

    def __init__(self, text: str, start: int, end: int):
        places = [i for i in range(start, end) if text[i].isdigit() or text[i] in "xX"]
        self.text, self.places = text, places
        self.digits = "".join(text[i] for i in places)
        #: Indexes of digits before which something stands, and the end.
        self.cuts = [i for i in range(len(places)) if i == 0 or places[i] != places[i - 1] + 1] + [
            len(places)
        ]

    def windows(self, length: int) -> Iterator[int]:
        """Where so many characters begin and end at a gap."""
        ends = set(self.cuts)
        return (cut for cut in self.cuts if cut + length in ends)

    def groups(self, start: int, length: int) -> tuple[int, ...]:
        first, last = bisect_left(self.cuts, start), bisect_left(self.cuts, start + length)
        edges = self.cuts[first : last + 1]
        return tuple(b - a for a, b in itertools.pairwise(edges))

    def between(self, start: int, length: int) -> str:
        span = self.text[self.places[start] : self.places[start + length - 1] + 1]
        return "".join(c for c in span if not c.isdigit() and c not in "xX")

    def has_cue(self, cue: re.Pattern, start: int, reach: int = 14) -> bool:
        place = self.places[start]
        return bool(cue.search(self.text, max(0, place - reach), place))

    def finding(self, kind: Kind, start: int, length: int, certain: bool, why: str) -> Finding:
        left, right = self.places[start], self.places[start + length - 1] + 1
        if right < len(self.text) and self.text[left:right].count("(") > self.text[left:right].count(")"):
            right += self.text[right] == ")"
        return Finding(kind, left, right, "", certain, why)


def numbers(text: str) -> Iterator[Finding]:
    """Every number of a person in a text of plain width, also where it is written out in Chinese numerals."""
    for match in RUN.finditer(text):
        if match.end() - match.start() >= 7:
            yield from in_run(Run(text, *match.span()))
    for match in SPOKEN_RUN.finditer(text):
        if not HAS_CHINESE.search(match[0]):
            continue
        after = text[match.end() : match.end() + 1]
        shift = max(0, match.start() - 20)
        # read once with every 一 as a digit, once without those that begin a word
        for words in {match[0], ONE_OF_A_WORD.sub("*", match[0] + after)[: len(match[0])]}:
            spoken = text[shift : match.start()] + words.translate(SPOKEN) + after
            for run in RUN.finditer(spoken):
                for found in in_run(Run(spoken, *run.span())):
                    yield replace(found, start=found.start + shift, end=found.end + shift)


def in_run(run: Run) -> Iterator[Finding]:
    taken: set[int] = set()

    def free(start: int, length: int) -> bool:
        span = set(range(start, start + length))
        if span & taken:
            return False
        taken.update(span)
        return True

    digits = run.digits
    for start in range(len(digits) - 17):
        number = digits[start : start + 18]
        if number[:17].isdigit() and is_identity(number) and free(start, 18):
            yield run.finding(Kind.IDENTITY, start, 18, True, "identity_check")
    if not digits[:-1].isdigit():
        return
    is_card = digits.isdigit() and 16 <= len(digits) <= 19 and is_card_prefix(digits) and is_luhn(digits)
    if not is_card:  # a telephone number may stand inside a card, never the other way round
        yield from phones(run, free)
    for length in (19, 18, 17, 16):
        for start in run.windows(length):
            number = digits[start : start + length]
            if not number.isdigit() or not is_luhn(number) or number.count("0") > length - 4:
                continue
            certain = run.has_cue(CARD_CUE, start) or (
                is_card_prefix(number)
                and not OTHER_CUE.search(run.text, max(0, run.places[start] - 16), run.places[start])
            )
            if "." in run.between(start, length) or not free(start, length):
                continue
            yield run.finding(Kind.CARD, start, length, certain, "card_check")
    for start in run.windows(18):
        if run.has_cue(IDENTITY_CUE, start) and free(start, 18):
            yield run.finding(Kind.IDENTITY, start, 18, False, "identity_cue")
    for start in run.windows(15):
        if (
            digits[start : start + 15].isdigit()
            and is_old_identity(digits[start : start + 15])
            and free(start, 15)
        ):
            place = run.places[start]
            certain = not OTHER_CUE.search(run.text, max(0, place - 16), place)
            yield run.finding(Kind.IDENTITY, start, 15, certain, "identity_old")
    for length in (19, 18, 17, 16):
        for start in run.windows(length):
            if run.has_cue(CARD_CUE, start) and free(start, length):
                yield run.finding(Kind.CARD, start, length, False, "card_cue")


AREA = re.compile(r"0(?:10|2[0-57-9]|[3-9]\d{2})[2-8]\d{6,7}")


def phones(run: Run, free) -> Iterator[Finding]:
    """Mobile numbers, with or without +86, and landlines with their area code."""
    digits = run.digits
    for length in (11, 13, 15):
        for start in run.windows(length):
            number = digits[start : start + length]
            prefix, core = number[:-11], number[-11:]
            if prefix not in ("", "86", "0086") or core[0] != "1" or core[1] not in "3456789":
                continue
            if not core.isdigit() or not is_phone_shaped(run, start, length):
                continue
            if free(start, length):
                yield run.finding(Kind.PHONE, start, length, True, "mobile")
    for length in (10, 11, 12):
        for start in run.windows(length):
            is_shaped = AREA.fullmatch(digits[start : start + length]) and is_landline_shaped(
                run, start, length
            )
            if is_shaped and not run.has_cue(OTHER_CUE, start) and free(start, length):
                yield run.finding(Kind.PHONE, start, length, True, "landline")
    for length in (12, 13, 14):
        for start in run.windows(length):
            number = digits[start : start + length]
            if number.startswith("86") and AREA.fullmatch("0" + number[2:]) and free(start, length):
                yield run.finding(Kind.PHONE, start, length, True, "landline")
    for length in (7, 8):
        for start in run.windows(length):
            if (
                run.has_cue(re.compile(r"(?:电话|座机|tel|phone)\D{0,4}$", re.I), start, 8)
                and digits[start] in "2345678"
            ) and free(start, length):
                yield run.finding(Kind.PHONE, start, length, True, "landline")


def is_phone_shaped(run: Run, start: int, length: int) -> bool:
    """Whether eleven digits stand as a number does, and not as a row of figures does."""
    if run.groups(start + length - 11, 11) in USUAL_GROUPS or run.groups(start, length) in USUAL_GROUPS:
        return True
    if run.has_cue(PHONE_CUE, start):
        return True
    gaps = set(run.between(start, length))
    return len(run.digits) == length and len(gaps) == 1 and not gaps & set("./_")


def is_landline_shaped(run: Run, start: int, length: int) -> bool:
    groups = run.groups(start, length)
    return not set(run.between(start, length)) & set("./_") and (
        len(groups) == 1 or groups[0] in (3, 4) or groups[0] == 1
    )
