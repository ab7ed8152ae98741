"""CSL-JSON 1.0: an item of the type report, as citation processors and Zotero read it."""

import json

from casestudies.models import CaseStudy
from casestudies.open_data.citation import source
from casestudies.open_data.citation.names import Name
from casestudies.open_data.identifier import doi_of, permanent_url


def csl_json(case: CaseStudy) -> str:
    return json.dumps([csl_item(case)], ensure_ascii=False, indent=2)


def csl_item(case: CaseStudy) -> dict:
    on = source.published_on(case)
    item = {
        "id": source.key_of(case),
        "type": "report",
        "title": source.title(case),
        "author": [csl_name(name) for name in source.authors(case)],
        "publisher": source.institution(case),
        "publisher-place": source.place(case) if case.agency.division else "",
        "issued": {"date-parts": [[on.year, on.month, on.day]]},
        "number": str(case.public_id),
        "version": source.version(case),
        "genre": source.genre(case),
        "language": source.language(case),
        "DOI": doi_of(case) or "",
        "URL": permanent_url(case),
        "abstract": source.abstract(case),
        "note": source.withdrawn(case),
        "status": "withdrawn" if case.withdrawn_at else "",
        "keyword": ", ".join(source.keywords(case)),
    }
    return {name: value for name, value in item.items() if value}


def csl_name(name: Name) -> dict[str, str]:
    return {"literal": name.whole} if name.is_whole else {"family": name.family, "given": name.given}
