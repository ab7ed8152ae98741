"""What closing an account means for the library: what a person kept for themselves is removed.

A locked account may be opened again, so it only shows and sends nothing meanwhile (`ReadingList.objects.public`,
`saved_search.due`).
"""

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Revision

from casestudies.exchange import asking, research_interest
from casestudies.models import CaseAuthor, CaseStudy, Review, Reviewer
from casestudies.review import reviewing
from orgs.leaving import NOBODY
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
    forget_in_drafts(user)


def forget_in_drafts(user: User) -> None:
    """Take the name off what was never published. A published text keeps it, as a printed journal does."""
    for author in CaseAuthor.objects.filter(user=user, case__first_published_at=None):
        CaseAuthor.objects.filter(pk=author.pk).update(name=NOBODY, name_en="", orcid="")
    drafts = CaseStudy.objects.filter(first_published_at=None)
    kind = ContentType.objects.get_for_model(CaseStudy)
    known = Revision.objects.filter(base_content_type=kind, content__icontains=f'"user": {user.pk}')
    for revision in known.filter(object_id__in=[str(pk) for pk in drafts.values_list("pk", flat=True)]):
        mine = [one for one in revision.content.get("authors", []) if one.get("user") == user.pk]
        for one in mine:
            one["name"], one["name_en"], one["orcid"] = NOBODY, "", ""
        if mine:
            revision.save(update_fields=["content"])
