"""What the reading page shows of one case study."""

from casestudies import citation
from casestudies.models import CaseStudy

#: Where a licence can be read in full.
LICENCE_URLS = {
    CaseStudy.Licence.BY: "https://creativecommons.org/licenses/by/4.0/",
    CaseStudy.Licence.BY_SA: "https://creativecommons.org/licenses/by-sa/4.0/",
    CaseStudy.Licence.BY_NC: "https://creativecommons.org/licenses/by-nc/4.0/",
}


def context(case: CaseStudy) -> dict:
    """The case with what stands beside its text. A draft has no citation: there is nothing to cite yet."""
    return {
        "case": case,
        "licence_url": LICENCE_URLS.get(case.licence, ""),
        **(cited(case) if case.live else {}),
    }


def cited(case: CaseStudy) -> dict:
    return {
        "gbt7714": citation.gbt7714(case),
        "apa": citation.apa(case),
        "institution": citation.institution(case),
        "permanent_url": citation.permanent_url(case),
        "published_on": citation.published_on(case),
        "citation_files": [("BibTeX", "bib"), ("RIS", "ris"), ("CSL-JSON", "json")],
    }
