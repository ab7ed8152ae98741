"""A case study as DataCite describes it: kernel 4.6 as the JSON of their REST API and as XML.

The XML is what `oai_datacite` harvests and what a registration agency takes; both come from the same facts. Without a
DOI the permanent address is the identifier.

Reviews are not in it. `IsReviewedBy` wants the identifier of a published review, and ours are read by authors and
editors alone; no `contributorType` of kernel 4.6 is a reviewer, and reviewers are promised that nobody learns their
names. What was reviewed is said in words on the page (`review_mark`).
"""

import json

from lxml import etree

from casestudies.licence import terms_of
from casestudies.models import CasePartner, CaseStudy
from casestudies.open_data.citation import source
from casestudies.open_data.citation.names import Name
from casestudies.open_data.identifier import address_to_cite, doi_of, permanent_url

NAMESPACE = "http://datacite.org/schema/kernel-4"
SCHEMA = "https://schema.datacite.org/meta/kernel-4.6/metadata.xsd"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
#: A partner's role: what it is called as a contributor. A funder is a reference to funding instead.
CONTRIBUTORS = {CasePartner.Role.PARTNER: "Other", CasePartner.Role.RESEARCH: "ResearchGroup"}


def attributes(case: CaseStudy, *, doi: str | None = None) -> dict:
    """The facts in the form of DataCite's REST API, without what is empty. `doi` is one that is to be registered."""
    language, terms = source.language(case), terms_of(case)
    doi = doi or doi_of(case)
    facts = {
        "doi": doi,
        "url": address_to_cite(case),
        "creators": [creator(name, language) for name in source.authors(case)],
        "titles": with_second(case, "title", {}, {"titleType": "TranslatedTitle"}),
        "publisher": {"name": source.institution(case), "lang": language},
        "publicationYear": source.published_on(case).year,
        "types": {"resourceTypeGeneral": "Text", "resourceType": source.genre(case)},
        "subjects": subjects(case, language),
        "contributors": [
            {
                "name": source.agency_name(case, one.agency),
                "nameType": "Organizational",
                "contributorType": CONTRIBUTORS[CasePartner.Role(one.role)],
            }
            for one in source.partners(case)
            if one.role in CONTRIBUTORS
        ],
        "dates": dates(case),
        "language": language,
        "alternateIdentifiers": [
            {"alternateIdentifier": str(case.public_id), "alternateIdentifierType": "UUID"},
            *(
                [{"alternateIdentifier": permanent_url(case), "alternateIdentifierType": "URL"}]
                if doi
                else []
            ),
        ],
        "relatedIdentifiers": source.relations(case) + source.versions(case),
        "formats": ["text/html"],
        "version": source.version(case),
        "rightsList": [
            {
                "rights": terms.name_zh if source.is_chinese(case) else terms.name_en,
                "lang": language,
                **(
                    {
                        "rightsUri": terms.url,
                        "rightsIdentifier": terms.identifier,
                        "rightsIdentifierScheme": "SPDX",
                        "schemeUri": "https://spdx.org/licenses/",
                    }
                    if terms.is_open
                    else {}
                ),
            }
        ],
        "descriptions": with_second(
            case, "description", {"descriptionType": "Abstract"}, {"descriptionType": "Abstract"}
        ),
        "geoLocations": [{"geoLocationPlace": place} for place in [source.full_place(case)] if place],
        "fundingReferences": [
            {"funderName": source.agency_name(case, one.agency)}
            for one in source.partners(case)
            if one.role == CasePartner.Role.FUNDER
        ],
        "schemaVersion": NAMESPACE,
    }
    return {name: value for name, value in facts.items() if value}


def creator(name: Name, language: str) -> dict:
    if name.is_agency:
        return {"name": name.whole, "nameType": "Organizational", "lang": language}
    facts = {
        "name": name.inverted,
        "nameType": "Personal",
        "lang": language,
        "givenName": name.given,
        "familyName": name.family if name.given else "",
        "affiliation": [{"name": name.affiliation}],
    }
    if name.orcid:
        facts["nameIdentifiers"] = [
            {
                "nameIdentifier": f"https://orcid.org/{name.orcid}",
                "nameIdentifierScheme": "ORCID",
                "schemeUri": "https://orcid.org",
            }
        ]
    return {key: value for key, value in facts.items() if value}


def with_second(case: CaseStudy, key: str, first: dict, second: dict) -> list[dict]:
    """Title or abstract, and the same in the other language where it was written."""
    own, other = (
        (source.title(case), source.second_title(case))
        if key == "title"
        else (source.plain(case.abstract), source.second_abstract(case))
    )
    both = [
        {key: own, "lang": source.language(case), **first},
        {key: other, "lang": source.second_language(case), **second},
    ]
    return [one for one in both if one[key]]


def subjects(case: CaseStudy, language: str) -> list[dict]:
    terms = [
        {"subject": name, "subjectScheme": "Tongxing", "classificationCode": topic.code, "lang": language}
        for topic, name in zip(case.topics.all(), source.topic_names(case), strict=True)
    ]
    return terms + [{"subject": word, "lang": language} for word in source.keywords(case)]


def dates(case: CaseStudy) -> list[dict]:
    found = [{"date": source.published_on(case).isoformat(), "dateType": "Issued"}]
    if source.changed_on(case) != source.published_on(case):
        found.append({"date": source.changed_on(case).isoformat(), "dateType": "Updated"})
    if case.started_on:
        end = f"{case.ended_on:%Y-%m}" if case.ended_on else ""
        found.append({"date": f"{case.started_on:%Y-%m}/{end}", "dateType": "Coverage"})
    return found


def as_json(case: CaseStudy) -> str:
    """What a deposit by the REST API sends."""
    return json.dumps(attributes(case), ensure_ascii=False, indent=2)


def as_xml(case: CaseStudy) -> str:
    return document(resource(attributes(case)))


def document(root: etree._Element) -> str:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True).decode()


# -- XML --------------------------------------------------------------------------------------------------------------

#: Key in a fact: attribute of the element.
ATTRIBUTES = {"lang": XML_LANG, "schemeUri": "schemeURI", "rightsUri": "rightsURI"}
#: The list in JSON, its element, the key of the text; all other keys are attributes.
LISTS = (
    ("titles", "title", "title"),
    ("subjects", "subject", "subject"),
    ("dates", "date", "date"),
    ("alternateIdentifiers", "alternateIdentifier", "alternateIdentifier"),
    ("relatedIdentifiers", "relatedIdentifier", "relatedIdentifier"),
    ("rightsList", "rights", "rights"),
    ("descriptions", "description", "description"),
)


def resource(facts: dict) -> etree._Element:
    """The facts of `attributes` as a `resource` element of kernel 4.6."""
    root = etree.Element(f"{{{NAMESPACE}}}resource", nsmap={None: NAMESPACE, "xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", f"{NAMESPACE} {SCHEMA}")
    kind = "DOI" if "doi" in facts else "URL"
    add(root, "identifier", facts.get("doi") or facts["url"], identifierType=kind)
    creators = add(root, "creators")
    for one in facts["creators"]:
        add_person(add(creators, "creator"), "creatorName", one)
    publisher = facts["publisher"]
    add(root, "publisher", publisher["name"], **{XML_LANG: publisher["lang"]})
    add(root, "publicationYear", str(facts["publicationYear"]))
    types = facts["types"]
    add(root, "resourceType", types["resourceType"], resourceTypeGeneral=types["resourceTypeGeneral"])
    add(root, "language", facts["language"])
    if facts.get("version"):
        add(root, "version", facts["version"])
    for plural, single, text in LISTS:
        if plural in facts:
            above = add(root, plural)
            for one in facts[plural]:
                rest = {ATTRIBUTES.get(key, key): value for key, value in one.items() if key != text}
                add(above, single, one[text], **rest)
    if "contributors" in facts:
        contributors = add(root, "contributors")
        for one in facts["contributors"]:
            person = add(contributors, "contributor", contributorType=one["contributorType"])
            add_person(person, "contributorName", one)
    formats = add(root, "formats")
    for one in facts["formats"]:
        add(formats, "format", one)
    if "geoLocations" in facts:
        places = add(root, "geoLocations")
        for one in facts["geoLocations"]:
            add(add(places, "geoLocation"), "geoLocationPlace", one["geoLocationPlace"])
    if "fundingReferences" in facts:
        references = add(root, "fundingReferences")
        for one in facts["fundingReferences"]:
            add(add(references, "fundingReference"), "funderName", one["funderName"])
    return root


XSI = "http://www.w3.org/2001/XMLSchema-instance"


def add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
    element.text = text
    return element


def add_person(element: etree._Element, name: str, facts: dict) -> None:
    spoken = {XML_LANG: facts["lang"]} if "lang" in facts else {}
    add(element, name, facts["name"], nameType=facts["nameType"], **spoken)
    for part in ("givenName", "familyName"):
        if part in facts:
            add(element, part, facts[part])
    for one in facts.get("nameIdentifiers", ()):
        add(
            element,
            "nameIdentifier",
            one["nameIdentifier"],
            nameIdentifierScheme=one["nameIdentifierScheme"],
            schemeURI=one["schemeUri"],
        )
    for one in facts.get("affiliation", ()):
        add(element, "affiliation", one["name"])
