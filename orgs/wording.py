"""What words in other people's files mean: dates, lists, names to compare, terms of ours and divisions by their names."""

import re
import unicodedata
from collections import defaultdict
from datetime import date

from orgs.models import Division
from portal.bilingual import CHINESE, language_of
from portal.models import Topic

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def plain(words: str) -> str:
    """Words for comparing: half width, lower case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", words).casefold().split())


def same_name(name: str) -> str:
    """A name for finding the same agency again: without spaces, brackets and points; 社会工作 and 社工 are one word."""
    return re.sub(r"[\W_]+", "", plain(name)).replace("社会工作", "社工")


def split_list(words: str) -> list[str]:
    return [word.strip() for word in re.split(r"[、,，/]+", words) if word.strip()]


def name_field(name: str) -> str:
    return "name_zh" if language_of(name) == CHINESE else "name_en"


def beginning(words: str, limit: int) -> str:
    """The first whole sentences within `limit` characters; the first characters where not one fits."""
    if len(words) <= limit:
        return words
    ends = [match.end() for match in re.finditer(r"[。!?！？\n]|[.](?=\s)", words[:limit])]
    return words[: ends[-1]].strip() if ends else words[: limit - 1] + "…"


def as_date(words: str) -> date | None:
    """2010-06-18, 2010/6/18, 2010年6月18日, 2010.6, 2010, January 01, 1970; the first day where one is not told."""
    words = unicodedata.normalize("NFKC", words).strip()
    if match := re.fullmatch(
        r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?(?:[ T][\d:.]+Z?)?", words
    ):
        year, month, day = (int(part or 1) for part in match.groups())
    elif (match := re.fullmatch(r"([A-Za-z]+) (\d{1,2}),? (\d{4})", words)) and match[1].lower() in MONTHS:
        year, month, day = int(match[3]), MONTHS.index(match[1].lower()) + 1, int(match[2])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def topics_by_word() -> dict[str, dict[str, Topic]]:
    """The terms of each vocabulary by code, by name in both languages, and by each part of a name like 甲 / 乙（丙）."""
    words = defaultdict(dict)
    for topic in Topic.objects.filter(is_active=True):
        known = words[topic.scheme]
        bare = re.sub(r"[（(].*?[）)]", "", topic.name_zh)
        for word in (*bare.split("/"), bare):
            known.setdefault(plain(word), topic)
    for topic in Topic.objects.filter(is_active=True):  # the exact names win
        for word in (topic.code.partition(":")[2], topic.name_zh, topic.name_en, topic.code):
            words[topic.scheme][plain(word)] = topic
    return words


def divisions_by_word() -> dict[str, set[int]]:
    """The divisions in force by code and by name, alone and after those above it. A name can stand for several."""
    words = defaultdict(set)
    divisions = {division.pk: division for division in Division.objects.current()}
    for division in divisions.values():
        names = {division.name_zh}
        above = divisions.get(division.parent_id)
        while above:
            names |= {above.name_zh + name for name in names}
            above = divisions.get(above.parent_id)
        for word in {division.code, division.name_en, *names}:
            words[plain(word)].add(division.pk)
    return words
