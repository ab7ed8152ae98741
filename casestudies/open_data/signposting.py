"""Signposting: typed links from a case to its identifier, descriptions, licence and authors (signposting.org, RFC 8288).

The same links stand in the `Link:` header of the page and in a link set of its own (RFC 9264).
"""

from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from casestudies.licence import terms_of
from casestudies.models import CaseStudy
from casestudies.open_data.citation import source
from casestudies.open_data.identifier import cite_as, paper_address, permanent_url
from casestudies.paper import formats as paper_formats

#: Style of the citation's address: its type, and the profile that tells two of one type apart.
DESCRIPTIONS = {
    "bib": ("application/x-bibtex", ""),
    "ris": ("application/x-research-info-systems", ""),
    "json": ("application/vnd.citationstyles.csl+json", ""),
    "datacite.json": ("application/vnd.datacite.datacite+json", ""),
    "datacite.xml": ("application/vnd.datacite.datacite+xml", "http://datacite.org/schema/kernel-4"),
}
TYPES = ("https://schema.org/Report", "https://schema.org/AboutPage")
LINKSET = "application/linkset+json"


class Link(NamedTuple):
    relation: str
    href: str
    type: str = ""
    profile: str = ""


def address(name: str, case: CaseStudy, *arguments) -> str:
    """An address of the case without a language, because it is the same for all."""
    with override(settings.LANGUAGE_CODE):
        return settings.SITE_URL + reverse(name, args=[case.public_id, *arguments])


def links(case: CaseStudy) -> list[Link]:
    terms = terms_of(case)
    return [
        Link("cite-as", cite_as(case)),
        *(Link("type", kind) for kind in TYPES),
        *(Link("author", f"https://orcid.org/{name.orcid}") for name in source.authors(case) if name.orcid),
        *([Link("license", terms.url)] if terms.is_open else []),
        Link("item", permanent_url(case), "text/html"),
        *(
            Link("item", paper_address(case, style), kind)
            for style, kind in paper_formats.TYPES.items()
            if terms.is_open
        ),
        *(
            Link("describedby", address("case_citation", case, style), *kinds)
            for style, kinds in DESCRIPTIONS.items()
        ),
    ]


def header(case: CaseStudy) -> str:
    """The value of the `Link:` header of the page, the way to the link set included."""
    found = [*links(case), Link("linkset", address("case_linkset", case), LINKSET)]
    parts = []
    for link in found:
        words = f'<{link.href}>; rel="{link.relation}"'
        words += f'; type="{link.type}"' if link.type else ""
        words += f'; profile="{link.profile}"' if link.profile else ""
        parts.append(words)
    return ", ".join(parts)


def linkset(case: CaseStudy) -> dict:
    """The links as RFC 9264 writes a set, and the way back from each description."""
    here = permanent_url(case)
    context: dict = {"anchor": here}
    for link in links(case):
        target = {"href": link.href, "type": link.type, "profile": link.profile}
        context.setdefault(link.relation, []).append({key: value for key, value in target.items() if value})
    back = [
        {
            "anchor": address("case_citation", case, style),
            "describes": [{"href": here, "type": "text/html"}],
        }
        for style in DESCRIPTIONS
    ]
    return {"linkset": [context, *back]}
