"""APA 7: a report with its publisher."""

from django.utils import timezone

from casestudies.models import CaseStudy
from casestudies.open_data.citation import names, source
from casestudies.open_data.citation.names import Name
from casestudies.open_data.identifier import cite_as

NAMED = 20


def apa(case: CaseStudy) -> str:
    """Initials, the year, the title with its English one in brackets, the agency, the address or DOI.

    Of more than twenty authors the first nineteen and the last (9.8). The publisher is left out where it is the
    author (9.29). A withdrawn one says so after its title, as a retraction does (10.1, 15). A title's own full stop, question or exclamation mark is not doubled.
    """
    people = source.authors(case)
    agency = source.plain(case.agency.name_en or case.agency.legal_name)
    is_named = not people[0].is_agency
    authors = ended(listed([apa_name(one) for one in people]) if is_named else agency)
    is_translated = source.is_chinese(case) and case.title_en
    translated = f" [{source.plain(case.title_en)}]" if is_translated else ""
    number = source.version(case)
    version = f" (Version {number})" if number else ""
    taken_back = f" (Withdrawn {timezone.localdate(case.withdrawn_at)})" if case.withdrawn_at else ""
    title = ended(f"{source.title(case)}{version}{translated}{taken_back}")
    publisher = f" {ended(agency)}" if is_named else ""
    return f"{authors} ({source.published_on(case).year}). {title}{publisher} {cite_as(case)}"


def listed(people: list[str]) -> str:
    if len(people) > NAMED:
        return f"{', '.join(people[: NAMED - 1])}, . . . {people[-1]}"
    return ", & ".join([", ".join(people[:-1]), people[-1]]) if len(people) > 1 else people[0]


def apa_name(name: Name) -> str:
    family, given = names.in_latin(name)
    points = " ".join(f"{letter}." for letter in names.initials(given))
    return f"{family}, {points}" if points else family


def ended(words: str) -> str:
    return words if words.endswith((".", "?", "!", "。", "？", "！")) else f"{words}."
