"""What closing an account means for the library: what a person kept for themselves is removed.

A locked account may be opened again, so it only shows and sends nothing meanwhile (`ReadingList.objects.public`,
`saved_search.due`).
"""

from casestudies import asking, research_interest, reviewing
from casestudies.models import Review, Reviewer
from orgs.models import User


def leave(user: User) -> None:
    """Reviews that were still to come are asked of somebody else. Must run in a transaction."""
    reviewing.leave(user)


def forget(user: User) -> None:
    """Remove lists, notes and searches of somebody who closes their account. Copies of their lists are others'."""
    user.reading_lists.all().delete()
    user.case_notes.all().delete()
    user.saved_searches.all().delete()
    user.announced_cases.all().delete()
    asking.forget(user)
    research_interest.forget(user)
    Reviewer.objects.filter(user=user).delete()
    Review.objects.filter(assignment__user=user, handed_in_at=None).delete()
