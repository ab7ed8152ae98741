"""An agency as an organization of HSDS, with nothing that it does not show to everybody. People are never in it."""

from datetime import date
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri

from orgs.models import Agency
from orgs.open_data.identity import address, uuid_of
from orgs.open_data.place import locations, phones
from orgs.open_data.taxonomy import LANGUAGE_TAGS, said, tagged, valued
from orgs.visibility import public
from portal.bilingual import CHINESE

CODE = "统一社会信用代码"
HOTLINE = "服务热线"


def organization_row(agency: Agency) -> dict:
    """The fields that stand once. Reads `texts`, `org_type` and `logo`: see `orgs.open_data.lists`."""
    seen = public(agency)
    english = seen.name_en if seen.name_en != seen.legal_name else ""
    return said(
        {
            "id": str(seen.public_id),
            "name": seen.legal_name,
            "alternate_name": english or seen.short_name,
            "email": seen.public_email,
            "website": as_uri(seen.website),
            "year_incorporated": seen.founded_on.year if seen.founded_on else None,
            "legal_status": seen.org_type.name_zh,
            "logo": absolute(seen.logo.file.url) if seen.logo else None,
            "uri": address("agency", seen.slug),
        }
    ) | {"description": description(seen)}


def organization(agency: Agency) -> dict:
    """The organization with all that hangs from it but its services."""
    seen, owner = public(agency), str(agency.public_id)
    funding = list(seen.funding.all()) if seen.shows_funding else []
    return said(
        {
            **organization_row(agency),
            "funding": [
                {
                    "id": uuid_of("funding", owner, topic.code),
                    "organization_id": owner,
                    "source": topic.name_zh,
                    "attributes": tagged(uuid_of("funding", owner, topic.code), "funding", [topic]),
                }
                for topic in funding
            ],
            "phones": phones(owner, "organization_id", [(seen.public_phone, ""), (seen.hotline, HOTLINE)]),
            "locations": locations(seen),
            "organization_identifiers": identifiers(seen),
            "attributes": [*tagged(owner, "organization", [seen.org_type]), *values(seen)],
            "metadata": metadata(seen),
        }
    ) | {"description": description(seen)}


def description(agency: Agency) -> str:
    """Who the agency is and what it says about itself, in Chinese where it wrote Chinese. HSDS demands the field."""
    text = min(agency.texts.all(), key=lambda text: text.language != CHINESE, default=None)
    return "\n\n".join(filter(None, (text.mission, text.description))) if text else ""


def identifiers(agency: Agency) -> list[dict]:
    if not agency.uscc:
        return []
    return [
        {
            "id": uuid_of("identifier", agency.public_id, agency.uscc),
            "organization_id": str(agency.public_id),
            "identifier_type": CODE,
            "identifier": agency.uscc,
        }
    ]


def values(agency: Agency) -> list[dict]:
    """What HSDS has no field for. Reads `texts` and `verifications_in_force`."""
    has_english = bool(agency.name_en) and agency.name_en != agency.legal_name
    verification = max(agency.verifications_in_force, key=lambda one: one.level, default=None)
    prose = []
    for text in agency.texts.all():
        tag = LANGUAGE_TAGS[text.language]
        prose += [
            (f"mission@{tag}", text.mission),
            (f"about@{tag}", text.description),
            (f"how_to_get_help@{tag}", text.how_to_get_help),
        ]
    return valued(
        str(agency.public_id),
        "organization",
        [
            ("short_name", agency.short_name if has_english else ""),
            *(("former_name", name) for name in agency.former_names),
            *prose,
            ("founded_on", agency.founded_on),
            ("migrant_focus", agency.migrant_focus),
            ("staff_band", agency.staff_band),
            ("supervising_unit", agency.supervising_unit),
            ("wechat_account", agency.wechat_account),
            ("rating", agency.rating),
            ("rating_year", agency.rating_year),
            ("verification_level", verification.level if verification else ""),
            ("verified_until", verification.expires_on if verification else ""),
        ],
    )


def metadata(agency: Agency) -> list[dict]:
    """When the record changed, and when the agency last said that each of its parts is right. It names no person."""
    return [
        action(agency, "organization", "update", "*", agency.updated_at.date()),
        *(
            action(agency, "organization", "assure", confirmation.section, confirmation.confirmed_on)
            for confirmation in agency.confirmations.all()
        ),
    ]


def action(agency: Agency, kind: str, what: str, part: str, on: date, record: str = "") -> dict:
    """One line of metadata. Values before and after are not told; who did it is the agency."""
    record = record or str(agency.public_id)
    return {
        "id": uuid_of("metadata", record, what, part),
        "resource_id": record,
        "resource_type": kind,
        "last_action_date": on.isoformat(),
        "last_action_type": what,
        "field_name": part,
        "previous_value": "",
        "replacement_value": "",
        "updated_by": agency.legal_name,
    }


def as_uri(website: str) -> str:
    """A website in the letters that a URI may have: a Chinese domain in its international form, the rest escaped."""
    if not website:
        return ""
    parts = urlsplit(website)
    try:
        host = parts.netloc.encode("idna").decode("ascii") if not parts.netloc.isascii() else parts.netloc
    except UnicodeError:
        host = parts.netloc
    return iri_to_uri(urlunsplit(parts._replace(netloc=host)))


def absolute(path: str) -> str:
    return path if "://" in path else settings.SITE_URL + path
