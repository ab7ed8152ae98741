"""Answers of the protocol as XML, valid against OAI-PMH.xsd, oai_dc.xsd and DataCite's schema."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parseaddr

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from casestudies.licence import METADATA
from casestudies.models import CaseStudy, OpenRecord
from casestudies.open_data import datacite, dublin_core
from casestudies.open_data.citation.source import plain
from casestudies.open_data.identifier import oai_identifier
from casestudies.open_data.oai import harvest, sets
from casestudies.open_data.oai.question import Question, Refused

OAI = "http://www.openarchives.org/OAI/2.0/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
OAI_IDENTIFIER = "http://www.openarchives.org/OAI/2.0/oai-identifier"
DC = "http://purl.org/dc/elements/1.1/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
#: Prefix: schema and namespace.
FORMATS = {
    "oai_dc": ("http://www.openarchives.org/OAI/2.0/oai_dc.xsd", OAI_DC),
    "oai_datacite": (datacite.SCHEMA, datacite.NAMESPACE),
}


def to(question: Question, *, address: str) -> bytes:
    """The answer to a question in good order; a refusal of the protocol is an answer too."""
    try:
        parts = [VERBS[question.verb](question)]
        return envelope(parts, address, {"verb": question.verb, **question.arguments})
    except Refused as refusal:
        is_about_form = refusal.code in ("badVerb", "badArgument")
        return envelope(
            [error(refusal)], address, {} if is_about_form else {"verb": question.verb, **question.arguments}
        )


def refused(refusal: Refused, *, address: str) -> bytes:
    """The answer to a question that was not understood: it repeats nothing of it."""
    return envelope([error(refusal)], address, {})


def envelope(parts: list[etree._Element], address: str, asked: dict[str, str]) -> bytes:
    root = etree.Element(f"{{{OAI}}}OAI-PMH", nsmap={None: OAI, "xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", f"{OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd")
    add(root, "responseDate", as_text(timezone.now()))
    add(root, "request", address, **asked)
    root.extend(parts)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def element(name: str, text: str | None = None, **attributes: str) -> etree._Element:
    made = etree.Element(f"{{{OAI}}}{name}", attributes)
    made.text = text
    return made


def add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    made = element(name, text, **attributes)
    parent.append(made)
    return made


def error(refusal: Refused) -> etree._Element:
    return element("error", plain(str(refusal)), code=refusal.code)


def as_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# -- Verbs ------------------------------------------------------------------------------------------------------------


def identify(question: Question) -> etree._Element:
    found = element("Identify")
    add(found, "repositoryName", "同行 Tongxing: practice case studies")
    add(found, "baseURL", base_url())
    add(found, "protocolVersion", "2.0")
    add(found, "adminEmail", parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    add(found, "earliestDatestamp", as_text(harvest.earliest()))
    add(found, "deletedRecord", "persistent")
    add(found, "granularity", "YYYY-MM-DDThh:mm:ssZ")
    add(found, "compression", "gzip")
    scheme = etree.SubElement(
        add(found, "description"), f"{{{OAI_IDENTIFIER}}}oai-identifier", nsmap={None: OAI_IDENTIFIER}
    )
    scheme.set(
        f"{{{XSI}}}schemaLocation",
        f"{OAI_IDENTIFIER} http://www.openarchives.org/OAI/2.0/oai-identifier.xsd",
    )
    for name, text in (
        ("scheme", "oai"),
        ("repositoryIdentifier", settings.OAI_NAMESPACE),
        ("delimiter", ":"),
        ("sampleIdentifier", f"oai:{settings.OAI_NAMESPACE}:0b0ee0f8-9f4b-4a5c-8f5d-1c5a7e4d3f21"),
    ):
        etree.SubElement(scheme, f"{{{OAI_IDENTIFIER}}}{name}").text = text
    add(found, "description").append(
        dc(
            [
                dublin_core.Element("title", "同行案例库", "zh-CN"),
                dublin_core.Element("title", "The practice library of Tongxing", "en"),
                dublin_core.Element(
                    "description",
                    "Reviewed case studies of organisations that serve internal migrants in China. "
                    "The facts about each case are free for every use; the text is under the licence of its record.",
                    "en",
                ),
                dublin_core.Element("rights", METADATA.url),
            ]
        )
    )
    return found


def list_metadata_formats(question: Question) -> etree._Element:
    if identifier := question.arguments.get("identifier"):
        harvest.one(identifier)
    found = element("ListMetadataFormats")
    for prefix, (schema, namespace) in FORMATS.items():
        one = add(found, "metadataFormat")
        add(one, "metadataPrefix", prefix)
        add(one, "schema", schema)
        add(one, "metadataNamespace", namespace)
    return found


def list_sets(question: Question) -> etree._Element:
    if question.token:
        raise Refused("badResumptionToken", "The list of sets is whole; no token goes on with it.")
    found = element("ListSets")
    for spec, name in sets.named():
        one = add(found, "set")
        add(one, "setSpec", spec)
        add(one, "setName", plain(name))
    if not len(found):
        raise Refused("noSetHierarchy", "There is no set yet, because there is no record.")
    return found


def get_record(question: Question) -> etree._Element:
    record = harvest.one(question.arguments["identifier"])
    write = writer(question.arguments["metadataPrefix"])
    found = element("GetRecord")
    found.append(record_of(record, write))
    return found


def list_records(question: Question) -> etree._Element:
    page = asked_page(question)
    write = writer(page.prefix)
    found = element("ListRecords")
    found.extend(record_of(record, write) for record in page.records)
    return gone_on(found, page)


def list_identifiers(question: Question) -> etree._Element:
    page = asked_page(question)
    found = element("ListIdentifiers")
    found.extend(header(record) for record in page.records)
    return gone_on(found, page)


VERBS: dict[str, Callable[[Question], etree._Element]] = {
    "Identify": identify,
    "ListMetadataFormats": list_metadata_formats,
    "ListSets": list_sets,
    "GetRecord": get_record,
    "ListIdentifiers": list_identifiers,
    "ListRecords": list_records,
}


def base_url() -> str:
    return settings.SITE_URL + reverse("oai")


def asked_page(question: Question) -> harvest.Page:
    if not question.token:
        writer(question.arguments["metadataPrefix"])
    return harvest.page(question)


def gone_on(found: etree._Element, page: harvest.Page) -> etree._Element:
    """The list with the token that leads on; on the last page of several an empty one says that it is the last."""
    if page.is_part:
        until = {"expirationDate": as_text(page.expires_at)} if page.token else {}
        add(
            found,
            "resumptionToken",
            page.token or None,
            completeListSize=str(page.total),
            cursor=str(page.begins_at),
            **until,
        )
    return found


# -- Records ----------------------------------------------------------------------------------------------------------


def header(record: OpenRecord) -> etree._Element:
    found = element("header", **({"status": "deleted"} if harvest.is_gone(record) else {}))
    add(found, "identifier", oai_identifier(record))
    add(found, "datestamp", as_text(record.told_at))
    for one in record.sets.all():
        add(found, "setSpec", one.spec)
    return found


def record_of(record: OpenRecord, write: Callable[[CaseStudy], etree._Element]) -> etree._Element:
    found = element("record")
    found.append(header(record))
    if not harvest.is_gone(record):
        add(found, "metadata").append(write(record.case))
    return found


def writer(prefix: str) -> Callable[[CaseStudy], etree._Element]:
    """How a case is written in this format. Raises Refused (cannotDisseminateFormat)."""
    if prefix == "oai_dc":
        return lambda case: dc(dublin_core.elements(case))
    if prefix == "oai_datacite":
        return lambda case: datacite.resource(datacite.attributes(case))
    raise Refused("cannotDisseminateFormat", f"There are: {', '.join(FORMATS)}.")


def dc(elements: list[dublin_core.Element]) -> etree._Element:
    root = etree.Element(f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC, "xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", f"{OAI_DC} http://www.openarchives.org/OAI/2.0/oai_dc.xsd")
    for one in elements:
        child = etree.SubElement(root, f"{{{DC}}}{one.name}")
        child.text = one.value
        if one.language:
            child.set(XML_LANG, one.language)
    return root
