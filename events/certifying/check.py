"""Checking a certificate without giving the name away: everybody sees 张*, and who knows the name has it confirmed."""

import unicodedata
from hmac import compare_digest

from orgs.leaving import NOBODY
from portal.bilingual import HAN

#: Family names of two characters that people in China have today.
COMPOUND = frozenset(
    [
        "欧阳",
        "太史",
        "上官",
        "端木",
        "司马",
        "东方",
        "独孤",
        "南宫",
        "万俟",
        "闻人",
        "夏侯",
        "诸葛",
        "尉迟",
        "公羊",
        "赫连",
        "澹台",
        "皇甫",
        "宗政",
        "濮阳",
        "公冶",
        "太叔",
        "申屠",
        "公孙",
        "慕容",
        "仲孙",
        "钟离",
        "长孙",
        "宇文",
        "司徒",
        "鲜于",
        "司空",
        "令狐",
        "淳于",
        "单于",
        "呼延",
        "轩辕",
        "百里",
        "东郭",
        "西门",
        "南门",
        "拓跋",
        "纳兰",
        "第五",
        "梁丘",
        "左丘",
        "歐陽",
        "司馬",
        "諸葛",
        "東方",
        "鮮于",
        "單于",
        "軒轅",
        "東郭",
        "澹臺",
        "鍾離",
        "長孫",
    ]
)
DOTS = "·•・‧"


def masked(name: str) -> str:
    """The name as everybody may see it: 张*, 欧阳*, 买*·吐*, J*** S***. That it was removed is told as it is."""
    if name == NOBODY:
        return name
    if any(dot in name for dot in DOTS):
        for dot in DOTS[1:]:
            name = name.replace(dot, DOTS[0])
        return DOTS[0].join(masked(part) for part in name.split(DOTS[0]) if part.strip())
    if HAN.search(name):
        signs = "".join(name.split())
        if len(signs) == 1:
            return "*"
        return (signs[:2] if len(signs) > 2 and signs[:2] in COMPOUND else signs[0]) + "*"
    return " ".join(f"{part[0]}***" for part in name.split()) or "*"


def is_name(certified: str, typed: str) -> bool:
    """Whether somebody typed the name: spaces, dots, width and capitals do not matter. Takes the same time either way."""
    is_same = compare_digest(bare(certified).encode(), bare(typed).encode())
    return is_same and bool(bare(typed)) and certified != NOBODY


def bare(name: str) -> str:
    signs = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in signs if unicodedata.category(sign)[0] in "LMN")
