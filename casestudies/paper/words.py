"""What stands on the paper of a case study, whatever sets it: words, in the language of the case, and its pictures.

The same text gives the same paper: the only day in it is the one of its version. What is shown is what the reading page
shows to everybody.
"""

from dataclasses import dataclass
from datetime import datetime

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from casestudies import record
from casestudies.files import attachment
from casestudies.licence import Terms, terms_called, terms_of
from casestudies.models import Attachment, CaseAuthor, CaseStudy
from casestudies.open_data import citation
from casestudies.open_data.citation import source
from casestudies.open_data.identifier import address_to_cite, doi_of, doi_url
from casestudies.paper.blocks import blocks
from portal.bilingual import pick
from portal.pictures import PictureRefused, redraw

WIDEST = 1600  # pixels: more is not seen on A4
LIGHT = 400 * 1024  # bytes of a picture that goes in as it is
ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg"}


@dataclass(frozen=True)
class Paper:
    """`words` as the templates read them, `pictures` by the name that the words call them, `at` the only moment."""

    case: CaseStudy
    words: dict
    pictures: dict[str, bytes]
    at: datetime


def of(case: CaseStudy, *, is_draft: bool = False) -> Paper:
    """The paper of a text; of a draft, which cannot be cited, with the word “draft” on each page.

    Reads what `for_reading` fetches, and the pictures.
    """
    with override("zh-hans" if case.is_chinese else "en"):
        pictures: dict[str, bytes] = {}
        words = {**front(case, is_draft), **body(case, pictures), **back(case, is_draft)}
    return Paper(case, words, pictures, moment(case, is_draft))


def moment(case: CaseStudy, is_draft: bool) -> datetime:
    if is_draft:
        newest = case.latest_revision
        return newest.created_at if newest else case.created_at
    version = case.shown_version
    return version.published_at if version else case.last_published_at or case.created_at


def front(case: CaseStudy, is_draft: bool) -> dict:
    """The title page: who, where, when, and what the text is."""
    on = date_format(timezone.localtime(moment(case, is_draft)), "DATE_FORMAT")
    number = case.shown_version.number if case.shown_version else 0
    if is_draft:
        state = _("Draft of %(day)s. Not published, not reviewed, not to be cited.") % {"day": on}
    elif number:
        state = _("Version %(number)s of %(day)s") % {"number": number, "day": on}
    else:
        state = on
    period = ""
    if case.started_on:
        until = f"{case.ended_on:%Y-%m}" if case.ended_on else _("today")
        period = f"{case.started_on:%Y-%m} – {until}"
    return {
        "language": source.language(case).partition("-")[0],
        "second_language": source.second_language(case).partition("-")[0],
        "is_draft": is_draft,
        "draft_mark": _("Draft, not published") if is_draft else "",
        "portal": _("Tongxing: walking together, and of the same trade."),
        "kind": f"{source.genre(case)} · {case.get_kind_display()}"
        + (f" · {_('Sample')}" if case.is_sample else ""),
        "title": source.title(case),
        "second_title": source.second_title(case),
        "authors": [author(one, case) for one in case.authors.all() if source.plain(one.name)],
        "agency": source.institution(case),
        "particulars": pairs(
            (
                _("Together with"),
                in_a_row(case, [source.agency_name(case, one.agency) for one in case.partners.all()]),
            ),
            (_("Place"), source.full_place(case)),
            (_("Period"), period),
            (_("Version"), state),
        ),
        "keywords": source.keywords(case),
        "topics": [str(topic.name) for topic in record.context(case)["case_topics"]],
        "labels": {
            "abstract": _("Abstract"),
            "keywords": _("Keywords"),
            "topics": _("What it is about"),
            "contents": _("Contents"),
            "evidence": _("Evidence"),
            "facts": _("Facts"),
            "cite": _("How to cite"),
            "licence": _("Licence"),
            "files": _("Documents and data"),
            "pictures": _("Pictures"),
            "ethics": _("Consent and ethics"),
        },
    }


def author(one: CaseAuthor, case: CaseStudy) -> dict:
    return {
        "name": source.plain(one.name),
        "name_en": source.plain(one.name_en),
        "about": in_a_row(case, [one.get_role_display(), source.plain(one.agency_name)]),
        "orcid": one.orcid_url,
    }


def in_a_row(case: CaseStudy, words: list[str]) -> str:
    """Several things in one line, joined as the language does."""
    return ("、" if case.is_chinese else ", ").join(str(one) for one in words if one)


def pairs(*found: tuple[str, str]) -> list[list[str]]:
    """The label and the words of what there is to say."""
    return [[str(label), source.plain(str(words))] for label, words in found if words]


# -- The text ---------------------------------------------------------------------------------------------------------


def body(case: CaseStudy, pictures: dict[str, bytes]) -> dict:
    """Abstracts, evidence, facts and the sections with their pictures."""
    known = record.context(case)
    stand_in = attachment.by_section(case)

    def shown(section: str) -> list[dict]:
        return [picture(one, pictures) for one in stand_in.get(section, [])]

    facts = [*known["facts"], (_("How they took part"), case.participation_note)]
    funding = [str(topic.name) for topic in known["funding"]] + [case.funding_note]
    return {
        "abstract": paragraphs(case.abstract),
        "second_abstract": paragraphs(case.second_abstract),
        "second_abstract_note": case.get_translation_display() if case.second_abstract else "",
        "evidence": {
            "level": case.evidence_level,
            "most": max(CaseStudy.Evidence.values),
            "words": str(case.get_evidence_level_display()),
            "basis": paragraphs(case.evidence_basis),
            "note": _("It grades how well the effect is shown, not how good the work was."),
        },
        "facts": pairs(
            *((str(label), words) for label, words in facts), (_("Funding"), in_a_row(case, funding))
        ),
        "sections": [
            {
                "name": section["name"],
                "title": str(section["title"]),
                "blocks": blocks(section["html"]),
                "pictures": shown(section["name"]),
            }
            for section in case.sections
        ],
        "pictures": shown(""),
    }


def paragraphs(text: str) -> list[str]:
    """Plain text by paragraphs."""
    lines = (source.plain(line) for line in str(text).splitlines())
    return [line for line in lines if line]


def picture(one: Attachment, pictures: dict[str, bytes]) -> dict:
    """What is said about a picture; `file` is empty where its file is lost, and then its words stand alone."""
    name = f"{one.key}{ENDINGS.get(one.content_type, '.png')}"
    try:
        with one.file.open("rb") as file:
            content = file.read()
        if len(content) > LIGHT:
            content = redraw(content, longest=WIDEST).content
            name = str(one.key) + (".png" if content.startswith(b"\x89PNG") else ".jpg")
        pictures[name] = content
    except (OSError, PictureRefused):
        name = ""
    return {
        "file": name,
        "alt": source.plain(one.alt_text or one.caption or one.title),
        "caption": source.plain(one.caption or one.title),
        "terms": terms_words(terms_called(one.licence)) if one.licence else "",
    }


# -- What follows the text --------------------------------------------------------------------------------------------


def back(case: CaseStudy, is_draft: bool) -> dict:
    """Files, ethics, and how to cite what was published."""
    return {
        "files": [file(one, case, is_draft) for one in attachment.to_download(case)],
        "ethics": {
            "facts": pairs(
                (_("Consent"), " · ".join(str(words) for words in case.consent_kinds)),
                (_("Approval of an ethics board"), case.ethics_approval),
            ),
            "paragraphs": paragraphs(case.consent_note) + paragraphs(case.ethics_statement),
        },
        "citation": None if is_draft else cited(case),
        "licence": {"words": terms_words(terms_of(case)), "url": terms_of(case).url},
    }


def file(one: Attachment, case: CaseStudy, is_draft: bool) -> dict:
    address = "" if is_draft else f"{citation.permanent_url(case)}files/{one.key}/"
    about = [one.get_kind_display(), one.ending, filesizeformat(one.size)]
    terms = terms_words(terms_called(one.licence or case.licence))
    return {
        "title": source.plain(one.title),
        "caption": source.plain(one.caption),
        "about": source.plain(" · ".join(str(words) for words in [*about, terms])),
        "url": address,
    }


def cited(case: CaseStudy) -> dict:
    """References with the day of the version as the day of reading, so that the paper says the same tomorrow."""
    doi = doi_of(case)
    today = timezone.localdate(moment(case, False))
    return {
        "references": [
            ["GB/T 7714-2015", citation.gbt7714(case, today=today)],
            ["APA 7", citation.apa(case)],
        ],
        "addresses": [
            [_("Permanent address"), address_to_cite(case)],
            *([["DOI", doi_url(doi)]] if doi else []),
        ],
    }


def terms_words(terms: Terms) -> str:
    """The licence by name in the active language of the paper."""
    return str(pick(zh=terms.name_zh, en=terms.name_en))


def file_name(case: CaseStudy, style: str, *, is_draft: bool = False) -> str:
    """Such as tongxing-1a2b3c4d-v2.pdf: what the file is, without the words of the title."""
    version = case.shown_version
    ending = "-draft" if is_draft else f"-v{version.number}" if version else ""
    return f"tongxing-{str(case.public_id)[:8]}{ending}.{style}"
