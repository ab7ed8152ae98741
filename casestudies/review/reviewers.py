"""The list of people who may be asked to review, which portal staff keep; and who of them suits a case."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from casestudies.models import Reviewer, ReviewerRole, ReviewRound
from casestudies.permissions import can_review_cases
from casestudies.review import conflict
from casestudies.writing.authoring import AuthoringError
from orgs.models import User


class ReviewerError(AuthoringError):
    """What cannot be done with the list of reviewers, in a sentence for people."""


@dataclass
class Candidate:
    """Somebody of the list as seen from one round. `against` says why they cannot be asked; `shared` topics they know."""

    reviewer: Reviewer
    against: str
    shared: int
    waiting: int
    is_namesake: bool
    is_asked: bool


@transaction.atomic
def put_down(email: str, *, role: str, topics=(), is_available: bool = True, by: User) -> Reviewer:
    """Put a person on the list, or change what it says of them. Raises ReviewerError."""
    if not can_review_cases(by):
        raise ReviewerError(_("Only the portal's staff keep the list of reviewers."))
    if role not in ReviewerRole.values:
        raise ReviewerError(_("Say whether they review as a practitioner or as a researcher."))
    person = User.objects.filter(email=email.replace("\0", "").strip().lower(), is_active=True).first()
    if person is None:
        raise ReviewerError(_("Nobody with this e-mail address has an account."))
    reviewer, _is_new = Reviewer.objects.update_or_create(
        user=person,
        defaults={"role": role, "is_available": is_available},
        create_defaults={"role": role, "is_available": is_available, "added_by": by},
    )
    reviewer.topics.set(topics)
    return reviewer


@transaction.atomic
def take_off(reviewer: Reviewer, *, by: User) -> None:
    """Take somebody off the list. What they review now goes on. Raises ReviewerError."""
    if not can_review_cases(by):
        raise ReviewerError(_("Only the portal's staff keep the list of reviewers."))
    reviewer.delete()


def candidates(asked: ReviewRound) -> list[Candidate]:
    """Everybody who can be asked now, who suits best first: without a conflict, knowing the topics, with little to do."""
    waiting = Count(
        "user__review_assignments",
        filter=Q(
            user__review_assignments__status__in=["invited", "accepted"],
            user__review_assignments__round__status__in=ReviewRound.OPEN,
        ),
        distinct=True,
    )
    found = list(
        Reviewer.objects.filter(is_available=True, user__is_active=True)
        .select_related("user")
        .prefetch_related("topics")
        .annotate(waiting=waiting)
    )
    people = [reviewer.user for reviewer in found]
    against = conflict.conflicts(asked, people)
    same_name = conflict.namesakes(asked, people)
    about = {topic.pk for topic in asked.revision.as_object().topics.all()}
    known = set(asked.assignments.values_list("user", flat=True))
    suited = [
        Candidate(
            reviewer=one,
            against=against.get(one.user_id, ""),
            shared=len(about & {topic.pk for topic in one.topics.all()}),
            waiting=one.waiting,
            is_namesake=one.user_id in same_name,
            is_asked=one.user_id in known,
        )
        for one in found
    ]
    return sorted(
        suited, key=lambda one: (bool(one.against), one.is_asked, -one.shared, one.waiting, str(one.reviewer))
    )
