"""Our vocabularies as taxonomies and terms of HSDS, and the attributes that tie a record to a term or a value."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from orgs.open_data.identity import address, taxonomy_id, term_id, uuid_of
from portal.models import Topic

#: What a term says about a record, by the vocabulary it is from. The words stand for `link_type`.
LINK_TYPES = {
    Topic.Scheme.SERVICE: "service_type",
    Topic.Scheme.POPULATION: "population",
    Topic.Scheme.METHOD: "method",
    Topic.Scheme.LANGUAGE: "language",
    Topic.Scheme.ORGANISATION: "organization_type",
    Topic.Scheme.FUNDING: "funding_source",
}
#: What a mere value says about a record: `link_type` and its meaning, served as the profile of this API.
VALUES = {
    "short_name": "The short name, where alternate_name is the English name.",
    "former_name": "A name the organization had before.",
    "mission": "Who the organization is, in three lines; after the @ stands the language (BCP 47).",
    "about": "More about the organization; after the @ stands the language.",
    "how_to_get_help": "How people get help; after the @ stands the language.",
    "founded_on": "The day the organization was founded (ISO 8601).",
    "migrant_focus": "primary, one_of_several or occasional: how much of the work is with internal migrants.",
    "staff_band": "How many people work there: 1-5, 6-15, 16-50 or 51+.",
    "supervising_unit": "The body that supervises the organization (业务主管单位).",
    "wechat_account": "The name of the WeChat official account.",
    "rating": "The grade of social organisations, 1A to 5A.",
    "rating_year": "The year of that grade.",
    "verification_level": "1 contact, 2 registration certificate, 3 public registry, 4 recommended by peers.",
    "verified_until": "The day on which the verification ends (ISO 8601).",
    "fees": "free, partly or paid.",
    "delivery": "onsite, outreach, hotline or online.",
    "seat": "This location is the seat of the organization; the value is the address of its administrative division.",
    "one_line": "The address as it is written, on one line.",
}
LANGUAGE_TAGS = {"zh-hans": "zh-Hans", "en": "en"}
#: ISO 639-3, where there is one code for what the term means.
LANGUAGE_CODES = {
    "lng:putonghua": "cmn",
    "lng:yue": "yue",
    "lng:hakka": "hak",
    "lng:teochew": "nan",
    "lng:minnan": "nan",
    "lng:wu": "wuu",
    "lng:xiang": "hsn",
    "lng:gan": "gan",
    "lng:southwest": "cmn",
    "lng:central": "cmn",
    "lng:zhuang": "zha",
    "lng:yi": "iii",
    "lng:miao": "hmn",
    "lng:buyi": "pcc",
    "lng:tibetan": "bod",
    "lng:uyghur": "uig",
    "lng:mongolian": "mon",
    "lng:korean": "kor",
    "lng:sign": "csl",
    "lng:english": "eng",
}


def said(record: dict[str, Any]) -> dict[str, Any]:
    """The record without what is not known: HSDS leaves a field out and has no null."""
    return {name: value for name, value in record.items() if value not in (None, "", [])}


def taxonomy(scheme: str, changed_at: datetime | None = None) -> dict:
    """One of our vocabularies. Its version is the day on which one of its terms last changed."""
    words = Topic.Scheme(scheme)
    return said(
        {
            "id": taxonomy_id(scheme),
            "name": str(words.label),
            "description": f"tongxing:{words.value}",
            "uri": address("hsds_taxonomy", taxonomy_id(scheme)),
            "version": changed_at.date().isoformat() if changed_at else None,
        }
    )


def taxonomies(topics: Iterable[Topic]) -> list[dict]:
    """All vocabularies that have a term, in the order of the schemes."""
    changed: dict[str, datetime] = {}
    for topic in topics:
        changed[topic.scheme] = max(topic.updated_at, changed.get(topic.scheme, topic.updated_at))
    return [taxonomy(scheme, changed[scheme]) for scheme in Topic.Scheme.values if scheme in changed]


def term(topic: Topic) -> dict:
    """A term in Chinese, with its English name as the description. Reads `parent`: select it."""
    return said(
        {
            "id": term_id(topic),
            "code": topic.code,
            "name": topic.name_zh,
            "description": topic.name_en,
            "parent_id": term_id(topic.parent) if topic.parent else None,
            "taxonomy": str(Topic.Scheme(topic.scheme).label),
            "taxonomy_detail": taxonomy(topic.scheme),
            "language": "zh",
            "taxonomy_id": taxonomy_id(topic.scheme),
            "term_uri": address("hsds_taxonomy_term", term_id(topic)),
        }
    )


def tagged(owner: str, entity: str, topics: Iterable[Topic]) -> list[dict]:
    """The attributes that tie the record with this identifier to these terms."""
    return [
        {
            "id": uuid_of("attribute", owner, topic.code),
            "link_id": owner,
            "taxonomy_term_id": term_id(topic),
            "link_type": LINK_TYPES[Topic.Scheme(topic.scheme)],
            "link_entity": entity,
            "taxonomy_term": term(topic),
        }
        for topic in topics
    ]


def valued(owner: str, entity: str, values: Iterable[tuple[str, Any]]) -> list[dict]:
    """The attributes that say these values, each with its link type, of a record. What is not known is left out."""
    return [
        {
            "id": uuid_of("attribute", owner, link_type, value),
            "link_id": owner,
            "link_type": link_type,
            "link_entity": entity,
            "value": str(value),
        }
        for link_type, value in values
        if value not in (None, "")
    ]
