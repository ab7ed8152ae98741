"""What closing an account means for the library: what a person kept for themselves is removed.

A locked account may be opened again, so it only shows and sends nothing meanwhile (`ReadingList.objects.public`,
`saved_search.due`).
"""

from casestudies import asking, research_interest
from orgs.models import User


def forget(user: User) -> None:
    """Remove lists, notes and searches of somebody who closes their account. Copies of their lists are others'."""
    user.reading_lists.all().delete()
    user.case_notes.all().delete()
    user.saved_searches.all().delete()
    user.announced_cases.all().delete()
    asking.forget(user)
    research_interest.forget(user)
