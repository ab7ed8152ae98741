"""What to write instead: short masks that keep a text readable, the same for a person through the whole case."""

import re

from casestudies.deidentify import surnames
from casestudies.deidentify.finding import Finding, Kind

ORDER = "甲乙丙丁戊己庚辛壬癸"
CHINESE = {
    Kind.IDENTITY: "（身份证号略）",
    Kind.PHONE: "（电话略）",
    Kind.CARD: "（银行卡号略）",
    Kind.PLATE: "（车牌号略）",
    Kind.ACCOUNT: "（账号略）",
    Kind.EMAIL: "（邮箱略）",
    Kind.PERMIT: "（证件号略）",
    Kind.RECORD: "（编号略）",
    Kind.ADDRESS: "某市某区",
    Kind.SCHOOL_CLASS: "某校某班",
    Kind.EMPLOYER: "某公司",
}
ENGLISH = {
    Kind.IDENTITY: "(identity number omitted)",
    Kind.PHONE: "(telephone omitted)",
    Kind.CARD: "(card number omitted)",
    Kind.PLATE: "(plate omitted)",
    Kind.ACCOUNT: "(account omitted)",
    Kind.EMAIL: "(e-mail omitted)",
    Kind.PERMIT: "(document number omitted)",
    Kind.RECORD: "(number omitted)",
    Kind.ADDRESS: "a place in the city",
    Kind.SCHOOL_CLASS: "a class of a school",
    Kind.EMPLOYER: "a company",
}


class Pseudonyms:
    """Gives each name its mask: 张建国 becomes 张某, another Zhang 张某乙. Deterministic in the order of the text."""

    def __init__(self, taken: str = ""):
        self.given: dict[str, str] = {}
        self.used = set(re.findall(rf"[一-鿿]{{1,2}}某[{ORDER}]?", taken))

    def of(self, name: str) -> str:
        if name not in self.given:
            self.given[name] = mask = next(m for m in masks(name) if m not in self.used)
            self.used.add(mask)
        return self.given[name]


def masks(name: str):
    """Masks that fit a name, the plainest first."""
    if name.isascii():
        initial = name[0]
        yield f"{initial}."
        yield from (f"{initial}. ({n})" for n in range(2, 10_000))
    elif name[0] in "小阿":
        yield from (f"{name[0]}{chr(65 + n)}" for n in range(26))
        yield from (f"{name[0]}A{n}" for n in range(1, 10_000))
    else:
        surname = name[:2] if name[:2] in surnames.DOUBLE.split("|") else name[0]
        yield f"{surname}某"
        yield from (f"{surname}某{letter}" for letter in ORDER[1:])
        yield from (f"{surname}某{n}" for n in range(11, 10_000))


def replacement(found: Finding, pseudonyms: Pseudonyms) -> str:
    """What to write instead of a finding."""
    if found.kind is Kind.NAME:
        return pseudonyms.of(found.text)
    is_english = not re.search(r"[一-鿿]", found.sentence or found.text)
    if found.kind is Kind.BIRTH:
        return month_of(found.text, is_english)
    if found.kind is Kind.EMPLOYER and found.text.endswith("厂"):
        return "某工厂"
    if found.kind is Kind.ADDRESS and re.search(r"[村屯寨]", found.text):
        return "某县某村"
    return (ENGLISH if is_english else CHINESE)[found.kind]


def month_of(words: str, is_english: bool) -> str:
    """A date of birth down to its month."""
    if match := re.match(r"(\d{4})\s?[-./]\s?(\d{1,2})\s?[-./]", words):
        return f"{match[1]}-{match[2]:0>2}" if is_english else f"{match[1]}年{int(match[2])}月"
    if match := re.match(r".*?月", words):
        return match[0]
    if match := re.search(r"([A-Z][a-z]+)\.?(?: \d{1,2}\w*)?,? ((?:19|20)\d\d)", words):
        return f"{match[1]} {match[2]}"
    if match := re.search(r"(?:19|20)\d\d", words):
        return match[0]
    return "某月"
