"""A reading list as citations: BibTeX, RIS, CSL-JSON for reference managers, GB/T 7714 and APA as text."""

import json

from casestudies.models import CaseStudy
from casestudies.open_data import citation

#: Style: content type. The file's name ends with it.
STYLES = {
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "json": "application/vnd.citationstyles.csl+json",
    "txt": "text/plain; charset=utf-8",
}


def render(cases: list[CaseStudy], style: str) -> str:
    """The citations of published cases in their order, in one of STYLES. What was withdrawn is not cited."""
    cases = [case for case in cases if case.live]
    if style == "bib":
        return "\n".join(citation.bibtex(case) for case in cases)
    if style == "ris":
        return "\r\n".join(citation.ris(case) for case in cases)
    if style == "json":
        items = [item for case in cases for item in json.loads(citation.csl_json(case))]
        return json.dumps(items, ensure_ascii=False, indent=2)
    return "".join(f"[{n}] {citation.gbt7714(case)}\n" for n, case in enumerate(cases, start=1))
