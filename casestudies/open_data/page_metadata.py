"""What the head of a case's page tells programs: Highwire's citation_* names (Google Scholar, Zotero) and Dublin Core."""

from casestudies.licence import terms_of
from casestudies.models import CaseStudy
from casestudies.open_data import dublin_core
from casestudies.open_data.citation import source
from casestudies.open_data.identifier import doi_of, paper_address, permanent_url


def highwire(case: CaseStudy) -> list[tuple[str, str]]:
    """Pairs of name and content in their order: an author is followed by where they worked and by their ORCID."""
    pairs = [("citation_title", source.title(case))]
    for name in source.authors(case):
        pairs.append(("citation_author", name.inverted))
        pairs.append(("citation_author_institution", name.affiliation))
        pairs.append(("citation_author_orcid", f"https://orcid.org/{name.orcid}" if name.orcid else ""))
    pairs += [
        ("citation_publication_date", f"{source.published_on(case):%Y/%m/%d}"),
        ("citation_online_date", f"{source.changed_on(case):%Y/%m/%d}"),
        ("citation_technical_report_institution", source.institution(case)),
        ("citation_technical_report_number", str(case.public_id)),
        ("citation_doi", doi_of(case) or ""),
        ("citation_language", source.language(case).partition("-")[0]),
        ("citation_keywords", "; ".join(source.keywords(case))),
        ("citation_abstract_html_url", permanent_url(case)),
        ("citation_pdf_url", paper_address(case, "pdf") if terms_of(case).is_open else ""),
    ]
    return [(name, content) for name, content in pairs if content]


def for_head(case: CaseStudy) -> list[dict]:
    """Every `meta` line, with `language` where the words are in a language."""
    lines = [{"name": name, "content": content, "language": ""} for name, content in highwire(case)]
    return lines + [
        {"name": f"DC.{element.name}", "content": element.value, "language": element.language}
        for element in dublin_core.elements(case)
    ]
