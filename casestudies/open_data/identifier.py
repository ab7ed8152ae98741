"""What a case study is called for ever: its address, its name among harvesters, its DOI."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from casestudies.models import CaseStudy, OpenRecord


def permanent_url(case: CaseStudy) -> str:
    """The address that stays: the one without a language."""
    with override(settings.LANGUAGE_CODE):
        return settings.SITE_URL + case.get_absolute_url()


def address_to_cite(case: CaseStudy) -> str:
    """The address that a reference gives: that of the version where one is shown, else the one that stays."""
    if case.shown_version is None:
        return permanent_url(case)
    with override(settings.LANGUAGE_CODE):
        return settings.SITE_URL + case.shown_version.get_absolute_url()


def paper_address(case: CaseStudy, style: str) -> str:
    """Where the newest text is had as a file."""
    with override(settings.LANGUAGE_CODE):
        return settings.SITE_URL + reverse("case_paper", args=[case.public_id, style])


def addresses(case: CaseStudy) -> list[dict]:
    """The page in each language of the interface, and where to go without one. The text is the same in all."""
    found = []
    for code, language in (("zh-hans", "zh-Hans"), ("en", "en")):
        with override(code):
            found.append({"language": language, "url": settings.SITE_URL + case.get_absolute_url()})
    return [*found, {"language": "x-default", "url": permanent_url(case)}]


def oai_identifier(record: OpenRecord) -> str:
    """The record's name among harvesters, which no move to another host changes (OAI identifier scheme 2.0)."""
    return f"oai:{settings.OAI_NAMESPACE}:{record.public_id}"


def doi_of(case: CaseStudy) -> str | None:
    """The DOI that was registered for the case. Reads `open_record`: select it."""
    record = getattr(case, "open_record", None)
    return record.doi if record else None


def doi_url(doi: str) -> str:
    return f"https://doi.org/{doi}"


def cite_as(case: CaseStudy) -> str:
    """The address to cite: the DOI where there is one. It stands for the newest text, so a version gives its own."""
    doi = doi_of(case)
    return doi_url(doi) if doi and case.shown_version is None else address_to_cite(case)
