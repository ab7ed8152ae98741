"""A case study in the fifteen elements of Dublin Core, for the head of its page and for harvesters (`oai_dc`)."""

from typing import NamedTuple

from casestudies.licence import terms_of
from casestudies.models import CaseStudy
from casestudies.open_data.citation import source
from casestudies.open_data.identifier import doi_of, doi_url, permanent_url


class Element(NamedTuple):
    """`language` as BCP 47 writes it, for what is said in words; empty for codes and addresses."""

    name: str
    value: str
    language: str = ""


def elements(case: CaseStudy) -> list[Element]:
    own, other, terms = source.language(case), source.second_language(case), terms_of(case)
    doi = doi_of(case)
    on, until = case.started_on, case.ended_on
    found = [
        Element("title", source.title(case), own),
        Element("title", source.second_title(case), other),
        *(Element("creator", name.inverted) for name in source.authors(case)),
        *(Element("subject", word, own) for word in source.topic_names(case) + source.keywords(case)),
        Element("description", source.plain(case.abstract), own),
        Element("description", source.second_abstract(case), other),
        Element("publisher", source.institution(case), own),
        *(Element("contributor", source.agency_name(case, one.agency), own) for one in source.partners(case)),
        Element("date", source.published_on(case).isoformat()),
        Element("type", "Text"),
        Element("type", source.genre(case), own),
        Element("format", "text/html"),
        Element("identifier", permanent_url(case)),
        Element("identifier", doi_url(doi) if doi else ""),
        Element("language", own),
        *(Element("relation", one["relatedIdentifier"]) for one in source.relations(case)),
        Element("coverage", source.full_place(case), own),
        Element("coverage", f"{on:%Y-%m}/{until:%Y-%m}" if on and until else f"{on:%Y-%m}/" if on else ""),
        Element("rights", terms.url),
        Element("rights", terms.name_zh if source.is_chinese(case) else terms.name_en, own),
    ]
    return [element for element in found if element.value]
