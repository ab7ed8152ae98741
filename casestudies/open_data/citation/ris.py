"""RIS: a report, one fact to a line."""

from casestudies.models import CaseStudy
from casestudies.open_data.citation import source
from casestudies.open_data.identifier import doi_of, permanent_url


def ris(case: CaseStudy) -> str:
    on = source.published_on(case)
    lines = [
        ("TY", "RPRT"),
        *(("AU", name.inverted) for name in source.authors(case)),
        ("TI", source.title(case)),
        ("TT", source.second_title(case)),
        ("PB", source.institution(case)),
        ("CY", source.place(case) if case.agency.division else ""),
        ("PY", str(on.year)),
        ("DA", f"{on:%Y/%m/%d}"),
        ("ET", source.version(case)),
        ("M1", str(case.public_id)),
        ("M3", source.genre(case)),
        ("LA", source.language(case)),
        ("DO", doi_of(case) or ""),
        ("UR", permanent_url(case)),
        ("AB", source.abstract(case)),
        ("N1", source.withdrawn(case)),
        *(("KW", keyword) for keyword in source.keywords(case)),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines if value or tag == "ER")
