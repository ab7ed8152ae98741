"""What merging two entries of one agency means for case studies: who reviews a case may belong to its agency now."""

from casestudies.models import ReviewAssignment
from casestudies.review import reviewing
from orgs.models import Agency


def join(agency: Agency, survivor: Agency) -> None:
    """End the reviews of people of either entry about cases of either. Their memberships have moved already."""
    people = survivor.memberships.values("user")
    for assignment in ReviewAssignment.objects.waiting().filter(user__in=people).order_by("pk"):
        reviewing.recheck(assignment, joined=(agency.pk, survivor.pk))
