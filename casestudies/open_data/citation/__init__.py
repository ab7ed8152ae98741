"""How a case study is cited: GB/T 7714-2015, APA 7, and the exchange formats BibTeX, biblatex, RIS and CSL-JSON.

One language per export: the one the case was written in. A Chinese name is kept whole, as Zotero and CNKI users ask
for; only APA, which wants initials, gets it in pinyin. Every format is read back by a foreign program in the tests.
"""

from casestudies.models import CaseStudy
from casestudies.open_data.citation.apa import apa
from casestudies.open_data.citation.csl import csl_json
from casestudies.open_data.citation.gbt7714 import gbt7714
from casestudies.open_data.citation.ris import ris
from casestudies.open_data.citation.source import institution, published_on
from casestudies.open_data.citation.tex import biblatex, bibtex
from casestudies.open_data.identifier import permanent_url

__all__ = [
    "STYLES",
    "apa",
    "biblatex",
    "bibtex",
    "csl_json",
    "file_name",
    "gbt7714",
    "institution",
    "permanent_url",
    "published_on",
    "render",
    "ris",
]

#: Style, which is the end of its address: content type.
STYLES = {
    "bib": "application/x-bibtex; charset=utf-8",
    "biblatex": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "json": "application/vnd.citationstyles.csl+json",
    "txt": "text/plain; charset=utf-8",
}
WRITERS = {"bib": bibtex, "biblatex": biblatex, "ris": ris, "json": csl_json}


def file_name(case: CaseStudy, style: str) -> str:
    ending = "biblatex.bib" if style == "biblatex" else style
    return f"tongxing-{str(case.public_id)[:8]}.{ending}"


def render(case: CaseStudy, style: str) -> str:
    """The citation of a published case in one of STYLES."""
    return as_text(case) if style == "txt" else WRITERS[style](case)


def as_text(case: CaseStudy) -> str:
    return f"GB/T 7714-2015\n{gbt7714(case)}\n\nAPA 7\n{apa(case)}\n"
