"""What the 36 case studies of the demo world say beside their text: reach, cost, stage, participation, consent, people."""

import random

from casestudies.models import CasePartner, CaseStudy
from casestudies.open_data.citation.names import in_latin, person
from casestudies.writing.people import Author, Partner
from orgs.models import Agency

BASIS = {
    "zh-hans": (
        "依据工作人员的日常记录和访谈，没有系统测量。",
        "依据服务记录：签到表、个案与小组记录、每月小结。没有前后对比。",
        "同一批服务对象在开始和结束时各测一次，并核对了服务记录；没有对照，其他原因不能排除。",
        "与没有参加的同类人群作了比较，两边用同一份问卷。",
        "两个以上地点按同样做法实施，结果相近。",
    ),
    "en": (
        "Our own notes and conversations; nothing was measured.",
        "Service records: attendance, case and group notes, monthly summaries. No comparison.",
        "The same people were asked at the beginning and at the end; other causes cannot be ruled out.",
        "Compared with similar people who did not take part, with the same questions.",
        "Carried out in the same way in more than two places, with similar results.",
    ),
}
ETHICS = {
    "zh-hans": "人名均为化名，地点只写到区县；可能让人认出当事人的细节已改动或略去。",
    "en": "Names are changed, places are given by district only, and details by which somebody could be known are left out.",
}
#: Where such work happens, by kind; and for whom the age follows from the group.
SETTINGS = {
    CaseStudy.Kind.CASEWORK: "set:station",
    CaseStudy.Kind.GROUP: "set:community",
    CaseStudy.Kind.COMMUNITY: "set:community",
}
AGES = {
    "pop:children": "age:7-12",
    "pop:youth": "age:13-17",
    "pop:elderly": "age:60",
    "pop:newgen": "age:18-35",
    "pop:injured": "age:36-59",
}
FUNDS = ("fund:govpurchase", "fund:lottery", "fund:foundation", "fund:venture", "fund:corporate", "fund:self")


def fields(entry: dict, topics: dict, agencies: dict[str, Agency]) -> dict:
    """More fields of one entry, as `authoring.start_case` takes them. The same entry always gives the same."""
    dice = random.Random(entry["title"])  # noqa: S311
    language, codes = entry["language"], list(entry["topics"])
    has_children = "pop:children" in codes
    codes += [
        SETTINGS.get(entry["record_type"], "set:community"),
        dice.choice(FUNDS),
        *(AGES[code] for code in entry["topics"] if code in AGES),
    ]
    consent = [dice.choice([CaseStudy.Consent.WRITTEN, CaseStudy.Consent.ORAL])]
    reached = entry.get("people_reached") or 20
    return {
        "topics": [topics[code] for code in dict.fromkeys(codes)],
        "work_status": CaseStudy.WorkStatus.COMPLETED,
        "sessions_held": dice.randrange(8, 60),
        "staff_involved": dice.randrange(1, 6),
        "volunteers_involved": dice.randrange(0, max(2, min(reached, 40))),
        "cost_band": dice.choice(CaseStudy.CostBand.values[:4]),
        "evidence_basis": BASIS[language][entry["evidence_level"]],
        "maturity": CaseStudy.Maturity.values[min(2, entry["evidence_level"])],
        "participation": dice.choice(CaseStudy.Participation.values[1:]),
        "has_children_under_14": has_children,
        "consent": [*consent, CaseStudy.Consent.GUARDIAN] if has_children else consent,
        "ethics_statement": ETHICS[language],
        "authors": [author(one, agencies[entry["agency"]]) for one in entry["authors"]],
        "partners": [partner(agencies[key]) for key in entry["partners"]],
    }


def author(one: dict, agency: Agency) -> Author:
    family, given = in_latin(person(one["name"]))
    return Author(
        one["name"], one["role"], name_en=f"{given} {family}".strip(), agency_name=one.get("agency", "")
    )


def partner(agency: Agency) -> Partner:
    is_academic = agency.org_type.code == "org:university"
    return Partner(agency, CasePartner.Role.RESEARCH if is_academic else CasePartner.Role.PARTNER)
