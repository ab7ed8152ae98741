"""The facts that every reference is made of, in the language of the case and free of what no text can carry."""

import re
from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from casestudies.models import CasePartner, CaseStudy
from casestudies.open_data.citation import names
from casestudies.open_data.citation.names import Name
from casestudies.open_data.identifier import permanent_url
from orgs.models import Agency
from portal.bilingual import HAN

#: Place of publication is where the agency sits; unknown is said as the standards say it.
NO_PLACE = {True: "[出版地不详]", False: "[S.l.]"}
#: Control characters, halves of surrogate pairs, noncharacters: no XML carries them, and no reference wants them.
UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
GENRE = {True: "实务案例", False: "Practice case study"}
LANGUAGE = {True: "zh-CN", False: "en"}


def plain(words: str) -> str:
    """One line, fit for every format."""
    return " ".join(UNFIT.sub(" ", words).split())


def is_chinese(case: CaseStudy) -> bool:
    return case.language.startswith("zh")


def title(case: CaseStudy) -> str:
    return plain(case.title)


def authors(case: CaseStudy) -> list[Name]:
    """The authors in their order, named in the language of the case; without any, the agency speaks for itself."""
    people = []
    for author in case.authors.all():
        latin, orcid = plain(author.name_en), author.orcid
        name = plain(author.name)
        if not is_chinese(case) and latin and HAN.search(name):
            name = latin
        if name:
            affiliation = plain(author.agency_name) or institution(case)
            people.append(names.person(name, orcid=orcid, latin=latin, affiliation=affiliation))
    return people or [names.agency(institution(case))]


def institution(case: CaseStudy) -> str:
    """The lead agency: the publisher, and the author when nobody is named. Its names are never hidden."""
    return agency_name(case, case.agency)


def place(case: CaseStudy) -> str:
    division = case.agency.division
    if not division:
        return NO_PLACE[is_chinese(case)]
    return division.name_zh if is_chinese(case) else division.name_en or division.name_zh


def full_place(case: CaseStudy) -> str:
    """Where the work was done, with the division above it; empty where nobody said."""
    division = case.division
    if not division:
        return ""
    above = division.parent
    if is_chinese(case):
        return (above.name_zh if above else "") + division.name_zh
    names_en = [one.name_en or one.name_zh for one in (division, above) if one]
    return ", ".join(names_en)


def published_on(case: CaseStudy) -> date:
    return timezone.localdate(case.first_published_at or timezone.now())


def changed_on(case: CaseStudy) -> date:
    return timezone.localdate(case.last_published_at or case.first_published_at or timezone.now())


def relations(case: CaseStudy) -> list[dict]:
    """The published case that this one was adapted from, and those adapted from it, as DataCite writes relations.

    Only what everybody may read about. Reads `adapted_from__of` and `adaptations__case`: fetch them along.
    """
    found = []
    told = getattr(case, "adapted_from", None)
    if told and told.is_open and told.of.live:
        found.append(related("IsDerivedFrom", told.of))
    found += [
        related("IsSourceOf", one.case)
        for one in case.adaptations.all()
        if one.is_open and one.case and one.case.live
    ]
    return found


def versions(case: CaseStudy) -> list[dict]:
    """A case has versions, and a version is one of its case and follows the one before, as DataCite writes relations.

    Only where there is more than one. Reads `versions`.
    """
    numbers = sorted(one.number for one in case.versions.all())
    if len(numbers) < 2:
        return []
    address = permanent_url(case)
    if case.shown_version is None:
        return [relation_to("HasVersion", f"{address}v{number}/") for number in numbers]
    before = [number for number in numbers if number < case.shown_version.number]
    return [
        relation_to("IsVersionOf", address),
        *(relation_to("IsNewVersionOf", f"{address}v{number}/") for number in before[-1:]),
    ]


def related(relation: str, case: CaseStudy) -> dict:
    return relation_to(relation, permanent_url(case))


def relation_to(relation: str, address: str) -> dict:
    return {"relatedIdentifier": address, "relatedIdentifierType": "URL", "relationType": relation}


def genre(case: CaseStudy) -> str:
    return GENRE[is_chinese(case)]


def language(case: CaseStudy) -> str:
    """The language as BCP 47 writes it."""
    return LANGUAGE[is_chinese(case)]


def keywords(case: CaseStudy) -> list[str]:
    return [word for word in (plain(str(keyword)) for keyword in case.keywords) if word]


def topic_names(case: CaseStudy) -> list[str]:
    """What it is about, in the words of the vocabularies."""
    return [
        topic.name_zh if is_chinese(case) else topic.name_en or topic.name_zh for topic in case.topics.all()
    ]


def second_title(case: CaseStudy) -> str:
    """The title in the other language, empty where nobody wrote one."""
    return plain(case.second_title)


def second_abstract(case: CaseStudy) -> str:
    return plain(case.second_abstract)


def second_language(case: CaseStudy) -> str:
    return LANGUAGE[not is_chinese(case)]


def partners(case: CaseStudy) -> list[CasePartner]:
    """The other agencies that are listed, as the text names them. Reads `partners__agency`: prefetch them."""
    return [one for one in case.partners.all() if one.agency.status == Agency.Status.LISTED]


def agency_name(case: CaseStudy, agency: Agency) -> str:
    return plain(agency.legal_name if is_chinese(case) else agency.name_en or agency.legal_name)


def agency_url(agency: Agency) -> str | None:
    """The page of the agency, where it has one."""
    if agency.status != Agency.Status.LISTED:
        return None
    with override(settings.LANGUAGE_CODE):
        return settings.SITE_URL + agency.get_absolute_url()


def version(case: CaseStudy) -> str:
    """The number of the version that is read now, as words; empty as long as there is only one. Reads `versions`."""
    newest = max((one.number for one in case.versions.all()), default=1)
    shown = case.shown_version.number if case.shown_version else newest
    return str(shown) if newest > 1 else ""


def withdrawn(case: CaseStudy) -> str:
    """What every reference says of a case that was taken back, empty for others. The text itself is shown no more."""
    if not case.withdrawn_at:
        return ""
    day = timezone.localdate(case.withdrawn_at)
    return f"已撤回，{day}" if is_chinese(case) else f"Withdrawn {day}"


def abstract(case: CaseStudy) -> str:
    """The abstract; of a withdrawn case none."""
    return "" if case.withdrawn_at else plain(case.abstract)


def key_of(case: CaseStudy) -> str:
    """A citation key in ASCII: family name, year, and a piece of the identifier that makes it the only one."""
    first = authors(case)[0]
    family = "agency" if first.is_agency else names.in_latin(first)[0]
    ascii_family = re.sub(r"[^a-z]", "", family.lower()) or "case"
    return f"{ascii_family}{published_on(case).year}{case.public_id.hex[:6]}"
