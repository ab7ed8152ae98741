"""How a case study is cited: GB/T 7714-2015, APA 7, and the exchange formats BibTeX, RIS and CSL-JSON.

One language per export: the one the case was written in. A Chinese name is kept whole, as Zotero and CNKI users ask
for; only APA, which wants initials, gets it in pinyin.
"""

import json
import re
from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override
from pypinyin import lazy_pinyin

from casestudies.models import CaseStudy

HAN = re.compile(r"[一-鿿]")
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
#: Place of publication is where the agency sits; unknown is said as the standards say it.
NO_PLACE = {"zh-hans": "[出版地不详]", "en": "[S.l.]"}

#: Style: content type, file name ending.
STYLES = {
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "json": "application/vnd.citationstyles.csl+json",
    "txt": "text/plain; charset=utf-8",
}


def permanent_url(case: CaseStudy) -> str:
    """The address that stays: the one without a language."""
    with override(settings.LANGUAGE_CODE):
        return settings.SITE_URL + case.get_absolute_url()


def published_on(case: CaseStudy) -> date:
    return timezone.localdate(case.first_published_at or timezone.now())


def file_name(case: CaseStudy, style: str) -> str:
    return f"tongxing-{str(case.public_id)[:8]}.{style}"


def render(case: CaseStudy, style: str) -> str:
    """The citation of a published case in one of STYLES."""
    return {"bib": bibtex, "ris": ris, "json": csl_json, "txt": as_text}[style](case)


def as_text(case: CaseStudy) -> str:
    return f"GB/T 7714-2015\n{gbt7714(case)}\n\nAPA 7\n{apa(case)}\n"


def names(case: CaseStudy) -> list[str]:
    """The authors' names in their order; without authors the agency speaks for itself."""
    return [author.name for author in case.authors.all()] or [institution(case)]


def is_chinese(case: CaseStudy) -> bool:
    return case.language.startswith("zh")


def institution(case: CaseStudy) -> str:
    agency = case.agency
    return agency.legal_name if is_chinese(case) else agency.name_en or agency.legal_name


def gbt7714(case: CaseStudy, *, today: date | None = None) -> str:
    """An online report after GB/T 7714-2015: the first three authors, [R/OL], dates of publication and of reading."""
    people = names(case)
    others = "等" if is_chinese(case) else "et al"
    authors = ", ".join([*people[:3], others] if len(people) > 3 else people)
    division = case.agency.division
    town = (
        (division.name_zh if is_chinese(case) else division.name_en) if division else NO_PLACE[case.language]
    )
    on, today = published_on(case), today or timezone.localdate()
    return f"{authors}. {case.title}[R/OL]. {town}: {institution(case)}, {on.year} ({on})[{today}]. {permanent_url(case)}."


def apa(case: CaseStudy) -> str:
    """A report after APA 7: initials, the year, the title with its English one in brackets, the agency, the address."""
    people = [apa_name(author.name) for author in case.authors.all()]
    agency = case.agency.name_en or case.agency.legal_name
    authors = (
        ", & ".join([", ".join(people[:-1]), people[-1]]) if len(people) > 1 else "".join(people) or agency
    )
    translated = f" [{case.title_en}]" if case.title_en and is_chinese(case) else ""
    end = "" if authors.endswith(".") else "."
    publisher = f" {agency}." if people else ""
    return f"{authors}{end} ({published_on(case).year}). {case.title}{translated}.{publisher} {permanent_url(case)}"


def split_name(name: str) -> tuple[str, str]:
    """Family and given name: Chinese ones begin with the family, others end with it."""
    if HAN.search(name):
        length = 2 if name.startswith(DOUBLE_FAMILY_NAMES) and len(name) > 2 else 1
        return name[:length], name[length:]
    given, _space, family = name.strip().rpartition(" ")
    return family, given


def in_pinyin(name: str) -> tuple[str, str]:
    """Family and given name in Latin letters."""
    family, given = split_name(name)
    if not HAN.search(name):
        return family, given
    spelled = FAMILY_NAMES.get(family) or "".join(lazy_pinyin(family))
    return spelled.capitalize(), "".join(lazy_pinyin(given)).capitalize()


def apa_name(name: str) -> str:
    family, given = in_pinyin(name)
    initials = " ".join(f"{part[0].upper()}." for part in re.split(r"[\s-]+", given) if part)
    return f"{family}, {initials}" if initials else family


def key_of(case: CaseStudy) -> str:
    """A citation key in ASCII: family name, year, and a piece of the identifier that makes it the only one."""
    first = case.authors.all()[:1]
    family = in_pinyin(first[0].name)[0] if first else "agency"
    ascii_family = re.sub(r"[^a-z]", "", family.lower()) or "case"
    return f"{ascii_family}{published_on(case).year}{case.public_id.hex[:6]}"


def tex(words: str) -> str:
    """Words as TeX takes them for words."""
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    words = " ".join(words.split())
    return "".join(special.get(c) or (f"\\{c}" if c in "&%$#_{}" else c) for c in words)


def bibtex(case: CaseStudy) -> str:
    fields = {
        "author": " and ".join(
            f"{{{tex(name)}}}" if HAN.search(name) or not case.authors.all() else tex(name)
            for name in names(case)
        ),
        "title": f"{{{tex(case.title)}}}",
        "institution": f"{{{tex(institution(case))}}}",
        "year": str(published_on(case).year),
        "month": str(published_on(case).month),
        "type": "实务案例" if is_chinese(case) else "Practice case study",
        "number": str(case.public_id),
        "url": permanent_url(case),
        "language": "chinese" if is_chinese(case) else "english",
        "keywords": tex(", ".join(case.keywords)),
        "abstract": tex(case.abstract),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@techreport{{{key_of(case)},\n{lines}\n}}\n"


def ris(case: CaseStudy) -> str:
    on = published_on(case)
    lines = [("TY", "RPRT")]
    for name in names(case):
        family, given = split_name(name)
        is_whole = HAN.search(name) or not given or not case.authors.all()
        lines.append(("AU", name if is_whole else f"{family}, {given}"))
    lines += [
        ("TI", case.title),
        ("TT", case.title_en if is_chinese(case) else ""),
        ("PB", institution(case)),
        ("PY", str(on.year)),
        ("DA", f"{on:%Y/%m/%d}"),
        ("M1", str(case.public_id)),
        ("LA", "zh-CN" if is_chinese(case) else "en"),
        ("UR", permanent_url(case)),
        ("AB", case.abstract),
        *(("KW", keyword) for keyword in case.keywords),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in lines if value or tag == "ER")


def csl_json(case: CaseStudy) -> str:
    on = published_on(case)
    authors = []
    for name in names(case):
        family, given = split_name(name)
        is_whole = HAN.search(name) or not given or not case.authors.all()
        authors.append({"literal": name} if is_whole else {"family": family, "given": given})
    item = {
        "id": key_of(case),
        "type": "report",
        "title": case.title,
        "author": authors,
        "publisher": institution(case),
        "issued": {"date-parts": [[on.year, on.month, on.day]]},
        "number": str(case.public_id),
        "genre": "实务案例" if is_chinese(case) else "Practice case study",
        "language": "zh-CN" if is_chinese(case) else "en",
        "URL": permanent_url(case),
        "abstract": case.abstract,
        "keyword": ", ".join(case.keywords),
    }
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=2)
