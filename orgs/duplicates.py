"""Whether an agency is on the portal already: by its credit code, its name in the same place, its phone or its website.

A name is compared without what people add or leave out: 市 and 区 in front, 社会工作 or 社工, 服务中心 or 服务社, brackets
and full width. Only the same code is proof; everything else is shown to a person who says whether it is the same.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from orgs import visibility
from orgs.models import Agency, Division

MOST = 10
#: Places that stand in front of a name; 社区, 小区, 园区 and 校区 are not such places.
PLACE = re.compile(r"^[\u3400-\u9fff]{2,3}?(?:省|市|(?<![社小园校])区|县|旗)")
#: What kind of organisation it is, at the end of a name.
ENDING = re.compile(
    r"(?:服务中心|服务社|服务站|服务部|服务队|发展中心|促进中心|中心|事务所|服务|机构|有限公司|社)$"
)
WORDING = (
    ("社会工作者", "社工"),
    ("社会工作", "社工"),
    ("社会服务", "社工"),
    ("志愿者", "志愿"),
    ("外来务工人员", "外来工"),
)
#: Many agencies share these hosts; only the whole address says something.
SHARED_HOSTS = ("weixin.qq.com", "weibo.com", "weibo.cn", "douyin.com", "xiaohongshu.com", "toutiao.com")


@dataclass(frozen=True)
class Duplicate:
    """An agency that may be the same, and why one thinks so."""

    agency: Agency
    reasons: tuple[str, ...]
    has_same_code: bool = False


def likely(
    *,
    names: list[str],
    uscc: str | None = None,
    division: Division | None = None,
    phones: list[str] = (),
    website: str = "",
    user,
    but: Agency | None = None,
) -> list[Duplicate]:
    """The agencies that this person may see and that are probably the same, the surest first.

    What an agency does not show to this person is not compared, so that nobody finds out by asking. Portal staff see
    every agency, withdrawn ones too, except those that were merged.
    """
    known = Agency.objects.visible_to(user).exclude(status=Agency.Status.MERGED)
    if but:
        known = known.exclude(pk=but.pk)
    wanted_names = {normal_name(name, division) for name in names if name} - {""}
    wanted_phones = {number for phone in phones for number in normal_phones(phone)}
    wanted_site = normal_site(website)
    wanted = (uscc or "", wanted_phones, wanted_site)
    found = []
    for agency in known.select_related("division__parent__parent__parent", "org_type"):
        signs = signs_of(agency, *wanted)
        if agency.restricted and any(signs):  # asks the database, so only where something fits
            signs = signs_of(visibility.as_seen_by(agency, user), *wanted)
        has_same_name = bool(wanted_names & names_of(agency)) and may_be_near(division, agency.division)
        reasons = [
            words
            for words, is_so in (
                (_("the same unified social credit code"), signs[0]),
                (_("nearly the same name"), has_same_name),
                (_("the same phone number"), signs[1]),
                (_("the same website"), signs[2]),
            )
            if is_so
        ]
        if reasons:
            found.append(Duplicate(agency, tuple(reasons), signs[0]))
    found.sort(key=lambda one: (not one.has_same_code, -len(one.reasons), one.agency.legal_name))
    return found[:MOST]


def signs_of(agency: Agency, code: str, phones: set[str], site: str) -> tuple[bool, bool, bool]:
    """Whether it has the same code, a same phone, the same website."""
    own = {number for phone in (agency.public_phone, agency.hotline) for number in normal_phones(phone)}
    return (
        bool(code) and agency.uscc == code,
        bool(phones & own),
        bool(site) and site == normal_site(agency.website),
    )


def of(agency: Agency, user) -> list[Duplicate]:
    """The likely duplicates of an agency that is here."""
    return likely(
        names=[agency.legal_name, agency.short_name, agency.name_en],
        uscc=agency.uscc,
        division=agency.division,
        phones=[agency.public_phone, agency.hotline],
        website=agency.website,
        user=user,
        but=agency,
    )


def names_of(agency: Agency) -> set[str]:
    """Every name that the agency goes or went by, as they are compared."""
    names = [agency.legal_name, agency.short_name, agency.name_en, *agency.former_names]
    return {normal_name(str(name), agency.division) for name in names if name} - {""}


def normal_name(name: str, division: Division | None = None) -> str:
    """What is left of a name when place, kind of organisation and manner of writing are taken away.

    东莞市东城区同心社会工作服务中心, 东莞同心社工服务社 and （东莞）同心社工中心 are all 同心社工.
    """
    close = "".join(
        sign
        for sign in unicodedata.normalize("NFKC", name).casefold()
        if unicodedata.category(sign)[0] in "LN"
    )
    for written, meant in WORDING:
        close = close.replace(written, meant)
    for pattern in (*places_of(division), PLACE, PLACE, PLACE):
        close = shorten(pattern, close)
    return shorten(ENDING, close)


def shorten(pattern: re.Pattern, name: str) -> str:
    """The name without what fits; whole where too little would be left to tell two agencies apart."""
    shorter = pattern.sub("", name, count=1)
    return shorter if len(shorter) >= 2 and shorter not in ("社工", "志愿", "服务") else name


def places_of(division: Division | None) -> list[re.Pattern]:
    """The seat's own names, the widest first, with or without 省, 市, 区 …, as they stand in front of a name."""
    names: list[str] = []
    while division is not None and len(names) < 4:
        names.insert(0, division.name_zh)
        division = division.parent
    patterns = []
    for name in names:
        stem = re.sub(r"(?:特别行政区|自治区|自治州|自治县|街道|省|市|区|县|镇|乡|旗)$", "", name)
        if len(stem) >= 2:
            patterns.append(re.compile(f"^{re.escape(stem)}(?:省|市|区|县|镇|乡|街道)?"))
    return patterns


def may_be_near(one: Division | None, other: Division | None) -> bool:
    """In the same prefecture: the first four digits of a code. Where a seat is unknown it may be anywhere."""
    return one is None or other is None or one.code[:4] == other.code[:4]


def normal_phones(text: str) -> set[str]:
    """The numbers in a field, digits only, without 86 and zeros in front; shorter than seven digits says nothing."""
    numbers = set()
    for part in re.split(r"[,，;；、/]| {2,}|转", unicodedata.normalize("NFKC", text or "")):
        digits = re.sub(r"[^0-9]", "", part)
        digits = re.sub(r"^(?:00)?86(?=[0-9]{9,})", "", digits).lstrip("0")
        if len(digits) >= 7:
            numbers.add(digits)
    return numbers


def normal_site(address: str) -> str:
    """A website as it is compared: the host, and the path where many share the host."""
    if not address:
        return ""
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    path = parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
    is_shared = any(host == shared or host.endswith(f".{shared}") for shared in SHARED_HOSTS)
    return f"{host}{path}" if path and is_shared else "" if is_shared else host
