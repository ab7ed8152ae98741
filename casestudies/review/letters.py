"""The letters of a review: to those who are asked, to the editor, to the authors. Reviewers are named to editors only."""

from casestudies.models import CaseStudy, ReviewAssignment, ReviewRound
from orgs.models import User
from portal import mail


def editors() -> list[User]:
    """Everybody who decides what is published, if their account is in force."""
    return list(
        User.objects.filter(is_active=True)
        .filter(groups__permissions__codename="publish_casestudy")
        .distinct()
        .order_by("pk")
    )


def editors_of(asked: ReviewRound) -> list[User]:
    """Who looks after a round; all editors while nobody does."""
    return [asked.editor] if asked.editor and asked.editor.is_active else editors()


def authors_of(asked: ReviewRound) -> list[User]:
    """Whoever submitted the text and whoever began the case, if their accounts are in force."""
    people = {
        person.pk: person for person in (asked.submitted_by, asked.case.created_by) if person is not None
    }
    return [person for person in people.values() if person.is_active]


def write(template: str, *, to: User, asked: ReviewRound, **context) -> None:
    case = asked.revision.as_object()
    mail.send(
        template,
        to=to.email,
        language=to.language,
        context={"case": case, "round": asked, "person": to, **context},
    )


def to_reviewer(template: str, assignment: ReviewAssignment, **context) -> None:
    """To the reviewer, if they are still there."""
    person = assignment.user
    if person is not None and person.is_active:
        write(template, to=person, asked=assignment.round, assignment=assignment, **context)


def to_editors(template: str, assignment: ReviewAssignment, **context) -> None:
    for person in editors_of(assignment.round):
        write(template, to=person, asked=assignment.round, assignment=assignment, **context)


def tell_of_end(assignment: ReviewAssignment, asked: ReviewRound) -> None:
    """The round is over: thanks to who handed in; who was still reading need not go on."""
    is_done = assignment.status == ReviewAssignment.Status.HANDED_IN
    to_reviewer("review_over", assignment, is_done=is_done, outcome=asked.status)


def tell_of_decline(asked: ReviewRound) -> None:
    for person in authors_of(asked):
        write("case_declined", to=person, asked=asked)


def tell_editors_of_return(asked: ReviewRound) -> None:
    """The authors took their text back."""
    for person in editors_of(asked):
        write("review_taken_back", to=person, asked=asked)


def tell_of_withdrawal(case: CaseStudy, *, by: User) -> None:
    """A published case was withdrawn: its authors and the editors hear of it, but not who did it."""
    people = {person.pk: person for person in editors()}
    for author in case.authors.exclude(user=None).select_related("user"):
        people[author.user_id] = author.user
    if case.created_by:
        people[case.created_by_id] = case.created_by
    for person in people.values():
        if person.is_active and person.pk != by.pk:
            mail.send(
                "case_withdrawn",
                to=person.email,
                language=person.language,
                context={"case": case, "person": person},
            )
