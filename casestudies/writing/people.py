"""Who wrote a case study and with which agencies: the rows of a draft, and the access that follows from them."""

from collections.abc import Iterable
from dataclasses import dataclass

from casestudies.models import CaseAuthor, CasePartner, CaseStudy, CoWriting
from orgs.models import Agency, Membership, User


@dataclass(frozen=True)
class Author:
    """A person of the citation. `user` is their account, if they have one and it is known."""

    name: str
    role: str = CaseAuthor.Role.PRACTITIONER
    name_en: str = ""
    agency_name: str = ""
    orcid: str = ""
    user: User | None = None


@dataclass(frozen=True)
class Partner:
    """Another agency. `writes`: its people see and edit the draft."""

    agency: Agency
    role: str = CasePartner.Role.PARTNER
    writes: bool = False


def as_author(given: "Author | tuple[str, str]") -> Author:
    return given if isinstance(given, Author) else Author(*given)


def as_partner(given: "Partner | Agency") -> Partner:
    return given if isinstance(given, Partner) else Partner(given)


def set_authors(draft: CaseStudy, given: Iterable["Author | tuple[str, str]"]) -> None:
    """Put these people into the draft, in this order."""
    people = [as_author(one) for one in given]
    draft.authors.set([CaseAuthor(position=n, **vars(person)) for n, person in enumerate(people)])


def set_partners(draft: CaseStudy, given: Iterable["Partner | Agency"]) -> None:
    """Put these agencies into the draft. The lead agency is no partner of itself."""
    partners = {one.agency.pk: one for one in map(as_partner, given) if one.agency.pk != draft.agency_id}
    draft.partners.set(
        [CasePartner(agency=one.agency, role=one.role, writes=one.writes) for one in partners.values()]
    )


def grant_access(draft: CaseStudy) -> None:
    """Let the people of those agencies in whose partner writes along in this draft, and nobody else's. Counts at once."""
    writing = {partner.agency_id for partner in draft.partners.all() if partner.writes}
    CoWriting.objects.filter(case_id=draft.pk).exclude(agency__in=writing).delete()
    for agency in sorted(writing):
        CoWriting.objects.get_or_create(case_id=draft.pk, agency_id=agency)


def account_of(name: str, case: CaseStudy) -> User | None:
    """The account of an author: the one person of this name among the members of the agencies that write the case."""
    agencies = [case.agency_id, *case.co_writing.values_list("agency", flat=True)]
    memberships = Membership.objects.active().filter(agency__in=agencies, user__name=name)
    people = list(User.objects.filter(pk__in=memberships.values("user"))[:2])
    return people[0] if len(people) == 1 else None
