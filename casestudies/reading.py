"""What the reading page shows of one case study."""

from casestudies import record
from casestudies.files import attachment
from casestudies.licence import terms_of
from casestudies.models import CaseStudy
from casestudies.open_data import citation, formats, page_metadata, schema_org
from casestudies.open_data.identifier import address_to_cite, addresses, cite_as


def context(case: CaseStudy) -> dict:
    """The case with what stands beside its text. A draft has no citation: there is nothing to cite yet."""
    return {
        "case": case,
        "licence_url": terms_of(case).url,
        "can_take_along": case.live and terms_of(case).is_open,
        "sections": with_pictures(case),
        "later_pictures": attachment.by_section(case).get("", []),
        "files": attachment.to_download(case),
        **record.context(case),
        **(cited(case) if case.live else {}),
    }


def with_pictures(case: CaseStudy) -> list[dict]:
    """The sections of the text, each with the pictures that stand in it."""
    pictures = attachment.by_section(case)
    return [{**section, "pictures": pictures.get(section["name"], [])} for section in case.sections]


def cited(case: CaseStudy) -> dict:
    return {
        "gbt7714": citation.gbt7714(case),
        "apa": citation.apa(case),
        "permanent_url": address_to_cite(case),
        "cite_as": cite_as(case),
        "citation_files": formats.OFFERED,
        "language_addresses": addresses(case),
        "page_metadata": page_metadata.for_head(case),
        "json_ld": schema_org.report(case),
    }
