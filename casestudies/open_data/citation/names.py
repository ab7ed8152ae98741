"""Names of authors: which part is the family's, and how they are spelled in Latin letters."""

import re
from dataclasses import dataclass

from pypinyin import lazy_pinyin

from portal.bilingual import HAN

#: Characters that are read differently when they are a family name.
FAMILY_NAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "区": "ou", "查": "zha", "任": "ren", "盖": "ge",
    "朴": "piao", "翟": "zhai", "尉": "wei", "缪": "miao", "覃": "qin", "华": "hua", "乐": "yue", "员": "yun",
}  # fmt: skip
DOUBLE_FAMILY_NAMES = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
    "夏侯",
    "端木",
)
#: After a comma these are no given names.
SUFFIXES = re.compile(r"(?:[JS]r\.?|I{2,3}|IV|MD|PhD|RN)", re.I)


@dataclass(frozen=True)
class Name:
    """One author as the reference names them; `given` is empty for what must not be taken apart."""

    whole: str
    family: str
    given: str = ""
    orcid: str = ""
    #: The name in Latin letters, where its bearer says how they write it.
    latin: str = ""
    #: The agency of a person when they wrote it.
    affiliation: str = ""
    is_agency: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it goes out in one piece: Chinese names, agencies, and people with a single name."""
        return self.is_agency or not self.given or HAN.search(self.whole) is not None

    @property
    def inverted(self) -> str:
        """Family first, where the name may be taken apart."""
        return self.whole if self.is_whole else f"{self.family}, {self.given}"


def person(name: str, *, orcid: str = "", latin: str = "", affiliation: str = "") -> Name:
    family, given = split_name(name)
    return Name(name, family, given, orcid, latin, affiliation)


def agency(name: str) -> Name:
    return Name(name, name, is_agency=True)


def split_name(name: str) -> tuple[str, str]:
    """Family and given name: Chinese ones begin with the family, others end with it, particles (van, de) included.

    A comma says it outright: Chen, Maria. What has one part only is all family.
    """
    name = " ".join(name.split())
    if HAN.search(name):
        length = 2 if name.startswith(DOUBLE_FAMILY_NAMES) and len(name) > 2 else 1
        return name[:length], name[length:]
    if "," in name:
        family, _comma, given = (part.strip() for part in name.partition(","))
        return (name, "") if SUFFIXES.fullmatch(given) or not family else (family, given)
    words = name.split(" ")
    first_of_family = next((n for n, word in enumerate(words) if n and word[0].islower()), len(words) - 1)
    return " ".join(words[first_of_family:]), " ".join(words[:first_of_family])


def in_latin(name: Name) -> tuple[str, str]:
    """Family and given name in Latin letters: as the person writes it, or in pinyin."""
    if name.latin:
        return split_name(name.latin)
    if not HAN.search(name.whole):
        return name.family, name.given
    spelled = FAMILY_NAMES.get(name.family) or "".join(lazy_pinyin(name.family))
    return spelled.capitalize(), "".join(lazy_pinyin(name.given)).capitalize()


def initials(given: str) -> list[str]:
    return [part[0].upper() for part in re.split(r"[\s.-]+", given) if part]
