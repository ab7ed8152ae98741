"""A published case study as schema.org describes it, for search engines: an Article that is a Report."""

from django.utils.safestring import SafeString

from casestudies.licence import METADATA, terms_of
from casestudies.models import CaseStudy
from casestudies.open_data.citation import source
from casestudies.open_data.citation.names import Name
from casestudies.open_data.identifier import cite_as, doi_of, doi_url, permanent_url
from orgs.models import Agency
from portal.json_ld import script


def report(case: CaseStudy) -> SafeString:
    """The case as JSON-LD, safe inside a script element. Reads what `for_export` fetches."""
    url, doi, terms = permanent_url(case), doi_of(case), terms_of(case)
    data = {
        "@type": ["Article", "Report"],
        "@id": cite_as(case),
        "identifier": [str(case.public_id), *([doi_url(doi)] if doi else [])],
        "url": url,
        "mainEntityOfPage": url,
        "headline": source.title(case),
        "name": source.title(case),
        "alternativeHeadline": source.second_title(case),
        "abstract": source.plain(case.abstract),
        "genre": source.genre(case),
        "inLanguage": source.language(case),
        "reportNumber": str(case.public_id),
        "version": source.version(case),
        "datePublished": source.published_on(case).isoformat(),
        "dateModified": source.changed_on(case).isoformat(),
        "author": [author(name, case) for name in source.authors(case)],
        "publisher": organization(case, case.agency),
        "contributor": [organization(case, one.agency) for one in source.partners(case)],
        "about": source.topic_names(case),
        "keywords": source.keywords(case),
        "spatialCoverage": {"@type": "Place", "name": source.full_place(case)} if case.division else None,
        "temporalCoverage": f"{case.started_on}/{case.ended_on or '..'}" if case.started_on else "",
        "license": terms.url,
        "usageInfo": "" if terms.is_open else (terms.name_zh if source.is_chinese(case) else terms.name_en),
        "sdLicense": METADATA.url,
        "isAccessibleForFree": True,
        "isBasedOn": [
            one["relatedIdentifier"]
            for one in source.relations(case)
            if one["relationType"] == "IsDerivedFrom"
        ],
    }
    return script({name: value for name, value in data.items() if value})


def author(name: Name, case: CaseStudy) -> dict:
    if name.is_agency:
        return organization(case, case.agency)
    facts = {
        "@type": "Person",
        "name": name.whole,
        "familyName": name.family if name.given else "",
        "givenName": name.given,
        "affiliation": {"@type": "Organization", "name": name.affiliation},
    }
    if name.orcid:
        facts["@id"] = facts["sameAs"] = f"https://orcid.org/{name.orcid}"
    return {key: value for key, value in facts.items() if value}


def organization(case: CaseStudy, agency: Agency) -> dict:
    """An agency by name; with its page only where it has one."""
    facts = {"@type": "Organization", "name": source.agency_name(case, agency)}
    if url := source.agency_url(agency):
        facts["url"] = url
    return facts
