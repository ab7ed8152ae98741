"""Every form in which the facts of a case can be taken along: citations for people, records for programs."""

from casestudies.models import CaseStudy
from casestudies.open_data import citation, datacite

DATACITE = {
    "datacite.json": ("application/vnd.datacite.datacite+json", datacite.as_json),
    "datacite.xml": ("application/vnd.datacite.datacite+xml", datacite.as_xml),
}
#: The end of the address: content type.
TYPES = {**citation.STYLES, **{style: kind for style, (kind, _write) in DATACITE.items()}}
#: What is offered on the page, by its name.
OFFERED = [
    ("BibTeX", "bib"),
    ("biblatex", "biblatex"),
    ("RIS", "ris"),
    ("CSL-JSON", "json"),
    ("DataCite XML", "datacite.xml"),
    ("DataCite JSON", "datacite.json"),
]


def render(case: CaseStudy, style: str) -> str:
    """The published case in one of TYPES."""
    return DATACITE[style][1](case) if style in DATACITE else citation.render(case, style)
