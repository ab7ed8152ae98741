"""Who cannot review a case study: its authors, and whoever belongs to one of its agencies or did within two years.

"From other agencies; declared conflicts" (the library's design). An agency of a case is its lead, those that write
along, and those that it names as partners, in what is published as in what was submitted.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casestudies.models import CaseStudy, ReviewRound
from orgs.models import Membership, User

FORMER = timedelta(days=730)


def agencies_of(case: CaseStudy, text: CaseStudy) -> set[int]:
    """The keys of all agencies of a case, as its row and as the submitted text name them."""
    return {
        case.agency_id,
        *case.co_writing.values_list("agency", flat=True),
        *case.partners.values_list("agency", flat=True),
        *(partner.agency_id for partner in text.partners.all()),
    }


def writers_of(case: CaseStudy, text: CaseStudy) -> set[int]:
    """The accounts of the authors, and of everybody who saved a text of the case or handed one in."""
    return {
        case.created_by_id,
        *case.authors.values_list("user", flat=True),
        *(author.user_id for author in text.authors.all()),
        *case.revisions.values_list("user", flat=True),
        *case.review_rounds.values_list("submitted_by", flat=True),
    } - {None}


def conflicts(
    asked: ReviewRound,
    people: Iterable[User],
    *,
    at: datetime | None = None,
    joined: tuple[int, ...] = (),
) -> dict[int, str]:
    """Of these people (keys) those who cannot review this, each with a sentence for people, in words of the reader.

    `joined` are agencies (keys) that are being merged: whoever belongs to one belongs to all.
    """
    at = at or timezone.now()
    case, text = asked.case, asked.revision.as_object()
    keys = {person.pk for person in people}
    writers = writers_of(case, text) & keys
    found = {key: _("Wrote this case study, or took part in writing it.") for key in writers}
    agencies = agencies_of(case, text)
    if agencies & set(joined):
        agencies |= set(joined)
    for membership in tied(agencies, keys, at).select_related("agency"):
        sentence = (
            _("Left {agency}, an agency of this case study, less than two years ago.")
            if membership.status == Membership.Status.LEFT
            else _("Belongs to {agency}, an agency of this case study.")
        )
        found.setdefault(membership.user_id, format_lazy(sentence, agency=membership.agency.legal_name))
    return found


def tied(agencies: set[int], people: Iterable[int], at: datetime):
    """The memberships that tie people to agencies; one that ended on a day nobody knows counts."""
    recent = Q(ended_at=None) | Q(ended_at__gt=at - FORMER)
    return Membership.objects.filter(user__in=people, agency__in=agencies).filter(
        ~Q(status=Membership.Status.LEFT) | recent
    )


def conflict_of(asked: ReviewRound, person: User, *, joined: tuple[int, ...] = ()) -> str:
    """The sentence for one person; empty where nothing stands against it."""
    return conflicts(asked, [person], joined=joined).get(person.pk, "")


def namesakes(asked: ReviewRound, people: Iterable[User]) -> set[int]:
    """Who has the name of an author without being known as one: the editor asks before inviting."""
    names = {author.name for author in asked.revision.as_object().authors.all()}
    return {person.pk for person in people if person.name in names}
