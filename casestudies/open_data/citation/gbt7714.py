"""GB/T 7714-2015: an online report, [R/OL]."""

from datetime import date

from django.utils import timezone

from casestudies.models import CaseStudy
from casestudies.open_data.citation import source
from casestudies.open_data.citation.names import Name, initials
from casestudies.open_data.identifier import address_to_cite, doi_of

NAMED = 3


def gbt7714(case: CaseStudy, *, today: date | None = None) -> str:
    """The reference with the day of reading (`today`).

    8.1.1: family name first; of others than Chinese ones the family in capitals and initials without points.
    8.1.2: three authors, then 等 or et al. 4.6: place, publisher, year, (date of publication), [date of reading],
    address, DOI.
    """
    people = source.authors(case)
    names = [name_of(one) for one in people[:NAMED]]
    if len(people) > NAMED:
        names.append("等" if source.is_chinese(case) else "et al")
    on, today = source.published_on(case), today or timezone.localdate()
    edition = source.version(case)
    if edition:
        edition = f" 第{edition}版." if source.is_chinese(case) else f" Version {edition}."
    doi = doi_of(case) if case.shown_version is None else None
    return (
        f"{', '.join(names)}. {source.title(case)}[R/OL].{edition} {source.place(case)}: {source.institution(case)}, "
        f"{on.year} ({on})[{today}]. {address_to_cite(case)}."
        + (f" DOI:{doi}." if doi else "")
        + (f" [{said}]" if (said := source.withdrawn(case)) else "")
    )


def name_of(name: Name) -> str:
    if name.is_whole:
        return name.whole
    return f"{name.family.upper()} {' '.join(initials(name.given))}"
