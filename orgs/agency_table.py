"""The table of agencies that people fill in: its columns in both languages, and what a row of it says."""

import re
from pathlib import Path

from django.utils.translation import gettext

from orgs.incoming import AGENCY, Incoming, Offer
from orgs.wording import plain, split_list
from portal.bilingual import CHINESE, ENGLISH
from portal.importing import Refused, Report
from portal.tables import Row

TEMPLATE = Path(__file__).parent / "data" / "agencies-template.csv"
COLUMNS = {  # what we call it: the headers under which it comes. The first two are those of the template.
    "legal_name": ("全称", "full name", "名称", "机构名称", "机构全称", "name", "legal name"),
    "short_name": ("简称", "short name", "机构简称"),
    "name_en": ("英文名", "English name", "英文名称", "name in english"),
    "uscc": ("统一社会信用代码", "code", "uscc", "信用代码", "unified social credit code"),
    "org_type": ("机构类型", "type", "类型", "organisation type", "organization type"),
    "division": ("所在地区", "district", "地区", "区划", "行政区划", "division", "seat"),
    "address": ("地址", "address", "办公地址"),
    "founded_on": ("成立日期", "founded", "成立时间", "成立年份"),
    "migrant_focus": ("流动人口服务定位", "focus", "服务定位", "focus on migrants"),
    "website": ("网站", "website", "网址", "官网"),
    "public_email": ("公开邮箱", "e-mail", "邮箱", "email", "电子邮箱"),
    "public_phone": ("公开电话", "phone", "电话", "联系电话", "telephone"),
    "mission_zh": ("简介", "mission zh", "中文简介", "mission", "mission (chinese)"),
    "mission_en": ("英文简介", "mission en", "mission (english)"),
    "services": ("服务", "services", "服务项目"),
    "status": ("状态", "status"),
}


def from_table(rows: list[Row], report: Report) -> list[Incoming]:
    """The agencies of our template. Raises Refused without a column of names; other strange columns are noted."""
    meanings = {plain(header): column for column, headers in COLUMNS.items() for header in headers}
    headers = {header: meanings.get(plain(header)) for header in rows[0].cells}
    if "legal_name" not in headers.values():
        raise Refused(
            gettext(
                "There is no column “%(zh)s” or “%(en)s”. The first row must hold the names of the columns."
            )
            % {"zh": COLUMNS["legal_name"][0], "en": COLUMNS["legal_name"][1]}
        )
    for header, column in headers.items():
        if column is None:
            report.note(
                AGENCY,
                sentence=gettext("The column “%(name)s” is not ours and was not read.") % {"name": header},
            )
    return [incoming(row, headers) for row in rows]


def incoming(row: Row, headers: dict[str, str | None]) -> Incoming:
    facts = {
        column: row.cells[header] for header, column in headers.items() if column and row.cells.get(header)
    }
    offers = [
        Offer(name, types=split_list(types), populations=split_list(populations))
        for name, types, populations in (
            [part.strip() for part in f"{line}||".split("|")[:3]]
            for line in re.split(r"[\n;；]+", facts.pop("services", "").replace("｜", "|"))
            if line.strip()
        )
        if name
    ]
    descriptions = {
        language: facts.pop(column)
        for column, language in (("mission_zh", CHINESE), ("mission_en", ENGLISH))
        if column in facts
    }
    return Incoming(where=str(row.number), facts=facts, descriptions=descriptions, services=offers)
