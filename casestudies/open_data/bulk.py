"""All published case studies in one file: a record to a line (JSON Lines), or a table (CSV).

The facts are free for every use (CC0). The text goes along only under a licence that lets it: of a case that may only
be read on the portal the facts are told and `sections` is null. Each record names its own licence.
"""

import csv
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.db.models import Count, Max

from casestudies.licence import METADATA, terms_of
from casestudies.models import CaseStudy, OpenRecord
from casestudies.open_data.citation import source
from casestudies.open_data.identifier import doi_of, permanent_url

SCHEMA = Path(__file__).parent / "open-case.schema.json"
BATCH = 200
#: A spreadsheet takes what begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
#: The columns of the table: what is a list in the record is parted by semicolons.
COLUMNS = (
    "id", "url", "doi", "version", "kind", "language", "title", "title_translated", "abstract",
    "abstract_translated", "authors", "orcids", "agency", "agency_url", "partners", "topic_codes", "topics",
    "place_code", "place", "started_on", "ended_on", "people_reached", "evidence_level", "keywords", "licence",
    "licence_url", "metadata_licence", "published_at", "changed_at",
)  # fmt: skip


@cache
def schema() -> dict:
    """The JSON schema of a line."""
    return json.loads(SCHEMA.read_text(encoding="utf-8"))


def cases():
    return CaseStudy.objects.published().for_export().order_by("pk")


def fingerprint() -> str:
    """Another one after every change of what is published."""
    published = CaseStudy.objects.published().aggregate(
        n=Count("pk"), first=Max("first_published_at"), last=Max("last_published_at")
    )
    told = OpenRecord.objects.aggregate(n=Count("pk"), last=Max("told_at"))
    said = json.dumps([published, told], default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def record(case: CaseStudy) -> dict:
    """One case as the schema says. What nobody filled in is null or an empty list."""
    terms, doi, agency = terms_of(case), doi_of(case), case.agency
    return {
        "id": str(case.public_id),
        "url": permanent_url(case),
        "doi": doi,
        "version": source.version(case) or None,
        "kind": case.kind,
        "language": source.language(case),
        "title": source.title(case),
        "title_translated": source.second_title(case) or None,
        "abstract": source.plain(case.abstract),
        "abstract_translated": source.second_abstract(case) or None,
        "authors": [
            {
                "name": name.whole,
                "family": name.family if name.given else None,
                "given": name.given or None,
                "orcid": f"https://orcid.org/{name.orcid}" if name.orcid else None,
                "affiliation": name.affiliation,
            }
            for name in source.authors(case)
            if not name.is_agency
        ],
        "agency": {"name": source.institution(case), "url": source.agency_url(agency)},
        "partners": [
            {
                "name": source.agency_name(case, one.agency),
                "url": source.agency_url(one.agency),
                "role": one.role,
            }
            for one in source.partners(case)
        ],
        "topics": [
            {"code": topic.code, "name_zh": topic.name_zh, "name_en": topic.name_en}
            for topic in case.topics.all()
        ],
        "place": {"code": case.division.code, "name": source.full_place(case)} if case.division else None,
        "started_on": case.started_on.isoformat() if case.started_on else None,
        "ended_on": case.ended_on.isoformat() if case.ended_on else None,
        "people_reached": case.people_reached,
        "evidence_level": case.evidence_level,
        "keywords": source.keywords(case),
        "licence": terms.identifier or None,
        "licence_url": terms.url or None,
        "metadata_licence": METADATA.identifier,
        "published_at": case.first_published_at.isoformat() if case.first_published_at else None,
        "changed_at": case.last_published_at.isoformat() if case.last_published_at else None,
        "sections": {one["name"]: one["html"] for one in case.sections} if terms.is_open else None,
    }


def records() -> Iterator[dict]:
    """The records batch by batch, so that ten thousand cases take no more memory than two hundred."""
    for case in cases().iterator(chunk_size=BATCH):
        yield record(case)
        # A case and its authors hold each other, and would wait in memory for the garbage collector.
        getattr(case, "_prefetched_objects_cache", {}).clear()
        case._state.fields_cache.clear()


def lines() -> Iterator[str]:
    """JSON Lines."""
    for facts in records():
        yield json.dumps(facts, ensure_ascii=False) + "\n"


def table() -> Iterator[str]:
    """CSV with a byte order mark, without which spreadsheets misread Chinese."""
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for facts in records():
        yield writer.writerow([harmless(value) for value in row(facts)])


def row(facts: dict) -> list:
    """The facts of a record in the order of COLUMNS."""
    flat = {
        **facts,
        "authors": joined(one["name"] for one in facts["authors"]),
        "orcids": joined(one["orcid"] for one in facts["authors"]),
        "agency": facts["agency"]["name"],
        "agency_url": facts["agency"]["url"],
        "partners": joined(one["name"] for one in facts["partners"]),
        "topic_codes": joined(one["code"] for one in facts["topics"]),
        "topics": joined(one["name_zh"] for one in facts["topics"]),
        "place_code": facts["place"]["code"] if facts["place"] else None,
        "place": facts["place"]["name"] if facts["place"] else None,
        "keywords": joined(facts["keywords"]),
    }
    return [flat[column] for column in COLUMNS]


def joined(values) -> str:
    return "; ".join(value for value in values if value)


def harmless(value):
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before what would be one."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


class Echo:
    """A file for the writer that hands each line back."""

    def write(self, line: str) -> str:
        return line
