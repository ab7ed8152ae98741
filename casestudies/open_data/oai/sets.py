"""The sets of the repository by their names."""

from casestudies.licence import TERMS
from casestudies.models import CaseStudy, OpenRecordSet
from casestudies.open_data.open_records import TOPIC_SETS
from orgs.models import Agency
from portal.models import Topic

FAMILIES = {
    "agency": "机构 / Agency",
    "evidence": "证据等级 / Evidence level",
    "kind": "案例类型 / Kind of case",
    "language": "语言 / Language",
    "licence": "许可 / Licence",
    "method": "工作方法 / Method",
    "population": "服务人群 / Population group",
    "service": "服务 / Service",
}
LANGUAGES = {"zh": "中文 / Chinese", "en": "英文 / English"}


def named() -> list[tuple[str, str]]:
    """Pairs of spec and name of all sets that have a record, a set before those inside it. Three queries."""
    leaves = set(OpenRecordSet.objects.order_by().values_list("spec", flat=True).distinct())
    specs = sorted({above for leaf in leaves for above in (*outer(leaf), leaf)})
    words = names()
    return [(spec, words.get(spec, spec)) for spec in specs]


def outer(spec: str) -> list[str]:
    """The sets around a set: of service:legal:1 these are service and service:legal."""
    parts = spec.split(":")
    return [":".join(parts[:n]) for n in range(1, len(parts))]


def names() -> dict[str, str]:
    words = dict(FAMILIES)
    schemes = {str(scheme): name for scheme, name in TOPIC_SETS.items()}
    for topic in Topic.objects.filter(scheme__in=schemes):
        code = topic.code.partition(":")[2].replace(".", ":")
        words[f"{schemes[topic.scheme]}:{code}"] = f"{topic.name_zh} / {topic.name_en}"
    for agency in Agency.objects.listed().only("slug", "legal_name", "name_en"):
        words[f"agency:{agency.slug}"] = " / ".join(filter(None, (agency.legal_name, agency.name_en)))
    words |= {f"kind:{kind}": str(kind.label) for kind in CaseStudy.Kind}
    words |= {f"evidence:{level}": str(level.label) for level in map(CaseStudy.Evidence, CaseStudy.Evidence)}
    words |= {f"language:{code}": name for code, name in LANGUAGES.items()}
    words |= {f"licence:{code}": f"{terms.name_zh} / {terms.name_en}" for code, terms in TERMS.items()}
    return words
